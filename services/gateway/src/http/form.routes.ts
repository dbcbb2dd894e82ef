import { createHash } from 'node:crypto';
import type { BlobStore } from '@helpmesh/blob';
import { openFormRequest, readForm, type StoredFile } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, type Cache, clientNetwork } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FormToken } from '../application/form-token.ts';
import { cleanFileName, safeContentType } from '../domain/file-name.ts';
import { type FormRequest, formRequestIn, wrongIn } from '../domain/form-request.ts';
import { answerError } from './answer-error.ts';
import { allowAnyOrigin, type EdgeGuard } from './edge-guard.ts';
import { mountPageScript } from './page-script.ts';
import { sendJson } from './send.ts';
import { limitShared } from './shared-limit.ts';

export interface FormRouteParts {
  guard: Pick<EdgeGuard, 'admitAnyone'>;
  rpc: Pick<RpcClient, 'call'>;
  signer: ActorSigner;
  blobs: BlobStore;
  cache: Pick<Cache, 'limit'>;
  clock: Clock;
  publicUrl: string;
  /** Of ours: tokens of forms are signed with it. */
  secret: string;
}

type File = { bytes: Buffer; filename: string; contentType: string };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of a form without files. */
const FORM_LIMIT_BYTES = 500_000;
/** All files of a form together; they are held in memory until it is known who sends them. */
const FILES_LIMIT_BYTES = 10 * 1024 * 1024;
const MOST_FILES = 10;
/** As short as no fingerprint of a browser is. */
const SHORTEST_FINGERPRINT = 31;

/** Forms on pages of others: what they ask before they are shown, what they send, and the script that makes one. */
export function mountForm(server: FastifyInstance, parts: FormRouteParts): void {
  const { guard, rpc, signer, clock } = parts;
  const publicUrl = parts.publicUrl.replace(/\/+$/, '');
  const tokens = new FormToken(parts.secret);
  const ours = () => ({ actor: signer.service() });
  const options = {
    bodyLimit: FORM_LIMIT_BYTES,
    errorHandler: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      void answerError(error, request, reply),
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      allowAnyOrigin(reply);
      guard.admitAnyone(request, reply);
    },
  };

  server.post('/api/v1/form_config', options, async (request, reply) => {
    const { fingerprint } = formRequestIn(await fieldsOf(request, []));
    const form = await rpc.call(readForm, {}, ours());
    if (!form.active) throw new AppError('forbidden', 'form.off', 'Not authorized');
    requireFingerprint(fingerprint);
    const token = tokens.at(clock.now(), fingerprint);
    return sendJson(reply, 200, { enabled: true, endpoint: `${publicUrl}/api/v1/form_submit`, token });
  });

  server.post('/api/v1/form_submit', options, async (request, reply) => {
    const form = await rpc.call(readForm, {}, ours());
    if (!form.active) throw new AppError('forbidden', 'form.off', 'Not authorized');
    const files: File[] = [];
    const given = formRequestIn(await fieldsOf(request, files));
    requireFingerprint(given.fingerprint);
    if (!tokens.isGood(given.token, given.fingerprint, clock.now())) {
      throw new AppError('unauthenticated', 'form.wrong-token', 'Authorization failed');
    }
    const errors = wrongIn(given);
    if (Object.keys(errors).length > 0) return sendJson(reply, 200, { errors });
    const network = clientNetwork(request.ip);
    await limitShared(parts.cache, reply, `form:hour:${network}`, form.perNetworkAndHour, HOUR_MS);
    await limitShared(parts.cache, reply, `form:day:${network}`, form.perNetworkAndDay, DAY_MS);
    await limitShared(parts.cache, reply, 'form:day', form.perDay, DAY_MS);
    const { name, email, title, body } = given;
    const asked = { name, email, title, body, files: await stored(parts.blobs, files), once: onceOf(given, files) };
    try {
      const ticket = await rpc.call(openFormRequest, asked, { ...ours(), requestId: request.id, address: request.ip });
      return sendJson(reply, 200, { ticket });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'help.request-refused') throw error;
      return sendJson(reply, 200, { errors: { email: 'invalid' } });
    }
  });

  mountPageScript(server, '/assets/form/form.js', 'form.js');
}

/** @throws AppError unauthenticated `form.no-fingerprint` */
function requireFingerprint(fingerprint: string): void {
  if (fingerprint.length >= SHORTEST_FINGERPRINT) return;
  throw new AppError('unauthenticated', 'form.no-fingerprint', 'Authorization failed');
}

/** The fields, wherever they stand; files go into `files`. @throws AppError invalid `http.body-too-large` */
async function fieldsOf(request: FastifyRequest, files: File[]): Promise<unknown> {
  const { query, body } = request;
  if (!request.isMultipart()) return { ...(query as object), ...(typeof body === 'object' ? body : {}) };
  const fields: Record<string, unknown> = { ...(query as object) };
  const limits = { files: MOST_FILES, fields: 30, fieldSize: FORM_LIMIT_BYTES, fileSize: FILES_LIMIT_BYTES };
  let left = FILES_LIMIT_BYTES;
  for await (const part of request.parts({ limits })) {
    if (part.type === 'field') {
      fields[part.fieldname] = part.value;
      continue;
    }
    const bytes = await part.toBuffer();
    left -= bytes.length;
    if (left < 0) throw new AppError('invalid', 'http.body-too-large', 'The file is larger than allowed.');
    // A browser sends an empty part for a field without a file.
    if (bytes.length === 0) continue;
    files.push({ bytes, filename: cleanFileName(part.filename ?? ''), contentType: safeContentType(part.mimetype) });
  }
  return fields;
}

async function stored(blobs: BlobStore, files: readonly File[]): Promise<StoredFile[]> {
  const kept: StoredFile[] = [];
  for (const { bytes, filename, contentType } of files) {
    const { sha256, size } = await blobs.put(bytes);
    kept.push({ sha256, size, filename, contentType });
  }
  return kept;
}

/** Whoever presses twice asks once. */
function onceOf({ token, name, email, title, body }: FormRequest, files: readonly File[]): string {
  const hash = createHash('sha256').update(JSON.stringify([token, name, email, title, body]));
  for (const { filename, bytes } of files) hash.update(`\0${filename}\0`).update(bytes);
  return hash.digest('base64url');
}
