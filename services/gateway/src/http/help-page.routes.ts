import { createHash, randomUUID } from 'node:crypto';
import type { BlobStore } from '@helpmesh/blob';
import {
  type Branding,
  countHelpDeflection,
  type Help,
  type HelpLocale,
  helpIdIn,
  helpLocales,
  helpPath,
  listHelpPages,
  openPublicRequest,
  rateHelpAnswer,
  readHelp,
  readHelpAnswer,
  readHelpCategory,
  readHelpFile,
  readHelpHome,
  searchHelp,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, type Cache, clientNetwork, statusOf } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BrandingBook } from '../application/branding-book.ts';
import { FormStamp } from '../application/form-stamp.ts';
import { preferredOf } from '../domain/accept-language.ts';
import { contentDisposition, safeContentType } from '../domain/file-name.ts';
import {
  answerPage,
  categoryPage,
  feedOf,
  HELP_POLICY,
  type HelpFrame,
  helpProblem,
  homePage,
  requestPage,
  searchPage,
  sentPage,
  sitemapOf,
  suggestionsPage,
} from '../domain/help-page/pages.ts';
import { type RequestForm, requestFormIn, wrongWith } from '../domain/help-page/request-form.ts';
import { helpWords } from '../domain/help-page/words.ts';
import { asAppError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { isAmong } from './etag.ts';
import { limitShared } from './shared-limit.ts';

export interface HelpPageParts {
  guard: Pick<EdgeGuard, 'admitAnyone'>;
  rpc: Pick<RpcClient, 'call'>;
  signer: ActorSigner;
  blobs: Pick<BlobStore, 'get'>;
  cache: Pick<Cache, 'limit'>;
  clock: Clock;
  brandings: BrandingBook;
  publicUrl: string;
  /** Of ours: forms are stamped with it. */
  secret: string;
}

const HOUR_MS = 3_600_000;
/** Of one network in an hour, and of one address; more is no person with a question. */
const REQUESTS_AN_HOUR = 10;
const REQUESTS_OF_AN_ADDRESS = 5;
const WORDS_AN_HOUR = 60;
const HITS = 20;
const SUGGESTIONS = 3;
/** Forms of long texts in scripts of three bytes a letter, as forms write them. */
const FORM_LIMIT_BYTES = 250_000;
/** Whose word it was that an answer helped: a random name, given with the first word. */
const VISITOR_COOKIE = 'helpmesh_help_visitor';
/** A minute: what is published is seen soon, and a crowd costs little. */
const KEPT = 'public, max-age=60';

const log = logger('help-pages');

/** `/help`: the published part of the knowledge base, and the way to write to the desk, without a script (ADR 0027). */
export function mountHelpPages(server: FastifyInstance, parts: HelpPageParts): void {
  mountBelow('', server, parts);
  // The same for the customers of a community, with its looks.
  mountBelow('/c/:slug', server, parts);
}

function mountBelow(prefix: '' | '/c/:slug', server: FastifyInstance, parts: HelpPageParts): void {
  const { guard, rpc, signer, blobs, cache, clock, brandings } = parts;
  const publicUrl = parts.publicUrl.replace(/\/+$/, '');
  const stamps = new FormStamp(parts.secret);
  const ours = () => ({ actor: signer.service() });
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => guard.admitAnyone(request, reply);
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    void refuse(error, request, reply);
  const options = { onRequest, errorHandler };
  const posted = { ...options, bodyLimit: FORM_LIMIT_BYTES };

  /** @throws AppError not-found `help.no-such-page` for a language in which there is no help */
  const frameOf = async (request: FastifyRequest): Promise<HelpFrame & { base: string }> => {
    const { locale } = request.params as { locale: string };
    const { help, look } = await helpOf(request);
    const tag = help.locales.find((one) => one === locale);
    if (!tag) throw noPage();
    return { help, words: helpWords[tag], publicUrl, look, base: baseOf(request) };
  };
  /** What of the help a community shows: its languages, and the groups that its customers write to. */
  const helpOf = async (request: FastifyRequest) => {
    const { slug } = request.params as { slug?: string };
    const asked = slug === undefined ? { host: request.hostname } : { slug };
    const [help, look] = await Promise.all([rpc.call(readHelp, {}, ours()), brandings.of(asked)]);
    if (slug !== undefined && !look) throw noPage();
    return { help: helpFor(help, look), look };
  };
  const limit = (reply: FastifyReply, key: string, max: number) =>
    limitShared(cache, reply, `help:${key}`, max, HOUR_MS);
  const newForm = (): RequestForm => ({
    ...{ name: '', email: '', subject: '', text: '', groupId: undefined, consent: false, website: '' },
    ...{ stamp: stamps.at(clock.now()), once: randomUUID() },
  });

  for (const [from, to] of [
    ['/help', ''],
    ['/help/request', '/request'],
  ] as const) {
    server.get(`${prefix}${from}`, options, async (request, reply) => {
      const { help } = await helpOf(request);
      const [first] = help.locales;
      if (!first) throw noPage();
      const locale = preferredOf(request.headers['accept-language'], help.locales) ?? first;
      return reply.header('vary', 'accept-language').redirect(`${baseOf(request)}/help/${locale}${to}`, 302);
    });
  }

  if (prefix === '') {
    server.get('/sitemap.xml', options, async (request, reply) => {
      const { pages } = await rpc.call(listHelpPages, {}, ours());
      return keep(request, reply, sitemapOf(publicUrl, pages), 'application/xml; charset=utf-8');
    });
  }

  if (prefix === '') {
    server.get('/help/files/:id/:name', options, async (request, reply) => {
      const { id } = request.params as { id: string };
      if (!/^\d{1,9}$/.test(id)) throw noPage();
      const file = await rpc.call(readHelpFile, { id: Number(id) }, ours());
      const bytes = await blobs.get(file.sha256);
      return reply
        .header('content-type', safeContentType(file.contentType))
        .header('content-disposition', contentDisposition('attachment', file.filename))
        .header('content-length', file.size)
        .header('content-security-policy', "sandbox; default-src 'none'")
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', KEPT)
        .send(bytes);
    });
  }

  server.get(`${prefix}/help/:locale`, options, async (request, reply) => {
    const frame = await frameOf(request);
    const home = await rpc.call(readHelpHome, { locale: frame.words.tag }, ours());
    return keep(request, reply, homePage(frame, home));
  });

  server.get(`${prefix}/help/:locale/feed.xml`, options, async (request, reply) => {
    const frame = await frameOf(request);
    const { pages } = await rpc.call(listHelpPages, {}, ours());
    return keep(request, reply, feedOf(frame, pages), 'application/atom+xml; charset=utf-8');
  });

  server.get(`${prefix}/help/:locale/search`, options, async (request, reply) => {
    const frame = await frameOf(request);
    const { q } = request.query as { q?: unknown };
    const query = typeof q === 'string' ? q.slice(0, 200).trim() : '';
    const asked = { locale: frame.words.tag, query, any: false, limit: HITS };
    const { hits } = await rpc.call(searchHelp, asked, ours());
    return once(reply).send(searchPage(frame, query, hits));
  });

  server.get(`${prefix}/help/:locale/:name`, options, async (request, reply) => {
    const frame = await frameOf(request);
    const id = idIn(request);
    const category = await rpc.call(readHelpCategory, { locale: frame.words.tag, id }, ours());
    const path = frame.base + helpPath('category', frame.words.tag, id, category.title);
    if (pathOf(request) !== path) return reply.redirect(path, 301);
    return keep(request, reply, categoryPage(frame, id, category));
  });

  server.get(`${prefix}/help/:locale/answers/:name`, options, async (request, reply) => {
    const frame = await frameOf(request);
    const id = idIn(request);
    const answer = await rpc.call(readHelpAnswer, { locale: frame.words.tag, id }, ours());
    const path = frame.base + helpPath('answer', frame.words.tag, id, answer.title);
    if (pathOf(request) !== path) return reply.redirect(path, 301);
    const said = (request.query as { said?: unknown }).said === 'yes';
    return keep(request, reply, answerPage(frame, id, answer, said));
  });

  server.post(`${prefix}/help/:locale/answers/:name/feedback`, posted, async (request, reply) => {
    await limit(reply, `word:${clientNetwork(request.ip)}`, WORDS_AN_HOUR);
    const { words, base } = await frameOf(request);
    const id = idIn(request);
    const { helpful, comment } = (request.body ?? {}) as Record<string, unknown>;
    if (helpful !== 'yes' && helpful !== 'no') throw noPage();
    const known = visitorIn(request);
    const visitor = known ?? randomUUID();
    const text = typeof comment === 'string' ? comment.replaceAll('\0', '').slice(0, 2_000) : '';
    const said = { id, locale: words.tag, visitor, helpful: helpful === 'yes', comment: text };
    await rpc.call(rateHelpAnswer, said, ours());
    if (known === undefined) {
      const secure = publicUrl.startsWith('https:') ? '; Secure' : '';
      const cookie = `${VISITOR_COOKIE}=${visitor}; Path=${base}/help; Max-Age=31536000; HttpOnly; SameSite=Lax${secure}`;
      reply.header('set-cookie', cookie);
    }
    return reply.redirect(`${pathOf(request).replace(/\/feedback$/, '')}?said=yes`, 303);
  });

  server.get(`${prefix}/help/:locale/request`, options, async (request, reply) => {
    const frame = await openFor(frameOf(request));
    return once(reply).send(requestPage(frame, newForm()));
  });

  server.get(`${prefix}/help/:locale/request/sent`, options, async (request, reply) => {
    const frame = await openFor(frameOf(request));
    const { number } = request.query as { number?: unknown };
    const known = typeof number === 'string' && /^\d{1,20}$/.test(number) ? number : undefined;
    return once(reply).send(sentPage(frame, known));
  });

  server.post(`${prefix}/help/:locale/request/answered`, posted, async (request, reply) => {
    await limit(reply, `word:${clientNetwork(request.ip)}`, WORDS_AN_HOUR);
    const { words, base } = await frameOf(request);
    const { answer } = (request.body ?? {}) as { answer?: unknown };
    const id = typeof answer === 'string' ? helpIdIn(answer) : undefined;
    if (id === undefined) throw noPage();
    await rpc.call(countHelpDeflection, { id }, ours());
    return reply.redirect(`${base}${helpPath('answer', words.tag, id, '')}`, 303);
  });

  server.post(`${prefix}/help/:locale/request`, posted, async (request, reply) => {
    const frame = await openFor(frameOf(request));
    const { words, base } = frame;
    const form = requestFormIn(request.body);
    const { step } = (request.body ?? {}) as { step?: unknown };
    const fresh = ({ stamp, once: key }: RequestForm) => ({
      stamp: stamps.check(stamp, clock.now()) === 'too-old' ? stamps.at(clock.now()) : stamp,
      once: /^[\w-]{8,64}$/.test(key) ? key : randomUUID(),
    });
    const again = (problem?: string, wrong = {}) =>
      once(reply.code(problem || Object.keys(wrong).length > 0 ? 422 : 200)).send(
        requestPage(frame, { ...form, ...fresh(form) }, wrong, problem),
      );
    // What fills in this field reads no answer either.
    if (form.website !== '') return reply.redirect(`${base}/help/${words.tag}/request/sent`, 303);
    if (step === 'change') return again();
    const wrong = wrongWith(form, words);
    if (Object.keys(wrong).length > 0) return again(undefined, wrong);
    const pace = stamps.check(form.stamp, clock.now());
    if (pace !== 'good') return again(pace === 'too-fast' ? words.wrong.tooFast : words.wrong.tooOld);
    const complete = { ...form, ...fresh(form) };
    if (step !== 'send') {
      const query = `${form.subject} ${form.text.slice(0, 300)}`;
      const asked = { locale: words.tag, query, any: true, limit: SUGGESTIONS };
      const { hits } = await rpc.call(searchHelp, asked, ours());
      if (hits.length > 0) return once(reply).send(suggestionsPage(frame, complete, hits));
    }
    await limit(reply, `request:${clientNetwork(request.ip)}`, REQUESTS_AN_HOUR);
    const address = createHash('sha256').update(form.email.toLowerCase()).digest('base64url');
    await limit(reply, `request-of:${address}`, REQUESTS_OF_AN_ADDRESS);
    const { name, email, subject, text } = form;
    // With one group there is nothing to choose from.
    const [only] = frame.help.groups;
    const groupId = form.groupId ?? (frame.help.groups.length === 1 ? only?.id : undefined);
    const asked = { name, email, subject, text, once: complete.once, ...(groupId !== undefined && { groupId }) };
    try {
      const { number } = await rpc.call(openPublicRequest, asked, { ...ours(), requestId: request.id });
      // 303: a reload shows the page and sends nothing again.
      return reply.redirect(`${base}/help/${words.tag}/request/sent?number=${number}`, 303);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'help.request-refused') throw error;
      return again(undefined, { email: words.wrong.refused });
    }
  });
}

/** @throws AppError not-found `help.no-such-page` where strangers cannot write */
async function openFor<F extends HelpFrame>(asked: Promise<F>): Promise<F> {
  const frame = await asked;
  if (!frame.help.requests) throw noPage();
  return frame;
}

/** Before `/help` in the addresses of the pages that a request is among. */
function baseOf({ params }: FastifyRequest): string {
  const { slug } = (params ?? {}) as { slug?: string };
  return slug === undefined ? '' : `/c/${encodeURIComponent(slug)}`;
}

function helpFor(help: Help, look: Branding | null): Help {
  if (!look) return help;
  // What the two have in common; where that is nothing, what there is.
  const locales = help.locales.filter((locale) => look.locales.includes(locale));
  const groups = help.groups.filter(({ id }) => look.groupIds.includes(id));
  return { ...help, ...(locales.length > 0 && { locales }), ...(groups.length > 0 && { groups }) };
}

/** @throws AppError not-found `help.no-such-page` */
function idIn({ params }: FastifyRequest): number {
  const id = helpIdIn((params as { name: string }).name);
  if (id === undefined) throw noPage();
  return id;
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] as string;
}

function visitorIn({ headers }: FastifyRequest): string | undefined {
  return new RegExp(`(?:^|; )${VISITOR_COOKIE}=([\\w-]{36})(?:;|$)`).exec(headers.cookie ?? '')?.[1];
}

/** What anybody may keep for a while, and asks for again by its checksum. */
function keep(
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  type = 'text/html; charset=utf-8',
): FastifyReply {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  headers(reply, type).header('cache-control', KEPT).header('etag', etag);
  const known = request.headers['if-none-match'];
  return known !== undefined && isAmong(known, etag) ? reply.code(304).send() : reply.send(text);
}

/** What is made for one reader, now. */
function once(reply: FastifyReply): FastifyReply {
  return headers(reply).header('cache-control', 'no-store');
}

function headers(reply: FastifyReply, type = 'text/html; charset=utf-8'): FastifyReply {
  return reply
    .header('content-type', type)
    .header('content-security-policy', HELP_POLICY)
    .header('cross-origin-opener-policy', 'same-origin')
    .header('referrer-policy', 'same-origin')
    .header('x-content-type-options', 'nosniff');
}

function refuse(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asAppError(thrown, request);
  if (error.kind === 'bug') log.error({ err: error, route: request.routeOptions.url }, 'a request failed');
  const { locale } = (request.params ?? {}) as { locale?: string };
  const spoken =
    helpLocales.find((one) => one === locale) ?? preferredOf(request.headers['accept-language'], helpLocales);
  const words = helpWords[spoken ?? ('en' satisfies HelpLocale)];
  const missing = ['not-found', 'forbidden', 'invalid'].includes(error.kind);
  const why = missing ? words.gone : error.kind === 'limited' ? words.tooOften : words.later;
  return once(reply)
    .code(missing ? 404 : statusOf(error))
    .send(helpProblem(words, why, baseOf(request)));
}

function noPage(): AppError {
  return new AppError('not-found', 'help.no-such-page', 'There is no such page.');
}
