import { randomUUID } from 'node:crypto';
import type { BlobStore } from '@helpmesh/blob';
import {
  type Actor,
  actorsOf,
  createArticle,
  getAttachment,
  getTicket,
  type LinkPurpose,
  listArticles,
  type OutputOf,
  openFileLink,
  openTicketLink,
  ratings,
  type StoredFile,
  type TicketRating,
  ticketStates,
  updateTicket,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, statusOf, type TokenFor } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { convert } from 'html-to-text';
import type { BrandingBook } from '../application/branding-book.ts';
import { contentDisposition, safeContentType } from '../domain/file-name.ts';
import {
  type Done,
  type PageForm,
  type PageMessage,
  type PageRating,
  type PageTicket,
  plainPage,
  ratingPage,
  ticketPage,
} from '../domain/ticket-page/page.ts';
import { type PageWords, wordsFor } from '../domain/ticket-page/words.ts';
import { asAppError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { secretPage } from './secret-page.ts';
import { sendFile } from './send-file.ts';

export interface TicketPageParts {
  guard: Pick<EdgeGuard, 'admitAnyone'>;
  rpc: Pick<RpcClient, 'call'>;
  signer: ActorSigner;
  blobs: Pick<BlobStore, 'get'>;
  brandings: BrandingBook;
}

/** Who holds the link, and the ticket it opens. */
interface Holder {
  ticketId: number;
  signed: TokenFor;
  actor: Actor;
  /** `rating`: the link serves to rate the ticket and opens nothing else of it. */
  purpose: LinkPurpose;
}

interface Answer {
  text: string;
  close: boolean;
  once: string;
}

const LONGEST_ANSWER = 100_000;
/** The longest answer in a script of three bytes a letter, as forms write it. */
const FORM_LIMIT_BYTES = 9 * LONGEST_ANSWER + 1_000;
/** 2,000 characters of three bytes, as forms write them, and a number. */
const RATING_LIMIT_BYTES = 9 * 2_000 + 1_000;
/** Types of states, as their ids are on every desk. */
const PENDING = [3, 4];
const CLOSED = [5, 6];
const log = logger('ticket-page');

/**
 * `/r/<token>`: the page on which a customer reads and answers a ticket without signing in and without a script
 * (ADR 0026). It asks the services what the customer themselves could ask, about this one ticket.
 */
export function mountTicketPage(server: FastifyInstance, parts: TicketPageParts): void {
  const { guard, rpc, blobs } = parts;
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    void refuse(error, request, reply);
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => guard.admitAnyone(request, reply);
  const options = { errorHandler, onRequest };

  server.get('/r/:token', options, async (request, reply) => {
    const holder = await holderOf(request, parts);
    const { done, score } = request.query as { done?: unknown; score?: unknown };
    const told = (['sent', 'closed', 'rated'] as const).find((one) => one === done);
    // The mail may ask with the answer: it stands in the form, and only sending that form keeps it.
    return show(holder, request, reply, parts, { told, rating: { score: scoreIn(score) } });
  });

  server.post('/r/:token/rating', { ...options, bodyLimit: RATING_LIMIT_BYTES }, async (request, reply) => {
    const holder = await holderOf(request, parts);
    const { score, comment } = (request.body ?? {}) as Record<string, unknown>;
    const given = { score: scoreIn(score), comment: typeof comment === 'string' ? comment.slice(0, 2000) : '' };
    const words = wordsFor(request.headers['accept-language']).rating;
    const again = (error: string) => show(holder, request, reply.code(422), parts, { rating: { ...given, error } });
    if (given.score === null) return again(words.choose);
    const { ticketId, signed: actor } = holder;
    const body = { score: given.score, comment: given.comment };
    try {
      await rpc.call(ratings.set, { params: { id: ticketId }, query: {}, body }, { actor, requestId: request.id });
    } catch (error) {
      if (!(error instanceof AppError) || !error.code.startsWith('rating.')) throw error;
      return again(words.over);
    }
    return reply.redirect(`${addressOf(request)}?done=rated`, 303);
  });

  server.post('/r/:token', { ...options, bodyLimit: FORM_LIMIT_BYTES }, async (request, reply) => {
    const holder = forTicket(await holderOf(request, parts));
    const answer = answerIn(request.body);
    const words = wordsFor(request.headers['accept-language']);
    const wrong = wrongWith(answer, words);
    const form = { text: answer.text, once: answer.once };
    if (wrong !== undefined) return show(holder, request, reply.code(422), parts, { form: { ...form, error: wrong } });
    try {
      await keep(holder, answer, request, parts);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'ticket.closed-for-follow-up') throw error;
      return show(holder, request, reply.code(422), parts, { form: { ...form, error: words.noMore } });
    }
    // 303: a reload shows the page and sends nothing again.
    return reply.redirect(`${addressOf(request)}?done=${answer.close ? 'closed' : 'sent'}`, 303);
  });

  // A file that was too large for its mail; it opens itself and nothing else of the ticket.
  server.get('/f/:token', options, async (request, reply) => {
    const { token } = request.params as { token: string };
    if (token.length > 100) throw fileOver();
    const file = await rpc.call(openFileLink, { token }, { actor: parts.signer.service() });
    return sendStored(request, reply, file, blobs);
  });

  server.get('/r/:token/files/:article/:id', options, async (request, reply) => {
    const { ticketId, signed } = forTicket(await holderOf(request, parts));
    const { article, id } = request.params as { article: string; id: string };
    if (!/^\d{1,10}$/.test(article) || !/^\d{1,10}$/.test(id)) throw closed();
    const input = { ticketId, articleId: Number(article), attachmentId: Number(id) };
    return sendStored(request, reply, await rpc.call(getAttachment, input, { actor: signed }), blobs);
  });
}

function sendStored(
  request: FastifyRequest,
  reply: FastifyReply,
  file: StoredFile,
  blobs: TicketPageParts['blobs'],
): Promise<FastifyReply> {
  secretPage(reply)
    .header('content-type', safeContentType(file.contentType))
    .header('content-disposition', contentDisposition('attachment', file.filename))
    .header('content-security-policy', "sandbox; default-src 'none'");
  return sendFile(request, reply, blobs, file);
}

/** @throws AppError not-found `ticket.link-closed` */
async function holderOf({ params }: FastifyRequest, { rpc, signer }: TicketPageParts): Promise<Holder> {
  const { token } = params as { token: string };
  if (token.length > 100) throw closed();
  const ours = { actor: signer.service() };
  const { ticketId, customerId, purpose } = await rpc.call(openTicketLink, { token }, ours);
  const { actors } = await rpc.call(actorsOf, { userIds: [customerId] }, ours);
  const person = actors[0];
  if (!person) throw closed();
  // A link stands for the customer of one ticket, even where they are an agent or share an organization's tickets. As
  // a token it may do nothing that asks for a person.
  const only = {
    permissions: ['ticket.customer'],
    groups: {},
    roleIds: [],
    organizationIds: [],
    sharedOrganizationIds: [],
  };
  const { kind, userId, login, locale } = person;
  const actor: Actor = { kind, userId, login, locale, ...only, via: 'token' };
  return { ticketId, actor, purpose, signed: signer.for(actor) };
}

/** @throws AppError not-found `ticket.link-closed` for a link that serves to rate and nothing else */
function forTicket(holder: Holder): Holder {
  if (holder.purpose !== 'ticket') throw closed();
  return holder;
}

interface Shown {
  told?: Done | undefined;
  form?: Pick<PageForm, 'text' | 'once' | 'error'>;
  rating?: { score?: number | null; comment?: string; error?: string };
}

async function show(
  holder: Holder,
  request: FastifyRequest,
  reply: FastifyReply,
  { rpc, brandings }: TicketPageParts,
  { told, form, rating: asking = {} }: Shown,
): Promise<FastifyReply> {
  const { ticketId, signed: actor } = holder;
  const at = { params: { id: ticketId }, query: {} };
  const words = wordsFor(request.headers['accept-language']);
  const address = addressOf(request);
  const [ticket, rated] = await Promise.all([
    rpc.call(getTicket, at, { actor }),
    rpc.call(ratings.get, { params: { id: ticketId }, query: {} }, { actor }),
  ]);
  const rating = ratingOf(rated, asking, address);
  const look = await brandings.of({ groupId: ticket.group_id });
  if (holder.purpose === 'rating') return secretPage(reply).send(ratingPage(ticket, rating, told, words, look));
  const [articles, states] = await Promise.all([
    rpc.call(listArticles, at, { actor }),
    rpc.call(ticketStates.list, { params: {}, query: {} }, { actor }),
  ]);
  const shown: PageTicket = {
    number: ticket.number,
    title: ticket.title,
    state: stateOf(states.find(({ id }) => id === ticket.state_id)?.state_type_id),
    messages: articles.map((article) => messageOf(article, holder, address)),
  };
  const asked = { action: address, once: randomUUID(), text: '', error: undefined, ...form };
  return secretPage(reply).send(ticketPage(shown, asked, rating, told, words, look));
}

async function keep(
  { ticketId, signed: actor }: Holder,
  { text, close, once }: Answer,
  request: FastifyRequest,
  { rpc }: TicketPageParts,
): Promise<void> {
  const options = { actor, key: once, requestId: request.id, address: request.ip };
  const article = { body: text, content_type: 'text/plain' as const, type: 'web' };
  if (!close) {
    await rpc.call(createArticle, { params: {}, query: {}, body: { ...article, ticket_id: ticketId } }, options);
    return;
  }
  const states = await rpc.call(ticketStates.list, { params: {}, query: {} }, { actor });
  const done = states.find(({ active, state_type_id }) => active && state_type_id === CLOSED[0]);
  const body = { ...(done && { state_id: done.id }), ...(text && { article }) };
  await rpc.call(updateTicket, { params: { id: ticketId }, query: {}, body }, options);
}

/** What was just chosen stands before what was said earlier. */
function ratingOf(
  { score, comment, may_rate: mayRate }: TicketRating,
  asking: NonNullable<Shown['rating']>,
  address: string,
): PageRating {
  return {
    action: `${address}/rating`,
    score: (mayRate ? asking.score : null) ?? score,
    comment: asking.comment ?? comment,
    given: score !== null,
    mayRate,
    error: asking.error,
  };
}

function scoreIn(given: unknown): number | null {
  return typeof given === 'string' && /^[1-5]$/.test(given) ? Number(given) : null;
}

function stateOf(type: number | undefined): PageTicket['state'] {
  if (type === undefined) return 'open';
  if (CLOSED.includes(type)) return 'closed';
  return PENDING.includes(type) ? 'waiting' : 'open';
}

function messageOf(article: OutputOf<typeof listArticles>[number], { actor }: Holder, address: string): PageMessage {
  const { id, from, sender, created_at: at, created_by_id: author, content_type: type, body, attachments } = article;
  const own = sender === 'Customer' && author === actor.userId;
  return {
    from: own ? 'customer' : 'desk',
    // The name before the address.
    name: (from ?? '')
      .replace(/<[^>]*>/g, '')
      .replaceAll('"', '')
      .trim(),
    at,
    text: type === 'text/html' ? plain(body) : body,
    files: attachments.map((file) => ({ name: file.filename, href: `${address}/files/${id}/${file.id}` })),
  };
}

function plain(html: string): string {
  const selectors = [
    { selector: 'img', format: 'skip' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
  ];
  return convert(html, { wordwrap: false, selectors, limits: { maxInputLength: 1_000_000, maxDepth: 100 } });
}

function answerIn(body: unknown): Answer {
  const { answer, close, once } = (body ?? {}) as Record<string, unknown>;
  const text = typeof answer === 'string' ? answer.replaceAll('\r\n', '\n').trim() : '';
  const key = typeof once === 'string' && /^[\w-]{8,64}$/.test(once) ? once : randomUUID();
  return { text, close: close === '1', once: key };
}

function wrongWith({ text, close }: Answer, words: PageWords): string | undefined {
  if (text.length > LONGEST_ANSWER) return words.tooLong;
  return text === '' && !close ? words.nothingSaid : undefined;
}

const addressOf = ({ params }: FastifyRequest): string =>
  `/r/${encodeURIComponent((params as { token: string }).token)}`;

function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asAppError(thrown, request);
  if (error.kind === 'bug') log.error({ err: error, route: request.routeOptions.url }, 'a request failed');
  const words = wordsFor(request.headers['accept-language']);
  const missing = ['not-found', 'forbidden', 'unauthenticated'].includes(error.kind);
  const why = missing
    ? error.code === 'article.file-link-over'
      ? words.fileGone
      : words.gone
    : error.kind === 'limited'
      ? words.tooOften
      : words.later;
  return secretPage(reply)
    .code(missing ? 404 : statusOf(error))
    .send(plainPage(why, words));
}

function fileOver(): AppError {
  return new AppError('not-found', 'article.file-link-over', 'This link does not open a file any more.');
}

function closed(): AppError {
  return new AppError('not-found', 'ticket.link-closed', 'This link does not open a ticket any more.');
}
