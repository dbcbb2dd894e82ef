import type { Actor, applyPeerChange, OutputOf, ParsedInputOf, readForPeer } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { lockAllInTransaction, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { MAX_TAGS, tagNames } from '../../domain/tag/tag.ts';
import { retagged } from '../../domain/ticket/history.ts';
import type { Person } from '../../domain/ticket/people.ts';
import { SYSTEM_USER, type TicketFields } from '../../domain/ticket/ticket.ts';
import { sanitize } from '../../html/sanitize.ts';
import { MentionStore } from '../../persistence/mention.store.ts';
import { PeerStore } from '../../persistence/peer.store.ts';
import { ReplicaStore } from '../../persistence/replica.store.ts';
import { TagStore } from '../../persistence/tag.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized } from '../access.ts';
import { systemArticle } from '../automation/system-article.ts';
import { EnsurePeople } from '../ensure-people.ts';
import { firstGroup } from '../first-group.ts';
import { References } from '../references.ts';
import type { Refs } from '../refs.ts';
import { Tagging } from '../ties/tagging.ts';
import { wantTickets } from '../want-tickets.ts';
import { type NewArticle, Writing } from '../writing.ts';

type Change = ParsedInputOf<typeof applyPeerChange>;

/** Tells other helpdesks how a ticket stands, and does here what was done there. For the federation service alone. */
@Injectable()
export class PeerChanges {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly peers: PeerStore,
    private readonly tags: TagStore,
    private readonly mentions: MentionStore,
    private readonly replicas: ReplicaStore,
    private readonly references: References,
    private readonly people: EnsurePeople,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async read(
    actor: Actor,
    { ticketId, knownArticleIds: known, onlyArticleIds: only, internal, limit }: ParsedInputOf<typeof readForPeer>,
  ): Promise<OutputOf<typeof readForPeer>> {
    requireService(actor);
    return (await this.peers.read(this.db, ticketId, { known, internal, limit, ...(only && { only }) })) ?? null;
  }

  /**
   * @throws AppError forbidden; stale `peer.ticket-moved`; not-found; invalid `peer.group-inactive` and what tags are
   *   refused with; unavailable `ticket.no-group`
   */
  async apply(actor: Actor, change: Change): Promise<OutputOf<typeof applyPeerChange>> {
    requireService(actor);
    const customer = 'customer' in change.ticket ? change.ticket.customer : null;
    const person = customer ? (await this.people.run([customer])).get(customer.email.toLowerCase()) : undefined;
    const known = 'id' in change.ticket ? [change.ticket.id] : [];
    const wanted = await wantTickets(this.db, this.tickets, known);
    wanted.user(person?.id);
    const groupId =
      'uuid' in change.ticket ? (change.ticket.groupId ?? (await firstGroup(this.replicas, this.db))) : null;
    wanted.group(groupId);
    const refs = await this.references.resolve(wanted);
    return transaction(this.db, (tx) => this.write(tx, change, refs, person, groupId));
  }

  /** @param groupId  of one that is opened */
  private async write(
    tx: EntityManager,
    change: Change,
    refs: Refs,
    person: Person | undefined,
    groupId: number | null,
  ) {
    if ('uuid' in change.ticket) {
      await lockAllInTransaction(tx, [`peer ticket ${change.ticket.uuid}`]);
      const made = await this.peers.ticketOf(tx, change.ticket.uuid);
      // It was opened, and the answer was lost.
      if (made !== undefined) return this.answer(tx, made, change, await this.peers.articlesOf(tx, made));
    }
    const id = 'id' in change.ticket ? change.ticket.id : undefined;
    const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), id === undefined ? [] : [id]);
    const present = id === undefined ? new Map<string, number>() : await this.peers.articlesOf(tx, id);
    const fresh = change.articles.filter(({ uuid }) => !present.has(uuid));
    const ids = await this.tickets.takeIds(tx, id === undefined ? 1 : 0, fresh.length);
    const names = tagNames(change.tags ?? []).slice(0, MAX_TAGS);
    const isTagged = id !== undefined && change.tags !== undefined;
    const held = isTagged ? ((await this.tags.held(tx, [id])).get(id) ?? []) : [];
    const tagging = await Tagging.begin(tx, this.tags, [...names, ...held], id === undefined ? [] : [id]);
    const writing = new Writing(this.outbox, refs, this.clock.now(), loaded);
    const { peer } = change;
    const ticketId = writing.as({ cause: { type: 'Peer', ...peer }, quiet: false }, () => {
      const articles = fresh.map((article, i) => articleOf(article, ids.articles[i] as number, peer));
      const opening = ids.tickets[0];
      if ('uuid' in change.ticket && opening) {
        this.open(writing, refs, change, groupId, opening, articles, person);
        return opening.id;
      }
      if ('id' in change.ticket) this.change(writing, refs, change, change.ticket, articles);
      return id as number;
    });
    if (change.tags !== undefined) {
      const wanted = new Set(names.map(({ key }) => key));
      const remove = held.filter(({ key }) => !wanted.has(key));
      const tagged = tagging.change(ticketId, { add: names, remove }, SYSTEM_USER, true);
      if (tagged) {
        const cause = { type: 'Peer', ...peer } as const;
        const entries = retagged(ticketId, tagged, SYSTEM_USER, writing.now);
        writing.as({ cause, quiet: false }, () => writing.note(ticketId, { tags: tagged }, entries, SYSTEM_USER));
        writing.later((on) => tagging.save(on, writing.now));
      }
    }
    const kept = fresh.map(({ uuid }, i) => ({ uuid, id: ids.articles[i] as number }));
    writing.later(async (on) => {
      if ('uuid' in change.ticket) await this.peers.keepTicket(on, change.ticket.uuid, ticketId);
      await this.peers.keepArticles(on, ticketId, kept);
      await this.mentions.addReaders(on, calledBy(fresh, writing, ticketId), writing.now);
    });
    await writing.save(tx, this.tickets);
    return this.answer(tx, ticketId, change, new Map([...present, ...kept.map(({ uuid, id }) => [uuid, id] as const)]));
  }

  private open(
    writing: Writing,
    refs: Refs,
    change: Change,
    groupId: number | null,
    { id, number }: { id: number; number: string },
    [first, ...rest]: NewArticle[],
    person: Person | undefined,
  ): void {
    if (groupId === null || !refs.group(groupId)?.active) {
      throw new AppError('invalid', 'peer.group-inactive', `There is no active group ${groupId}.`);
    }
    const fields = fieldsOf(change, refs, refs.states.forCreate.id);
    const draft = {
      ...{ id, groupId, number, title: change.title ?? '-' },
      ...{ customerId: person?.id ?? SYSTEM_USER, organizationId: person?.organizationId ?? null },
      ...{ preferences: { peer: change.peer }, stateId: refs.states.forCreate.id, ...fields },
    };
    writing.open(draft, first ?? null, SYSTEM_USER);
    for (const article of rest) writing.change(id, { stateId: draft.stateId }, article, SYSTEM_USER);
  }

  private change(
    writing: Writing,
    refs: Refs,
    change: Change,
    { id, version }: { id: number; version: number },
    articles: NewArticle[],
  ): void {
    const before = writing.ticket(id);
    if (before.version !== version) {
      throw new AppError('stale', 'peer.ticket-moved', 'The ticket was changed in the meantime.');
    }
    // A state of its own: an agent's words there do not start work here.
    const fields = { stateId: before.stateId, ...fieldsOf(change, refs, before.stateId) };
    const [first, ...rest] = articles;
    const differs = Object.entries(fields).some(([name, value]) => before[name as 'stateId'] !== value);
    if (first || differs) writing.change(id, fields, first ?? null, SYSTEM_USER);
    for (const article of rest) writing.change(id, { stateId: fields.stateId }, article, SYSTEM_USER);
  }

  /** @param present  articles of peers that the ticket has by now */
  private async answer(
    tx: EntityManager,
    ticketId: number,
    { articles }: Change,
    present: ReadonlyMap<string, number>,
  ) {
    const articleIds = articles.flatMap(({ uuid }) => present.get(uuid) ?? []);
    const after = await this.peers.read(tx, ticketId, { known: [], internal: false, limit: 0 });
    if (!after) throw new AppError('not-found', 'peer.ticket-gone', 'The ticket is not there any more.');
    return { ticketId, articleIds, after };
  }
}

/** Whom the notes of a ticket call. */
function calledBy(articles: Change['articles'], writing: Writing, ticketId: number) {
  const userIds = [...new Set(articles.flatMap(({ calls = [] }) => calls))];
  return userIds.map((userId) => ({ ticketId, groupId: writing.ticket(ticketId).groupId, userId, by: SYSTEM_USER }));
}

/** @param present  the state it has: kept when it is of the wanted kind */
function fieldsOf(
  { title, stateType, priority }: Change,
  refs: Refs,
  present: number,
): TicketFields & { stateId?: number } {
  const wanted = priority === undefined ? undefined : refs.priority({ name: priority });
  return {
    ...(title !== undefined && { title: title.slice(0, 250) }),
    ...(stateType !== undefined && { stateId: stateOf(stateType, refs, present) }),
    ...(wanted?.active && { priorityId: wanted.id }),
  };
}

/** A state of a kind. @param present  is kept when it is of that kind */
export function stateOf(type: NonNullable<Change['stateType']>, { states }: Refs, present: number): number {
  if (states.get(present).type === type) return present;
  if (type === 'new') return states.forCreate.id;
  if (type === 'open') return states.forFollowUp.id;
  const fitting = states.all.find((state) => state.type === type && state.active && !state.terminal);
  return fitting?.id ?? states.forFollowUp.id;
}

function articleOf(article: Change['articles'][number], id: number, peer: Change['peer']): NewArticle {
  const { uuid, sender, author, internal, contentType, body, files, calls } = article;
  return systemArticle(id, {
    ...{ sender, internal, contentType },
    files: files.map((file) => ({ ...file, contentId: null, inline: false })),
    body: contentType === 'text/html' ? sanitize(body) : body,
    from: `${author} (${peer.name})`,
    preferences: { peer: { ...peer, uuid }, ...(calls && { for_agents: true }) },
  });
}

/** @throws AppError forbidden */
function requireService(actor: Actor): void {
  if (actor.kind !== 'service') throw notAuthorized();
}
