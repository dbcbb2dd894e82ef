import { Readable } from 'node:stream';
import type { BlobStore } from '@helpmesh/blob';
import { AppError } from '@helpmesh/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rangeIn } from '../domain/byte-range.ts';
import { isAmong } from './etag.ts';

/**
 * A file of the store, whole or the part that is asked for (RFC 9110 13.1.2, 13.1.5, 14.2): 200, 206, 304. Whoever may
 * read it was asked before.
 * @throws AppError invalid `http.range-not-satisfiable` (416), with the size in `Content-Range`
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  blobs: Pick<BlobStore, 'get'>,
  { sha256, size }: { sha256: string; size: number },
): Promise<FastifyReply> {
  const etag = `"${sha256}"`;
  reply.header('etag', etag).header('accept-ranges', 'bytes');
  const { 'if-none-match': known } = request.headers;
  if (known !== undefined && isAmong(known, etag)) {
    // Nothing of what describes a body that does not come.
    return reply.removeHeader('content-type').removeHeader('content-digest').code(304).send();
  }
  // A range of a HEAD has no meaning (RFC 9110 14.2).
  if (request.method === 'HEAD') return reply.header('content-length', size).send(Readable.from([]));
  const part = rangeIn(request.headers, size, etag);
  if (part === 'whole') return reply.header('content-length', size).send(await blobs.get(sha256));
  // It is of what is sent (RFC 9530 2), and that is a part; Repr-Digest is of the whole.
  reply.removeHeader('content-digest');
  if (part === 'beyond') {
    reply.header('content-range', `bytes */${size}`);
    throw new AppError('invalid', 'http.range-not-satisfiable', `The file has ${size} bytes: no part of it is there.`);
  }
  const { start, end } = part;
  reply
    .code(206)
    .header('content-range', `bytes ${start}-${end}/${size}`)
    .header('content-length', end - start + 1);
  return reply.send(await blobs.get(sha256, part));
}
