import {
  type FederationAgreementStep,
  type FederationAttachment,
  FederationChange,
  FederationComment,
  type FederationEvent,
  type FederationProposal,
  type FederationRequesterErased,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { SafeFetch } from '@helpmesh/service-kit';
import { z } from 'zod';
import type { AgreementLine, ThereAgreement } from '../application/agreements/tell-agreements.ts';
import type { ErasureLine } from '../application/erasures/tell-erasures.ts';
import type { FileSink } from '../application/files/ports.ts';
import type { Greeting, PeerAddress, PeerGreeter, PeerLine } from '../application/sync/ports.ts';
import type { PeerSignIn } from './peer-sign-in.ts';

/** Longest answer: a page of comments. */
const MAX_BYTES = 30_000_000;
/** Comments at once: an answer with the longest ones still travels. */
const PAGE = 5;
/** Pages of comments of one ticket. */
const MOST_PAGES = 1_000;
/**
 * For a message, which is only kept there, or a word with whoever is there, ms. Whoever dies while it is asked never
 * answers, and all that is to be told to it waits as long.
 */
const TELL_MS = 5_000;
/** For a ticket, or a page of its comments, ms. */
const READ_MS = 15_000;
/** For one file, ms. */
const FILE_MS = 60_000;
const Descriptor = z.object({ product: z.string().max(200), node: z.string().max(250) });
const Fields = z.object({ fields: z.array(z.string().max(100)).max(100) });
const Agreements = z.object({ agreements: z.array(z.unknown()) });
const There = z.object({ id: z.int().positive(), status: z.string().max(50) });
const Comments = z.object({ comments: z.array(FederationComment) });

const Problem = z
  .object({ detail: z.string().max(2_000).catch(''), code: z.string().catch('') })
  .catch({ detail: '', code: '' });
/**
 * A helpdesk of ours says so of a ticket that it has never had, of somebody whom nobody has told it of, and of an agreement
 * that is gone. Any other 404 may be that of a proxy that has nobody behind it for a while.
 */
const unknown = ['federation.not-shared', 'federation.no-such-requester', 'federation.no-such-agreement'];

/** Another Helpmesh, by its `/federation/v1`. */
export class HelpmeshLine implements PeerLine, PeerGreeter, ErasureLine, AgreementLine {
  constructor(
    private readonly safe: SafeFetch,
    private readonly signIn: Pick<PeerSignIn, 'shownTo' | 'forget'>,
  ) {}

  async deliver(to: PeerAddress, event: FederationEvent, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(event);
    const path = to.agreement === undefined ? 'events' : `events?agreement=${to.agreement}`;
    await this.call(to, 'POST', path, signal, { body, 'content-type': 'application/cloudevents+json' });
  }

  async tellErased(to: PeerAddress, event: FederationRequesterErased, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(event);
    await this.call(to, 'POST', 'events', signal, { body, 'content-type': 'application/cloudevents+json' });
  }

  async propose(to: PeerAddress, proposal: FederationProposal, signal: AbortSignal): Promise<ThereAgreement> {
    const given = { body: JSON.stringify(proposal), 'content-type': 'application/json' };
    return readAs(There, await this.call(to, 'POST', 'agreements', signal, given));
  }

  async say(
    to: PeerAddress,
    id: number,
    word: { status: FederationAgreementStep; reason?: string },
    signal: AbortSignal,
  ): Promise<ThereAgreement | null> {
    const path = `agreements/${id}`;
    const seen = await this.call(to, 'GET', path, signal).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'peer.knows-nothing') return null;
      throw error;
    });
    if (!seen) return null;
    const there = await readAs(There, seen);
    if (there.status === 'ended' || there.status === 'declined') return there;
    const headers = { 'content-type': 'application/merge-patch+json', 'if-match': seen.headers.get('etag') ?? '' };
    return readAs(There, await this.call(to, 'PATCH', path, signal, { ...headers, body: JSON.stringify(word) }));
  }

  async standing(to: PeerAddress, uuid: string, signal: AbortSignal): Promise<FederationChange | null> {
    const answer = await this.call(to, 'GET', `tickets/${uuid}`, signal).catch((error: unknown) => {
      if (error instanceof AppError && isNotThere(error)) return null;
      throw error;
    });
    if (!answer) return null;
    const change = await readAs(FederationChange, answer);
    const comments: FederationComment[] = [];
    let cursor: string | undefined = '0';
    for (let page = 0; cursor !== undefined && page < MOST_PAGES; page++) {
      const path = `tickets/${uuid}/comments?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`;
      const response = await this.call(to, 'GET', path, signal);
      comments.push(...(await readAs(Comments, response)).comments);
      cursor = /[?&]cursor=([^&>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    }
    return { ...change, comments };
  }

  async file(to: PeerAddress, { uuid }: FederationAttachment, sink: FileSink, signal: AbortSignal) {
    const place = `${to.node}/federation/v1/attachments/${uuid}/content`;
    await this.signedIn(to, (authorization) =>
      this.safe.download(place, { signal, timeoutMs: FILE_MS, headers: { authorization, accept: '*/*' } }, (bytes) =>
        sink.take(bytes),
      ),
    );
  }

  async greet(to: PeerAddress, called: boolean, signal: AbortSignal): Promise<Greeting> {
    const response = await this.ask(to.node, 'GET', '', signal);
    if (!response.ok) throw await errorOf(response, to.node);
    const descriptor = await readAs(Descriptor, response);
    if (!called) return { ...descriptor, agreements: null, signedInBy: null };
    const { agreements } = await readAs(Agreements, await this.call(to, 'GET', 'agreements', signal));
    const { by } = await this.signIn.shownTo(to);
    return { ...descriptor, agreements: agreements.length, signedInBy: by };
  }

  /** As its descriptor says; one that says nothing is of before there were more. */
  async fields(to: PeerAddress, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const response = await this.ask(to.node, 'GET', '', signal);
    if (response.status === 429 || response.status >= 500) throw await errorOf(response, to.node);
    const { data } = Fields.safeParse(response.ok ? await response.json().catch(() => null) : null);
    return new Set(data?.fields);
  }

  async probe(to: PeerAddress, signal: AbortSignal): Promise<boolean> {
    await this.greet(to, true, signal);
    return true;
  }

  private call(to: PeerAddress, method: string, path: string, signal: AbortSignal, given: Given = {}) {
    return this.signedIn(to, (authorization) => this.ask(to.node, method, path, signal, { ...given, authorization }));
  }

  /** A token for our signature may have ended before its time: then once more with another one. */
  private async signedIn(to: PeerAddress, call: (authorization: string) => Promise<Response>): Promise<Response> {
    const { token, by } = await this.signIn.shownTo(to);
    let response = await call(`Bearer ${token}`);
    if (response.status === 401 && by === 'key') {
      this.signIn.forget(to.node);
      response = await call(`Bearer ${(await this.signIn.shownTo(to)).token}`);
    }
    if (response.ok) return response;
    throw await errorOf(response, to.node);
  }

  private ask(node: string, method: string, path: string, signal: AbortSignal, { body, ...headers }: Given = {}) {
    return this.safe.fetch(`${node}/federation/v1/${path}`.replace(/\/$/, ''), {
      ...{ method, body, signal, maxBytes: MAX_BYTES },
      timeoutMs: path.startsWith('tickets/') ? READ_MS : TELL_MS,
      headers: { ...headers, accept: 'application/json' },
    });
  }
}

interface Given {
  body?: string;
  'content-type'?: string;
  'if-match'?: string;
  authorization?: string;
}

function isNotThere({ code }: AppError): boolean {
  return code === 'peer.not-there' || code === 'peer.knows-nothing';
}

/** What a refusal means to us. The peer's own words are shown, as far as they are words. */
async function errorOf(response: Response, node: string): Promise<AppError> {
  const { status } = response;
  const problem: unknown = await response.json().catch(() => null);
  const { detail, code } = Problem.parse(problem);
  const said = `${node} answers ${status}${detail === '' ? '.' : `: ${detail}`}`;
  if (status === 410) return new AppError('not-found', 'peer.unshared', said);
  if (status === 404 && unknown.includes(code)) return new AppError('not-found', 'peer.knows-nothing', said);
  if (status === 404) return new AppError('not-found', 'peer.not-there', said);
  if (status === 401) return new AppError('unauthenticated', 'peer.token-refused', said);
  if (status === 429 || status >= 500) return new AppError('unavailable', 'peer.unavailable', said);
  return new AppError('conflict', 'peer.refused', said);
}

/** @throws AppError conflict `peer.unreadable` */
async function readAs<S extends z.ZodType>(schema: S, response: Response): Promise<z.output<S>> {
  const { success, data, error } = schema.safeParse(await response.json().catch(() => null));
  if (success) return data;
  throw new AppError('conflict', 'peer.unreadable', 'The answer of the peer cannot be understood.', undefined, {
    cause: error,
  });
}
