import {
  applyPeerChange,
  type FederationAttachment,
  type FederationChange,
  type FederationComment,
  type FederationDetails,
  type FederationEvent,
  type FederationFields,
  type InputOf,
  type OutputOf,
  readForPeer,
} from '@helpmesh/contracts';
import { AppError, backoffMs, type Clock, derivedId, type EpochMs, epochMs, isoTime, uuidv7 } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { type ActorSigner, type SecretBox, WorkPool } from '@helpmesh/service-kit';
import { withSpan } from '@helpmesh/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import type { Agreement } from '../../domain/agreement.ts';
import { attachmentAvailable } from '../../domain/notices.ts';
import { type FileLimits, type MissingFile, withMissing } from '../../domain/sync/files.ts';
import { handoverNote, toldTo } from '../../domain/sync/handover.ts';
import type { HeldTicket } from '../../domain/sync/link.ts';
import { changeOf, eventType, tellingOf, withoutDetails } from '../../domain/sync/message.ts';
import { askedForMs, holdMs } from '../../domain/sync/outage.ts';
import { type OwnWords, ownChanges, sharedFields } from '../../domain/sync/own-words.ts';
import { canonical } from '../../domain/sync/replica.ts';
import { type Telling, tell, tellAgain } from '../../domain/sync/send.ts';
import { type TakenIn, takeIn } from '../../domain/sync/take-in.ts';
import type { FederationEvents } from '../../events.ts';
import type { AgreementStore } from '../../persistence/agreement.store.ts';
import type { FileStore } from '../../persistence/file.store.ts';
import type { Begun, Claimed, Link, LinkStore, Received, SharedTicket } from '../../persistence/link.store.ts';
import type { NoticeStore } from '../../persistence/notice.store.ts';
import type { OfferStore } from '../../persistence/offer.store.ts';
import { type Peer, type PeerStore, SUCCESS_MS } from '../../persistence/peer.store.ts';
import type { FileRoad } from '../files/file-road.ts';
import { CallsToPeers, type TurnAtPeer } from './calls-to-peers.ts';
import type { PeerAddress, PeerLine, SyncSettings } from './ports.ts';
import { pseudonymOf } from './pseudonym.ts';

type Told = NonNullable<OutputOf<typeof readForPeer>>;
/** A comment as it is written here. */
type Written = InputOf<typeof applyPeerChange>['articles'][number];

/** Comments in one message: a few of the longest still fit through the door of the other side. */
const COMMENTS = 3;
/** Links whose sending is switched off look again. */
const STOPPED_MS = 30_000;
/** What is wrong with all that goes to a peer, not with a ticket. */
const troubles = ['peer.no-token', 'peer.token-refused', 'peer.unavailable', 'peer.throttled'];
/** Before our own services are asked again: after an error, and without an answer. */
const OURS_MS = 1_000;
const ASK_AGAIN_MS = 1_000;
const retries = { baseMs: 2_000, capMs: 900_000 };
/** What a peer understands is asked for that often. */
const KNOWN_MS = 3_600_000;
/** Of so many looks for what is due one is for what has waited longest. */
const LOOKS = 8;

type Taken = Extract<TakenIn, { do: 'take' }>;

/** What it takes to see where a ticket stands here. */
interface Look extends Pick<Begun, 'link' | 'peer' | 'agreement'> {
  signal: AbortSignal;
  /** Where the ticket stood when the turn began, until somebody was waited for; undefined: that is to be read. */
  shared?: SharedTicket | undefined;
  /** Where it stands since it was read or written last. */
  here?: Here;
}

/** What a turn needs to know. */
interface Turn extends Look, Pick<Begun, 'direct'> {}

/** Which ticket it is. */
type Known = Pick<SharedTicket, 'uuid' | 'ticketId' | 'originNode'>;

/** A message as it is sent. */
interface Outgoing {
  sequence: number;
  event: FederationEvent;
}

/** Where the ticket stands here: as others know it, and in our words. */
interface Here {
  shared: SharedTicket;
  told: Told;
  fields: FederationFields;
}

/**
 * Keeps tickets equal with other helpdesks, a link at a time and the links side by side: what came in is done here, then
 * what changed here is queued and sent. A link is leased, so that a process that dies gives it back by doing nothing;
 * every step may be done twice, since the ticket service and the peer know what they have by its uuid and number.
 */
export class SyncLinks {
  private readonly pool: WorkPool<Claimed>;
  /** Of the turns under way. */
  private readonly leases = new Set<string>();
  private readonly calling = new CallsToPeers();
  /** Fields that peers understand, and when they said so; by peer. */
  private readonly known = new Map<number, { fields: ReadonlySet<string>; at: EpochMs }>();
  private looks = 0;
  private heart: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: DataSource,
    private readonly links: LinkStore,
    private readonly peers: PeerStore,
    private readonly agreements: AgreementStore,
    private readonly files: FileStore,
    private readonly offers: OfferStore,
    private readonly notices: Pick<NoticeStore, 'tellAll'>,
    private readonly road: Pick<FileRoad, 'bring'>,
    private readonly line: PeerLine,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly box: SecretBox,
    private readonly clock: Clock,
    private readonly settings: SyncSettings,
    private readonly events: FederationEvents,
  ) {
    const { concurrency, pollMs, stopGraceMs } = settings;
    this.pool = new WorkPool({
      ...{ concurrency, pollMs, stopGraceMs },
      claim: (limit) => this.claim(limit),
      work: (one, cutOff) => withSpan('federation.sync', { 'helpmesh.link': one.id }, () => this.turn(one, cutOff)),
      trouble: (what, error) => this.events.trouble(what, error),
    });
  }

  /** What people write now does not stand behind all that an outage has left; and that comes to its end as well. */
  private claim(limit: number): Promise<Claimed[]> {
    const first = this.looks++ % LOOKS === LOOKS - 1 ? 'oldest' : 'newest';
    const called = this.calling.peers();
    return this.links.claim(this.db, this.clock.now(), this.settings.leaseMs, { limit, first, called });
  }

  start(): void {
    this.heart ??= setInterval(() => void this.beat(), this.settings.leaseMs / 3);
    this.pool.start();
  }

  async stop(): Promise<void> {
    await this.pool.stop();
    clearInterval(this.heart);
    this.heart = undefined;
  }

  /** A turn may take as long as it takes: who works on it is alive. */
  private async beat(): Promise<void> {
    const until = epochMs(this.clock.now() + this.settings.leaseMs);
    await this.links
      .renew(this.db, [...this.leases], until)
      .catch((error: unknown) => this.events.trouble('what is worked on cannot be held', error));
  }

  /** Something may be due now. */
  readonly wake = (): void => this.pool.wake();

  /** Where a ticket stands for a peer, without comments; null: nothing was told yet. */
  async standing(link: Link): Promise<FederationChange | null> {
    const here = await this.here(await this.turnOf(link));
    const telling = here && tellAgain(link.state, here.shared.originNode);
    return telling && changeOf(telling, this.ticketOf(here.shared, here.told), this.viaOf(link, here.shared), []);
  }

  /** Comments that a peer has been told, or has told. @param after  where the page before ended, 0: the first */
  async commentsAt(link: Link, after: number, limit: number) {
    const ids = await this.links.commentsAfter(this.db, link.id, after, limit);
    const shared = await this.links.shared(this.db, link.uuid);
    if (!shared || ids.length === 0) return { comments: [], next: null };
    const asked = { ticketId: shared.ticketId, knownArticleIds: [], onlyArticleIds: ids, internal: true, limit };
    const told = await this.rpc.call(readForPeer, asked, { actor: this.signer.service() });
    const comments = told?.articles.map((article) => this.commentOf(shared, article)) ?? [];
    await this.files.offer(this.db, link.id, attachmentsOf(comments));
    return { comments, next: ids.length === limit ? (ids.at(-1) as number) : null };
  }

  /**
   * What a peer would be told of a ticket that it knows nothing of. Nothing is written down and nothing is sent.
   * @param limit  comments, the oldest first
   * @returns null: there is no such ticket
   */
  async preview(ticketId: number, peer: Peer, agreement: Agreement, limit: number) {
    const input = { ticketId, knownArticleIds: [], internal: agreement.internalNotes, limit };
    const told = await this.rpc.call(readForPeer, input, { actor: this.signer.service() });
    if (!told) return null;
    const { node } = this.settings;
    const [held] = await this.links.sharedOf(this.db, [ticketId]);
    const shared = held ?? { uuid: uuidv7(), ticketId, originNode: node, via: [] };
    const ours = shared.originNode === node;
    const requester = held && !ours ? held.fields.requester : this.disclosed(told, peer, agreement);
    const assigned = held?.fields.assignedNode ?? peer.node;
    const worksHere = assigned === node;
    const own = sharedFields(ownOf(told), held ?? null, requester, assigned, worksHere, detailsOf(node, told));
    const fields = toldTo(peer.node, own);
    return {
      ticket: { ...this.ticketOf(shared, told), fields },
      comments: told.articles.map((article) => this.commentOf(shared, article)),
    };
  }

  private async turnOf(link: Link, signal = NEVER): Promise<Look> {
    const peer = await this.peers.get(this.db, link.peerId);
    return { link, peer, agreement: await this.agreements.find(this.db, link.agreementId), signal };
  }

  private async turn({ id, peerId }: Claimed, signal: AbortSignal): Promise<void> {
    const call = this.calling.begin(peerId, this.clock.now());
    try {
      const begun = await this.links.begin(this.db, id);
      if (!begun) return;
      const { lease } = begun.link;
      this.leases.add(lease);
      try {
        await this.work(begun, signal).catch((error: unknown) => this.failed(begun, call, AppError.from(error)));
      } finally {
        this.leases.delete(lease);
      }
    } finally {
      this.calling.end(call);
    }
  }

  private async work(first: Begun, signal: AbortSignal): Promise<void> {
    const begun = (await this.ask({ ...first, shared: undefined, signal })) ? await this.again(first) : first;
    const { link } = begun;
    const turn: Turn = { ...begun, signal };
    const following = async (left: number) => (left > 0 ? this.links.nextIn(this.db, link.id) : undefined);
    let left = begun.queuedIn;
    for (let next: Received | undefined = begun.next; next; next = await following(left)) {
      await this.take(turn, next.change);
      // What comes in meanwhile makes the link due again.
      left -= 1;
    }
    // What came in may have taken its time.
    const stopped = begun.next ? await this.peers.isStopped(this.db) : begun.stopped;
    if (!stopped) await this.send(turn, begun.hasOut);
    const dueAt = stopped ? epochMs(this.clock.now() + STOPPED_MS) : null;
    await this.links.rest(this.db, link, { dueAt, attempts: 0, error: null }, this.clock.now());
    // The switch may have been turned between the look at it and the rest.
    if (stopped && !(await this.peers.isStopped(this.db))) await this.links.wakeAll(this.db, this.clock.now());
    // What changed meanwhile is due already.
    this.wake();
  }

  /** @returns whether the peer was asked for anything, and time went by */
  private async ask(turn: Turn): Promise<boolean> {
    const { link, peer } = turn;
    if (!peer.called || !(peer.failingSince || link.ask)) return false;
    if (peer.failingSince) await this.probe(turn);
    if (link.ask) await this.compare(turn);
    return true;
  }

  /** @throws AppError stale `peer.link-lost` */
  private async again({ link }: Begun): Promise<Begun> {
    const begun = await this.links.begin(this.db, link.id);
    if (begun?.link.lease !== link.lease) throw lost();
    return begun;
  }

  /** Whether a peer that did not answer does again: with a call that costs it nothing, and no ticket waits behind it. */
  private async probe({ peer, signal }: Turn): Promise<void> {
    try {
      if (!(await this.line.probe(this.addressOf(peer), signal))) return;
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (isOfThePeer(error)) throw error;
      // Whatever it says, it says it to all.
      throw new AppError('unavailable', 'peer.unavailable', error.detail, undefined, { cause: error });
    }
    await this.answered(peer);
  }

  /** Written down when it is news, and now and then: what is known of the peer is as old as the turn. */
  private async answered({ id, failingSince, lastSuccessAt }: Turn['peer']): Promise<void> {
    const now = this.clock.now();
    const isNews = this.calling.answered(id, now) || failingSince !== null;
    if (!isNews && lastSuccessAt && now - lastSuccessAt.getTime() < SUCCESS_MS) return;
    if (await this.peers.answered(this.db, id, now)) this.wake();
  }

  /** One link's trouble is its own; that of the line is the peer's, and then nobody calls it for a while. */
  private async failed({ link, peer }: Begun, call: TurnAtPeer, error: AppError): Promise<void> {
    const now = this.clock.now();
    this.events.syncFailed(link, peer, error);
    // It may run another release by now.
    if (error.code === 'peer.refused') this.known.delete(peer.id);
    if (error.code === 'peer.unshared') return this.links.end(this.db, link.id, error.detail, now);
    const ofThePeer = isOfThePeer(error);
    const hold = (failingMs: number) => Math.max(holdMs(failingMs), askedForMs(error));
    const isNews = askedForMs(error) > 0 || !this.calling.hasAnsweredSince(call);
    if (ofThePeer && isNews) {
      this.calling.failed(peer.id);
      await this.peers.failed(this.db, peer.id, error.detail, hold, now);
    }
    // The ticket moved on while it was read: at once again.
    const atOnce = ofThePeer || error.kind === 'stale';
    // One of our own services is away, which is no fault of the ticket.
    const isOurs = error.code.startsWith('rpc.') || error.code.startsWith('bus.');
    const attempts = atOnce || isOurs ? link.attempts : link.attempts + 1;
    const wait = isOurs ? OURS_MS : backoffMs(attempts, { ...retries, jitter: Math.random() });
    // That it was tried makes it no newer: after the outage those that were written to last still go first.
    const dueAt = atOnce ? 'as-it-was' : epochMs(now + wait);
    await this.links.rest(this.db, link, { dueAt, attempts, error: error.detail }, now);
    this.wake();
  }

  // In.

  /** Finds out what was lost in either direction. */
  private async compare(turn: Turn): Promise<void> {
    const { link, peer } = turn;
    const standing = await this.line.standing(this.addressOf(peer), link.uuid, turn.signal);
    await this.answered(peer);
    if (standing && standing.sequence > link.state.sequenceIn) await this.take(turn, standing, true);
    const { state } = link;
    link.ask = false;
    const waiting = await this.links.nextOut(this.db, link.id);
    if (!waiting && state.sequenceOut > (standing?.acknowledged ?? 0)) {
      // They have missed something. A number that does not follow makes them ask.
      const here = await this.here(turn);
      if (here && state.shadow) {
        state.sequenceOut += 1;
        const telling = { ...(tellAgain(state, here.shared.originNode) as Telling), changed: [], commentIds: [] };
        await this.queue(turn, here, telling, []);
        return;
      }
    }
    await transaction(this.db, (tx) => this.links.save(tx, link, [], this.clock.now()));
  }

  private async take(turn: Turn, change: FederationChange, whole = false): Promise<void> {
    const { link, peer } = turn;
    const here = turn.here ?? (await this.here(turn));
    const held = here && heldOf(here, [...link.state.comments]);
    const place = { self: this.settings.node, direct: turn.direct };
    const result = takeIn(link.state, held, tellingOf(change), place, whole);
    if (result.do === 'skip') return transaction(this.db, (tx) => this.links.done(tx, link.id, change.sequence));
    if (result.do === 'ask') {
      const standing = await this.line.standing(this.addressOf(peer), link.uuid, turn.signal);
      if (!standing || standing.sequence < change.sequence) {
        throw new AppError('conflict', 'peer.out-of-order', `${peer.name} does not know what it has sent.`);
      }
      delete turn.here;
      return this.take(turn, standing, true);
    }
    const comments = change.comments.filter(({ uuid }) => result.commentIds.includes(uuid));
    const notes = this.notesOf(link, peer, change.sequence, result);
    // What we note ourselves is for the agents who look after the ticket.
    const said = [
      ...(await this.written(turn, change, comments)),
      ...(await this.written(turn, change, notes)).map((note) => ({ ...note, calls: [] })),
    ];
    const answer = await this.apply(turn, here, change, result.patch, said);
    const shared: SharedTicket = {
      ...{ uuid: link.uuid, ticketId: answer.ticketId, originNode: change.ticket.originNode, via: change.via },
      ...here?.shared,
      fields: canonical({ ...(here?.fields ?? change.ticket.fields), ...result.patch }),
      own: ownOf(answer.after),
    };
    link.state = result.link;
    const kept = comments.map(({ uuid }, i) => ({ uuid, articleId: answer.articleIds[i] as number }));
    const now = this.clock.now();
    await transaction(this.db, async (tx) => {
      if (!(await this.links.save(tx, link, kept, now, shared))) throw lost();
      await this.files.done(
        tx,
        peer.id,
        attachmentsOf(comments).map(({ uuid }) => uuid),
      );
      await this.links.taken(tx, link, change, now);
      await this.links.keepWishes(tx, link.id, change.changed, result.suggestions, now);
      const { handover } = result.patch;
      if ('handover' in result.patch) await this.offers.follow(tx, link.uuid, handover, this.settings.node);
    });
    link.articleIds.push(...kept.map(({ articleId }) => articleId));
    // Nothing else was written in between, or the ticket would have moved on; what nobody was told of still is untold.
    turn.here = this.standingOf(turn, shared, { ...answer.after, articles: here?.told.articles ?? [] });
    this.events.taken(peer, change);
  }

  private async apply(
    { peer, agreement, link }: Turn,
    here: Here | null,
    change: FederationChange,
    patch: Partial<FederationFields>,
    articles: Written[],
  ): Promise<OutputOf<typeof applyPeerChange>> {
    const wanted = ownChanges(patch);
    if (here && Object.keys(wanted).length === 0 && articles.length === 0) {
      return { ticketId: here.shared.ticketId, articleIds: [], after: here.told };
    }
    if (!here && !agreement) throw new AppError('conflict', 'peer.no-agreement', 'There is no agreement any more.');
    const { name = '-', email } = change.ticket.fields.requester;
    const ticket = here
      ? { id: here.shared.ticketId, version: here.told.version }
      : {
          uuid: link.uuid,
          groupId: agreement?.groupId as number,
          customer: email === undefined ? null : { name, email },
        };
    const input = { peer: { id: peer.id, name: peer.name }, ticket, ...wanted, articles };
    return this.rpc.call(applyPeerChange, input, this.asking());
  }

  /** Comments as articles, with their files; those that never come are named, with the reason. */
  private async written(
    { peer, agreement, signal }: Turn,
    { ticket }: FederationChange,
    comments: readonly FederationComment[],
  ): Promise<Written[]> {
    const articles: Written[] = [];
    for (const { uuid, author, visibility, format, body, attachments } of comments) {
      const files: Written['files'] = [];
      const missing: MissingFile[] = [];
      for (const attachment of attachments) {
        const { filename, mediaType } = attachment;
        const brought = await this.road.bring(peer.id, attachment, agreement ?? NO_FILES, async (sink) => {
          if (!peer.called) throw new AppError('not-found', 'peer.file-not-brought', 'it was not sent');
          await this.line.file(this.addressOf(peer), attachment, sink, signal);
        });
        if ('missing' in brought) missing.push({ filename, why: brought.missing });
        else files.push({ ...brought.held, filename, contentType: mediaType || 'application/octet-stream' });
      }
      articles.push({
        ...{ uuid, sender: senders[author.role], author: author.displayName, internal: visibility === 'internal' },
        ...{ contentType: format, body: withMissing(body, format, missing, ticket.url), files },
      });
    }
    return articles;
  }

  /** For people to see: what was wished there and not done here, and what was said about who is to work on it. */
  private notesOf(
    link: Link,
    peer: Turn['peer'],
    sequence: number,
    { suggestions, patch }: Pick<Taken, 'suggestions' | 'patch'>,
  ): FederationComment[] {
    const words: { name: string; body: string }[] = [];
    if (suggestions.length > 0) {
      const lines = suggestions.map(
        ({ field, value }) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      const body = `${peer.name} suggests a change that is ours to make:\n${lines.join('\n')}`;
      words.push({ name: `suggestion ${peer.id} ${sequence}`, body });
    }
    const { handover } = patch;
    const body = handover && handoverNote(handover, this.settings.node, peer.node, peer.name);
    if (handover && body) words.push({ name: `handover ${handover.id} ${handover.status}`, body });
    return words.map(({ name, body }) => ({
      uuid: derivedId(link.uuid, name),
      author: { node: peer.node, displayName: peer.name, role: 'system' },
      ...{ visibility: 'internal', format: 'text/plain', attachments: [], createdAt: isoTime(this.clock.now()), body },
    }));
  }

  // Out.

  /** @param hasOut  a message waits since before */
  private async send(turn: Turn, hasOut: boolean): Promise<void> {
    const { link, peer } = turn;
    // A peer that cannot be called reads by itself: what is queued is told.
    for (let next = hasOut && peer.called && (await this.links.nextOut(this.db, link.id)); next; ) {
      await this.deliver(turn, next);
      next = await this.links.nextOut(this.db, link.id);
    }
    for (let told = COMMENTS; told >= COMMENTS; ) {
      const queued = await this.queueNext(turn);
      // What has changed since makes the link due again.
      if (!queued) return;
      if (peer.called) await this.deliver(turn, queued);
      told = queued.event.data.comments.length;
    }
  }

  private async deliver(turn: Turn, { sequence, event }: Outgoing): Promise<void> {
    const { link, peer, agreement, signal } = turn;
    // It may run an earlier release than when this was written.
    const understood = (await this.knowsDetails(turn)) ? event : withoutDetails(event);
    const remoteId = agreement?.remoteId ?? null;
    const to = { ...this.addressOf(peer), ...(remoteId !== null && { agreement: remoteId }) };
    await this.line.deliver(to, understood, signal);
    await this.links.sent(this.db, link.id, sequence);
    await this.answered(peer);
    this.events.sent(peer, event);
  }

  /** @returns undefined: the peer knows everything */
  private async queueNext(turn: Turn): Promise<Outgoing | undefined> {
    const { link } = turn;
    const known = turn.here?.told.articles.length === 0 ? turn.here : undefined;
    const here = known ?? (await this.here(turn, COMMENTS));
    delete turn.here;
    if (!here) return undefined;
    const comments = here.told.articles.map((article) => this.commentOf(here.shared, article));
    const next = tell(
      { ...link.state, comments: new Set() },
      heldOf(
        here,
        comments.map(({ uuid }) => uuid),
      ),
      COMMENTS,
      await this.knowsDetails(turn),
    );
    if (!next) return undefined;
    link.state = { ...next.link, comments: new Set([...link.state.comments, ...next.link.comments]) };
    return this.queue(turn, here, next.telling, comments);
  }

  /** Whoever is not called reads by itself, and what it does not know it passes over. */
  private async knowsDetails({ peer, signal }: Turn): Promise<boolean> {
    if (!peer.called) return true;
    const now = this.clock.now();
    let known = this.known.get(peer.id);
    if (!known || now - known.at > KNOWN_MS) {
      known = { fields: await this.line.fields(this.addressOf(peer), signal), at: now };
      this.known.set(peer.id, known);
    }
    return known.fields.has('details');
  }

  private async queue(
    { link, peer }: Turn,
    here: Here,
    telling: Telling,
    comments: FederationComment[],
  ): Promise<Outgoing> {
    const { shared, told, fields } = here;
    const change = changeOf(telling, this.ticketOf(shared, told), this.viaOf(link, shared), comments);
    const event: FederationEvent = {
      ...{ specversion: '1.0', id: uuidv7(), source: this.settings.node, type: eventType(change) },
      ...{ subject: link.uuid, time: isoTime(this.clock.now()), datacontenttype: 'application/json', data: change },
    };
    const said = comments.map(({ uuid }, i) => ({
      uuid,
      articleId: (told.articles[i] as Told['articles'][number]).id,
    }));
    const now = this.clock.now();
    await transaction(this.db, async (tx) => {
      const standing = { ...shared, fields: canonical(fields), own: ownOf(told) };
      if (!(await this.links.save(tx, link, said, now, standing))) throw lost();
      if (telling.changed.length > 0) await this.links.forgetGranted(tx, link.uuid);
      if (!peer.called) await this.links.lockFeed(tx, peer.id);
      await this.links.queue(tx, link.id, telling.sequence, event, now);
      await this.files.offer(tx, link.id, attachmentsOf(comments));
      await this.announceFiles(tx, link, comments, now);
    });
    link.articleIds.push(...said.map(({ articleId }) => articleId));
    return { sequence: telling.sequence, event };
  }

  /** What a peer may fetch from now on; one that is called has it in the message. */
  private async announceFiles(
    tx: EntityManager,
    { uuid, peerId, agreementId }: Link,
    comments: readonly FederationComment[],
    now: EpochMs,
  ): Promise<void> {
    const told = comments.flatMap(({ uuid: comment, attachments }) =>
      attachments.map((attachment) => {
        const notice = attachmentAvailable({ uuid, comment, attachment }, this.settings.node, now);
        return { agreementId, uuid, notice };
      }),
    );
    await this.notices.tellAll(tx, peerId, told, now);
  }

  // Here.

  /**
   * The ticket as it is here. @returns null when it is not here yet
   * @throws AppError not-found `peer.unshared` when it is not here any more
   */
  private async here(turn: Look, limit = 1): Promise<Here | null> {
    const { link, agreement } = turn;
    const shared = turn.shared ?? (await this.links.shared(this.db, link.uuid));
    // The next time it may be another one.
    delete turn.shared;
    if (!shared) return null;
    const input = {
      ...{ ticketId: shared.ticketId, knownArticleIds: link.articleIds, limit },
      internal: agreement?.internalNotes ?? false,
    };
    const told = await this.rpc.call(readForPeer, input, this.asking());
    if (!told) throw new AppError('not-found', 'peer.unshared', 'The ticket was deleted here.');
    return this.standingOf(turn, shared, told);
  }

  private standingOf({ peer, agreement }: Look, shared: SharedTicket, told: Told): Here {
    const { node } = this.settings;
    const requester = shared.originNode === node ? this.disclosed(told, peer, agreement) : shared.fields.requester;
    const { assignedNode } = shared.fields;
    const worksHere = assignedNode === node;
    const details = detailsOf(node, told);
    return { shared, told, fields: sharedFields(ownOf(told), shared, requester, assignedNode, worksHere, details) };
  }

  /** How the ticket service is asked in a turn: it knows what it has done, and a ticket waits for it to be there again. */
  private asking() {
    return { actor: this.signer.service(), askAgainMs: ASK_AGAIN_MS };
  }

  /** As much of a person as the agreement lets go. The pseudonym is another one at each peer. */
  private disclosed(
    { customer }: Told,
    peer: Pick<Peer, 'node'>,
    agreement: Turn['agreement'],
  ): FederationFields['requester'] {
    const disclosure = agreement?.disclosure ?? 'none';
    return {
      pseudonym: pseudonymOf(this.box, peer.node, customer.id),
      ...(disclosure !== 'none' && { name: customer.name.slice(0, 200) }),
      ...(disclosure === 'name+email' && customer.email !== null && { email: customer.email }),
    };
  }

  /** The way the ticket has come to us, and on. */
  private viaOf({ state }: Link, { via }: SharedTicket): string[] {
    return [...(via.at(-1) === state.peer ? [] : via), this.settings.node];
  }

  private ticketOf(shared: Known, told: Told): Omit<FederationChange['ticket'], 'fields'> {
    const { uuid, originNode, ticketId } = shared;
    const url = `${this.settings.node}/#ticket/zoom/${ticketId}`;
    return { uuid, originNode, number: told.number, url, createdAt: told.createdAt };
  }

  private commentOf({ uuid }: Pick<Known, 'uuid'>, article: Told['articles'][number]): FederationComment {
    const { node } = this.settings;
    return {
      uuid: article.uuid ?? derivedId(uuid, `article ${article.id} of ${node}`),
      author: {
        ...{ node, displayName: article.author.slice(0, 200) },
        role: article.sender === 'Customer' ? 'requester' : 'agent',
      },
      visibility: article.internal ? 'internal' : 'public',
      createdAt: article.createdAt,
      format: article.contentType.startsWith('text/html') ? 'text/html' : 'text/plain',
      body: article.body.slice(0, 500_000),
      attachments: article.files.slice(0, 100).map((file) => ({
        uuid: derivedId(uuid, `file ${file.id} of ${node}`),
        ...{ filename: file.filename.slice(0, 250), mediaType: file.contentType.slice(0, 150) },
        ...{ size: file.size, sha256: file.sha256 },
      })),
    };
  }

  /** @throws AppError unavailable `peer.no-token` */
  private addressOf({ id, node, name, token, called }: Turn['peer']): PeerAddress {
    if (!called) {
      throw new AppError('unavailable', 'peer.no-token', `There is no token for ${name} yet.`);
    }
    return { node, token: token && this.box.open(token, `peer:${id}`).toString() };
  }
}

const NEVER = new AbortController().signal;

function isOfThePeer({ code }: AppError): boolean {
  return code.startsWith('net.') || troubles.includes(code);
}

const senders = { requester: 'Customer', agent: 'Agent', system: 'System' } as const;

/** Without an agreement. */
const NO_FILES: FileLimits = { maxAttachmentBytes: 0, attachmentTypes: [] };

function attachmentsOf(comments: readonly FederationComment[]): FederationAttachment[] {
  return comments.flatMap(({ attachments }) => attachments);
}

/** Somebody else has the link by now, and does this. */
function lost(): AppError {
  return new AppError('stale', 'peer.link-lost', 'Another process works on this ticket by now.');
}

function ownOf({ title, stateType, priority, owner, tags }: OwnWords): OwnWords {
  return { title, stateType, priority, owner, tags };
}

function heldOf({ shared, fields }: Here, commentIds: string[]): HeldTicket {
  return { originNode: shared.originNode, fields, commentIds };
}

/** What we say of a ticket while we work on it. */
function detailsOf(node: string, { details }: Told): FederationDetails | undefined {
  if (!details) return undefined;
  const { group, service } = details;
  return { ...details, node, group: group?.slice(0, 250) ?? null, service: service?.slice(0, 250) ?? null };
}
