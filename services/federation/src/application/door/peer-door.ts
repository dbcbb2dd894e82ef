import { setTimeout as pause } from 'node:timers/promises';
import {
  answerPeer,
  FederationComment as CommentSchema,
  canonicalPriorities,
  canonicalStates,
  FederationChange,
  FederationEvent,
  type FederationFields,
  FederationHandoverAnswer,
  FederationHandoverDraft,
  FederationPatch,
  FederationRequesterErased,
  FederationTicket,
  federationEventTypes,
  federationFieldNames,
  federationNoticeTypes,
  federationTicketFilters,
} from '@helpmesh/contracts';
import { AppError, type Clock, derivedId, isoTime, uuidv7 } from '@helpmesh/kernel';
import type { RequestTerms } from '@helpmesh/messaging';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { Cache } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PeerAgreement } from '../../domain/agreement.ts';
import { algorithms } from '../../domain/sign-in/key-set.ts';
import { giverOf, type HandoverStep, handOver } from '../../domain/sync/handover.ts';
import { checkWay } from '../../domain/sync/message.ts';
import { canonical, differing } from '../../domain/sync/replica.ts';
import { toldAs } from '../../domain/sync/tombstone.ts';
import type { FederationEvents } from '../../events.ts';
import type { FileStore } from '../../persistence/file.store.ts';
import type { Link, LinkStore } from '../../persistence/link.store.ts';
import type { Peer, PeerStore } from '../../persistence/peer.store.ts';
import type { SignInStore } from '../../persistence/sign-in.store.ts';
import type { PeerAgreements } from '../agreements/peer-agreements.ts';
import type { ForgetRequesters } from '../erasures/forget-requesters.ts';
import type { FileRoad } from '../files/file-road.ts';
import type { OwnKeys } from '../sign-in/own-keys.ts';
import { hashOf, isAccessToken } from '../sign-in/tokens.ts';
import type { SyncSettings } from '../sync/ports.ts';
import type { SyncLinks } from '../sync/sync-links.ts';
import { requireReason } from '../ticket-shares.ts';
import type { ManageWebhooks } from '../webhooks/manage-webhooks.ts';
import { webhookRoutes } from '../webhooks/webhook-routes.ts';
import { type Answer, type Caller, ok, precondition, type Request, type Route, read, Uuid } from './answers.ts';

const MINUTE_MS = 60_000;
/** How long others may keep our public keys. */
const KEYS_SECONDS = 300;
/** A problem (RFC 9457), with the code that the edge gives for the same. */
const tooMany = {
  type: '/docs/errors#http.too-many-requests',
  ...{ title: 'Too Many Requests', status: 429, code: 'http.too-many-requests' },
  detail: 'Your helpdesk calls more often than was agreed. Slow down and try again.',
};
const Cursor = z.coerce.number().int().min(0).default(0);
/** How long an empty feed is waited for, seconds. */
const Wait = z.coerce.number().min(0).max(30).default(0);
/** Number of an agreement. */
const Under = z.coerce.number().int().positive().optional();
const Acknowledged = z.strictObject({ event: z.uuid() });
/** Between two looks at it. */
const LOOK_MS = 300;
const Limit = z.coerce.number().int().min(1).max(200).default(50);

/** What other helpdesks may ask and tell. Each sees the tickets that it shares with us, and nothing else exists for it. */
export class PeerDoor {
  private readonly routes: Route[] = [
    ['GET', /^code-lists$/, async () => ok(codeLists)],
    ['GET', /^events$/, (peer, { query }) => this.feed(peer, query)],
    ['POST', /^events$/, (peer, request) => this.hearAny(peer, request)],
    ['GET', /^tickets$/, (peer, { query }) => this.listTickets(peer, query)],
    ['GET', /^tickets\/([^/]+)$/, (peer, request, uuid) => this.showTicket(peer, request, uuid as string)],
    ['PUT', /^tickets\/([^/]+)$/, (peer, request, uuid) => this.openTicket(peer, request, uuid as string)],
    ['PATCH', /^tickets\/([^/]+)$/, (peer, request, uuid) => this.changeTicket(peer, request, uuid as string)],
    ['POST', /^tickets\/([^/]+)\/handover$/, (peer, { body }, uuid) => this.handOver(peer, body, uuid as string)],
    [
      'PATCH',
      /^tickets\/([^/]+)\/handover$/,
      (peer, request, uuid) => this.answerHandover(peer, request, uuid as string),
    ],
    ['GET', /^tickets\/([^/]+)\/comments$/, (peer, { query }, uuid) => this.listComments(peer, query, uuid as string)],
    [
      'PUT',
      /^tickets\/([^/]+)\/comments\/([^/]+)$/,
      (peer, { body }, uuid, id) => this.addComment(peer, body, uuid as string, id as string),
    ],
    ['GET', /^attachments\/([^/]+)\/content$/, (peer, _request, uuid) => this.showFile(peer, uuid as string)],
    ['PUT', /^attachments\/([^/]+)\/content$/, (peer, { file }, uuid) => this.keepFile(peer, file, uuid as string)],
    [
      'PUT',
      /^tickets\/([^/]+)\/requester-erased$/,
      (peer, { body }, uuid) => this.acknowledgeErasure(peer, body, uuid as string),
    ],
    ['DELETE', /^tickets\/([^/]+)\/share$/, (peer, _request, uuid) => this.stopSharing(peer, uuid as string)],
  ];

  private closing = false;

  constructor(
    private readonly db: DataSource,
    private readonly peers: PeerStore,
    private readonly links: LinkStore,
    private readonly agreements: PeerAgreements,
    private readonly files: Pick<FileStore, 'offered'>,
    private readonly signIn: Pick<SignInStore, 'access'>,
    private readonly keys: Pick<OwnKeys, 'published' | 'address'>,
    private readonly road: Pick<FileRoad, 'keep'>,
    webhooks: ManageWebhooks,
    private readonly forget: ForgetRequesters,
    private readonly sync: Pick<SyncLinks, 'wake' | 'standing' | 'commentsAt'>,
    private readonly terms: Pick<RequestTerms, 'hold'>,
    private readonly cache: Pick<Cache, 'limit'>,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
    private readonly events: Pick<FederationEvents, 'limited'>,
  ) {
    this.routes.push(...agreements.routes(), ...webhookRoutes(webhooks));
  }

  /** Whoever waits for something to happen is answered now. */
  close(): void {
    this.closing = true;
  }

  /** @throws AppError of every kind; the edge writes it as a problem (RFC 9457) */
  async answer(request: Request): Promise<Answer> {
    if (request.path === '' && request.method === 'GET') return ok(this.descriptor());
    if (request.path === 'jwks' && request.method === 'GET') {
      return ok(await this.keys.published(), { 'cache-control': `public, max-age=${KEYS_SECONDS}` });
    }
    const peer = await this.peerOf(request.token);
    for (const [method, path, handle, secret] of this.routes) {
      const [, ...names] = path.exec(request.path) ?? [];
      if (method !== request.method || !path.test(request.path)) continue;
      const { allowed, headers } = await this.count(peer);
      if (!allowed) {
        this.events.limited(peer);
        return { status: 429, headers, body: tooMany };
      }
      const answer = await this.once(peer, request, secret !== undefined, () => handle(peer, request, ...names));
      return { ...answer, headers: { ...headers, ...answer.headers } };
    }
    throw new AppError('not-found', 'federation.no-such-path', 'There is nothing at this address.');
  }

  /** A POST with a key has one effect, and one answer. @throws AppError invalid `idempotency.key-reused` */
  private async once(
    peer: Caller,
    request: Request,
    secretAnswer: boolean,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    const { method, path, body, idempotencyKey: key } = request;
    if (method !== 'POST' || key === undefined) return work();
    const input = { method, path, body };
    // Below the ids of people.
    const item = { actor: { userId: -peer.id }, key, input } as unknown as Parameters<RequestTerms['hold']>[0];
    const json = await this.terms.hold(item, { ...answerPeer, secretAnswer } as typeof answerPeer, async () =>
      Buffer.from(JSON.stringify(await work())),
    );
    return JSON.parse(json.toString());
  }

  /** Before a long body is read. @throws AppError unauthenticated `federation.no-token`, `federation.wrong-token` */
  async admit(token: string | undefined): Promise<{ fileBytes: number }> {
    const peer = await this.peerOf(token);
    const agreements = await this.agreements.of(this.db, peer);
    const taken = agreements.filter(({ active }) => active).map(({ maxAttachmentBytes }) => maxAttachmentBytes);
    return { fileBytes: Math.max(0, ...taken) };
  }

  private descriptor() {
    const { node } = this.settings;
    return {
      ...{ product: 'Helpmesh', protocol: 'federation/v1', node, openapi: `${node}/openapi.json` },
      ...{ modes: ['full', 'redirect', 'direct'], eventTypes: federationEventTypes },
      fields: federationFieldNames,
      ...{ authentication: ['private_key_jwt', 'bearer'], tokenEndpoint: `${node}/oauth/token` },
      ...{ jwksUri: this.keys.address, signatureAlgorithms: algorithms },
      webhooks: { signatures: ['v1', 'v1a'], eventTypes: federationNoticeTypes },
      limits: { commentsPerEvent: 200, commentCharacters: 500_000, hops: 5 },
    };
  }

  /** @throws AppError unauthenticated `federation.no-token`, `federation.wrong-token` */
  private async peerOf(token: string | undefined): Promise<Caller> {
    if (token === undefined) {
      throw new AppError(
        'unauthenticated',
        'federation.no-token',
        'Show the token of your helpdesk as a bearer token.',
      );
    }
    const caller = isAccessToken(token) ? await this.bySignature(token) : await this.byToken(token);
    if (!caller) throw new AppError('unauthenticated', 'federation.wrong-token', 'This token is not known here.');
    return caller;
  }

  private async byToken(token: string): Promise<Caller | undefined> {
    const peer = await this.peers.byToken(this.db, hashOf(token), this.clock.now());
    return peer && { ...peer, scope: null };
  }

  /** By what it got for its signature. */
  private async bySignature(token: string): Promise<Caller | undefined> {
    const access = await this.signIn.access(this.db, hashOf(token), this.clock.now());
    return access && { ...(await this.peers.get(this.db, access.peerId)), scope: access.agreementIds };
  }

  /** What a helpdesk may still ask for, in the fields of draft-ietf-httpapi-ratelimit-headers-10. */
  private async count({ id, callsPerMinute: max }: Peer) {
    const { allowed, remaining, retryAfterMs } = await this.cache.limit(`peer:${id}`, { max, windowMs: MINUTE_MS });
    const seconds = Math.ceil((allowed ? MINUTE_MS : retryAfterMs) / 1_000);
    const headers = { 'ratelimit-policy': `"fed";q=${max};w=60`, ratelimit: `"fed";r=${remaining};t=${seconds}` };
    return { allowed, headers: allowed ? headers : { ...headers, 'retry-after': String(seconds) } };
  }

  // What is told.

  private async hearAny(peer: Caller, { body, ...rest }: Request): Promise<Answer> {
    const { type } = Object(body) as { type?: unknown };
    if (type !== FederationRequesterErased.shape.type.value) return this.hear(peer, read(FederationEvent, body), rest);
    await this.forget.run(peer, read(FederationRequesterErased, body));
    return { status: 202, headers: {} };
  }

  private async acknowledgeErasure(peer: Caller, body: unknown, name: string): Promise<Answer> {
    const uuid = read(Uuid, name);
    await this.forget.acknowledge(peer, uuid, read(Acknowledged, body).event);
    return { status: 204, headers: {} };
  }

  /** @returns 202: it is kept, and will be done */
  private async hear(
    peer: Caller,
    event: FederationEvent,
    { idempotencyKey: key, query }: Pick<Request, 'idempotencyKey' | 'query'>,
  ): Promise<Answer> {
    const under = read(Under, query.agreement);
    checkWay(event, peer.node, this.settings.node);
    // Who calls may be called again, so nobody waits any longer to find out.
    if (peer.failingSince) await this.peers.called(this.db, peer.id);
    const of = { uuid: event.subject, peerId: peer.id, agreementIds: peer.scope };
    // One statement for nearly all; a key is held to in the transaction of its effect.
    if (key === undefined && (await this.links.receiveFor(this.db, of, event, this.clock.now()))) this.sync.wake();
    else {
      await transaction(this.db, async (tx) => {
        const link = await this.linkFor(tx, peer, event.subject, event.data.ticket, under);
        await this.receive(tx, link.id, event);
      });
    }
    return { status: 202, headers: {} };
  }

  private async receive(tx: EntityManager, linkId: number, event: { id: string; data: FederationChange }) {
    await this.links.receive(tx, linkId, event, this.clock.now());
    afterCommit(tx, () => this.sync.wake());
  }

  /**
   * The ticket at the peer; one that is not shared yet begins to be.
   * @param under  the agreement that the peer names; undefined: the first there is
   * @throws AppError gone `federation.unshared`; conflict `federation.shared-elsewhere`; forbidden
   *   `federation.no-agreement`
   */
  private async linkFor(
    tx: EntityManager,
    peer: Caller,
    uuid: string,
    ticket: FederationTicket,
    under: number | undefined,
  ) {
    const held = await this.links.find(tx, uuid, peer.id);
    if (held && !mayKnow(peer, held.link)) throw noAgreement();
    if (held?.endedAt) throw unshared();
    if (held) return { id: held.id };
    if (ticket.originNode === this.settings.node) throw unshared();
    // Also one that is not shared any more: its name is no key to it.
    if ((await this.links.linked(tx, uuid)).length > 0 || (await this.links.shared(tx, uuid))) {
      const detail = 'The ticket came here from another helpdesk already.';
      throw new AppError('conflict', 'federation.shared-elsewhere', detail);
    }
    const open = (await this.agreements.of(tx, peer)).filter(isOpen);
    const agreement = under === undefined ? open[0] : open.find(({ id }) => id === under);
    if (!agreement) throw noAgreement();
    const id = await this.links.add(
      tx,
      { uuid, peerId: peer.id, agreementId: agreement.id, changes: 0 },
      this.clock.now(),
    );
    return { id: id ?? ((await this.links.find(tx, uuid, peer.id))?.id as number) };
  }

  /** Creates a ticket, for peers that have no numbers of their own: doing it again does nothing. */
  private async openTicket(peer: Caller, { body, ifNoneMatch, query }: Request, name: string): Promise<Answer> {
    const uuid = read(Uuid, name);
    const ticket = read(FederationTicket, body);
    if (ticket.uuid !== uuid) {
      throw new AppError('invalid', 'federation.wrong-subject', 'The uuid of the ticket is not that of the address.');
    }
    if (ifNoneMatch !== '*') throw precondition('If-None-Match: *');
    const under = read(Under, query.agreement);
    return transaction(this.db, async (tx) => {
      const link = await this.linkFor(tx, peer, uuid, ticket, under);
      const change = { sequence: 1, acknowledged: 0, via: [peer.node], ticket, changed: [], comments: [] };
      const event = { id: derivedId(uuid, `opened by ${peer.node}`), data: change };
      checkWay({ ...event, source: peer.node, subject: uuid } as never, peer.node, this.settings.node);
      await this.receive(tx, link.id, event);
      return { status: 202, headers: { location: `/federation/v1/tickets/${uuid}` } };
    });
  }

  /** @throws AppError stale `federation.version-moved`; invalid `federation.precondition-needed` */
  private async changeTicket(peer: Caller, { body, ifMatch }: Request, name: string): Promise<Answer> {
    const { link } = await this.openLink(this.db, peer, read(Uuid, name));
    const patch = read(FederationPatch, body);
    const change = await this.seen(link, ifMatch);
    const changed = Object.keys(patch) as FederationChange['changed'];
    await this.tell(peer, link, change, {
      fields: { ...change.ticket.fields, ...patch } as FederationFields,
      ...{ changed, comments: [] },
    });
    return { status: 202, headers: {} };
  }

  /** Where the ticket stands for a caller who has seen that. @throws AppError as `changeTicket` */
  private async seen(link: Link, ifMatch: string | undefined): Promise<FederationChange> {
    if (ifMatch === undefined) throw precondition('If-Match');
    const { etag, change } = await this.present(link);
    if (ifMatch === etag) return change;
    throw new AppError('stale', 'federation.version-moved', `The ticket is at version ${etag} by now.`);
  }

  private async handOver(peer: Caller, body: unknown, name: string): Promise<Answer> {
    const { link } = await this.openLink(this.db, peer, read(Uuid, name));
    const { reason = '' } = read(FederationHandoverDraft, body ?? {});
    const { change } = await this.present(link);
    return this.step(peer, link, change, (id) => ({
      ...{ do: 'offered', to: this.settings.node, id, reason, kind: 'binding' },
    }));
  }

  /** @throws AppError as `changeTicket`; invalid `federation.reason-needed` */
  private async answerHandover(peer: Caller, { body, ifMatch }: Request, name: string): Promise<Answer> {
    const { link } = await this.openLink(this.db, peer, read(Uuid, name));
    const { status, reason = '' } = read(FederationHandoverAnswer, body);
    const change = await this.seen(link, ifMatch);
    requireReason(status, reason);
    const { originNode, fields } = change.ticket;
    // All that it has not begun itself it has of us.
    const giver = giverOf(fields, peer.node, originNode === peer.node ? [] : [this.settings.node]);
    return this.step(peer, link, change, (id) =>
      status === 'returned' ? { do: status, to: giver, id, reason } : { do: status, reason },
    );
  }

  /** What a caller says about who is to work on a ticket; saying it again changes nothing. @throws AppError as `handOver` */
  private async step(
    peer: Caller,
    link: Link,
    change: FederationChange,
    stepOf: (id: string) => HandoverStep,
  ): Promise<Answer> {
    const { sequence, acknowledged, ticket } = change;
    const id = derivedId(link.uuid, `handover of ${peer.node} at ${sequence} and ${acknowledged}`);
    // What it has said just now counts, although nobody has come to it yet.
    const said = (await this.links.lastSaid(this.db, link.id))?.ticket.fields ?? ticket.fields;
    const fields = canonical(handOver(said, peer.node, stepOf(id), isoTime(this.clock.now())));
    const changed = differing(fields, canonical(said));
    if (changed.length > 0) await this.tell(peer, link, change, { fields, changed, comments: [] });
    return { status: 202, headers: {} };
  }

  private async addComment(peer: Caller, body: unknown, name: string, commentName: string): Promise<Answer> {
    const { link } = await this.openLink(this.db, peer, read(Uuid, name));
    const comment = read(CommentSchema, body);
    if (comment.uuid !== read(Uuid, commentName)) {
      throw new AppError('invalid', 'federation.wrong-subject', 'The uuid of the comment is not that of the address.');
    }
    if (link.state.comments.has(comment.uuid)) return { status: 200, headers: {} };
    const { change } = await this.present(link);
    await this.tell(peer, link, change, { fields: change.ticket.fields, changed: [], comments: [comment] });
    return { status: 202, headers: {} };
  }

  /** Puts what a peer without numbers of its own says into the row, as if it had numbered it. */
  private async tell(
    peer: Caller,
    link: Link,
    { sequence: seen, ticket }: FederationChange,
    { fields, changed, comments }: Pick<FederationChange, 'changed' | 'comments'> & { fields: FederationFields },
  ): Promise<void> {
    await transaction(this.db, async (tx) => {
      const sequence = (await this.links.lastIn(tx, link.id)) + 1;
      const data: FederationChange = {
        ...{ sequence, acknowledged: seen, via: [peer.node], ticket: { ...ticket, fields }, changed, comments },
      };
      await this.receive(tx, link.id, { id: comments[0]?.uuid ?? uuidv7(), data });
    });
  }

  /** Bytes of a file that a comment names. @throws AppError not-found `federation.no-such-file` */
  private async showFile(peer: Caller, name: string): Promise<Answer> {
    const file = await this.files.offered(this.db, peer.id, read(Uuid, name), peer.scope);
    if (!file) throw new AppError('not-found', 'federation.no-such-file', 'There is no such file between us.');
    const digest = Buffer.from(file.sha256, 'hex').toString('base64');
    const whole = `sha-256=:${digest}:`;
    return { status: 200, headers: { 'content-digest': whole, 'repr-digest': whole }, file };
  }

  /** For peers that cannot be called: a file comes before the comment that names it. Doing it again does nothing. */
  private async keepFile(peer: Caller, file: Request['file'], name: string): Promise<Answer> {
    const uuid = read(Uuid, name);
    if (!file) throw new AppError('invalid', 'federation.no-file', 'The request holds no file.');
    await this.road.keep(peer.id, uuid, file);
    return { status: 201, headers: {}, body: { uuid, ...file } };
  }

  private async stopSharing(peer: Caller, name: string): Promise<Answer> {
    const { link } = await this.openLink(this.db, peer, read(Uuid, name));
    await this.links.end(this.db, link.id, `${peer.name} has stopped sharing it.`, this.clock.now());
    return { status: 204, headers: {} };
  }

  // What is asked.

  /**
   * For peers that cannot be called. What comes before the cursor was read, and is not kept any longer. With `wait` the
   * answer comes when there is something to tell, or after so many seconds.
   */
  private async feed(peer: Caller, query: Request['query']): Promise<Answer> {
    const limit = read(Limit, query.limit);
    const after = read(Cursor, query.after);
    const until = this.clock.now() + read(Wait, query.wait) * 1_000;
    if (after > 0) await this.links.read(this.db, peer.id, after, peer.scope);
    let rows = await this.links.feed(this.db, peer.id, after, limit, peer.scope);
    while (rows.length === 0 && this.clock.now() < until && !this.closing) {
      await pause(LOOK_MS);
      rows = await this.links.feed(this.db, peer.id, after, limit, peer.scope);
    }
    const cursor = rows.at(-1)?.id ?? after;
    const link = `</federation/v1/events?limit=${limit}&after=${cursor}>; rel="next"`;
    return ok({ events: rows.map((row) => toldAs(row, this.settings.node)), cursor }, { link });
  }

  private async listTickets(peer: Caller, query: Request['query']): Promise<Answer> {
    const limit = read(Limit, query.limit);
    const { cursor: after, ...asked } = read(federationTicketFilters, query);
    const { updatedSince, state, group } = asked;
    const page = {
      ...{ after: after ?? 0, limit, states: state ?? null, groupId: group ?? null },
      updatedSince: updatedSince === undefined ? null : new Date(updatedSince),
    };
    const rows = await this.links.page(this.db, peer.id, page, peer.scope);
    const tickets = rows.map(({ uuid, sequenceOut, state: stands, changedAt }) => ({
      ...{ uuid, version: `v${sequenceOut}`, state: stands, updatedAt: changedAt.toISOString() },
    }));
    if (rows.length < limit) return ok({ tickets });
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...asked, limit, cursor: rows.at(-1)?.id })) {
      if (value !== undefined) next.set(name, String(value));
    }
    return ok({ tickets }, { link: `</federation/v1/tickets?${next}>; rel="next"` });
  }

  private async showTicket(peer: Caller, { ifNoneMatch }: Request, name: string): Promise<Answer> {
    const { link } = await this.openLink(this.db, peer, read(Uuid, name));
    const { etag, change } = await this.present(link);
    if (ifNoneMatch === etag) return { status: 304, headers: { etag } };
    return ok(change, { etag });
  }

  private async listComments(peer: Caller, query: Request['query'], name: string): Promise<Answer> {
    const { link } = await this.openLink(this.db, peer, read(Uuid, name));
    const limit = read(Limit, query.limit);
    const after = read(Cursor, query.cursor);
    const { comments, next } = await this.sync.commentsAt(link, after, limit);
    const path = `/federation/v1/tickets/${link.uuid}/comments`;
    return ok({ comments }, next === null ? {} : { link: `<${path}?limit=${limit}&cursor=${next}>; rel="next"` });
  }

  /** @throws AppError not-found `federation.not-shared`; gone `federation.unshared` */
  private async openLink(on: DataSource, peer: Caller, uuid: string) {
    const held = await this.links.find(on, uuid, peer.id);
    if (!held || !mayKnow(peer, held.link)) {
      throw new AppError('not-found', 'federation.not-shared', 'There is no such ticket between us.');
    }
    if (held.endedAt) throw unshared();
    return held;
  }

  private async present(link: Link): Promise<{ etag: string; change: FederationChange }> {
    const change = await this.sync.standing(link);
    if (!change) throw new AppError('not-found', 'federation.not-told', 'Nothing has been told of this ticket yet.');
    return { etag: `"v${change.sequence}"`, change };
  }
}

function mayKnow({ scope }: Caller, { agreementId }: Link): boolean {
  return scope === null || scope.includes(agreementId);
}

/** Tickets may begin to be shared under it now. */
function isOpen({ active, kind, pausedHere, pausedThere }: PeerAgreement): boolean {
  return active && kind === 'full' && !pausedHere && !pausedThere;
}

function noAgreement(): AppError {
  const detail = 'There is no agreement under which you may open tickets here.';
  return new AppError('forbidden', 'federation.no-agreement', detail);
}

const codeLists = { states: canonicalStates, priorities: canonicalPriorities };

function unshared(): AppError {
  return new AppError('not-found', 'federation.unshared', 'The ticket is not shared with you any more.');
}
