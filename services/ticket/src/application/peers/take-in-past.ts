import type { Actor, OutputOf, ParsedInputOf, takeInPast } from '@helpmesh/contracts';
import { AppError, type Clock, epochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { lockAllInTransaction, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { MAX_TAGS, tagNames } from '../../domain/tag/tag.ts';
import { retagged } from '../../domain/ticket/history.ts';
import type { Person } from '../../domain/ticket/people.ts';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { sanitize } from '../../html/sanitize.ts';
import { PeerStore } from '../../persistence/peer.store.ts';
import { TagStore } from '../../persistence/tag.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized } from '../access.ts';
import { systemArticle } from '../automation/system-article.ts';
import { EnsurePeople } from '../ensure-people.ts';
import { References } from '../references.ts';
import type { Refs } from '../refs.ts';
import { Tagging } from '../ties/tagging.ts';
import { wantTickets } from '../want-tickets.ts';
import { type NewArticle, type Ruling, Writing } from '../writing.ts';
import { stateOf } from './peer-changes.ts';

type Past = ParsedInputOf<typeof takeInPast>;
type Output = OutputOf<typeof takeInPast>;
type People = ReadonlyMap<string, Person>;

/** Tickets that another helpdesk had before this one did. For the federation service alone. */
@Injectable()
export class TakeInPast {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly peers: PeerStore,
    private readonly tags: TagStore,
    private readonly references: References,
    private readonly people: EnsurePeople,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden; invalid `peer.group-inactive` and what tags are refused with */
  async run(actor: Actor, past: Past): Promise<Output> {
    if (actor.kind !== 'service') throw notAuthorized();
    const people = await this.people.run([
      ...(past.customer ? [past.customer] : []),
      ...past.articles.flatMap(({ author: { name, email } }) => (email ? [{ name, email }] : [])),
    ]);
    const known = await this.peers.ticketOf(this.db, past.uuid, true);
    const wanted = await wantTickets(this.db, this.tickets, known === undefined ? [] : [known]);
    wanted.group(past.groupId);
    for (const { id } of people.values()) wanted.user(id);
    // Nobody becomes a customer for having owned something there.
    wanted.user(past.owner);
    const refs = await this.references.resolve(wanted);
    return transaction(this.db, (tx) => this.write(tx, past, refs, people));
  }

  private async write(tx: EntityManager, past: Past, refs: Refs, people: People): Promise<Output> {
    await lockAllInTransaction(tx, [`past ticket ${past.uuid}`]);
    const known = await this.peers.ticketOf(tx, past.uuid, true);
    const present = known === undefined ? new Map<string, number>() : await this.peers.articlesOf(tx, known);
    const fresh = past.articles.filter(({ uuid }) => !present.has(uuid));
    if (known !== undefined && fresh.length === 0) return { ticketId: known, made: false, articles: 0 };
    const loaded = await this.tickets.lock(tx, VisibleTickets.toTheService(), known === undefined ? [] : [known]);
    const ids = await this.tickets.takeIds(tx, known === undefined ? 1 : 0, fresh.length);
    const writing = new Writing(this.outbox, refs, this.clock.now(), loaded);
    const articles = fresh.map((article, i) => ({
      draft: articleOf(article, ids.articles[i] as number, people),
      at: epochMs(Date.parse(article.createdAt)),
    }));
    const names = known === undefined ? tagNames(past.tags).slice(0, MAX_TAGS) : [];
    const tagging = await Tagging.begin(tx, this.tags, names, []);
    const ruling: Ruling = { cause: { type: 'Peer', id: 0, name: past.source }, quiet: true, past: true };
    const ticketId = writing.as(ruling, () => {
      const opening = ids.tickets[0];
      if (known === undefined && opening) {
        this.open(writing, refs, past, opening, articles, people);
        const tagged = tagging.add(opening.id, names, SYSTEM_USER, true);
        const at = epochMs(Date.parse(past.createdAt));
        for (const entry of tagged ? retagged(opening.id, tagged, SYSTEM_USER, at) : []) writing.addHistory(entry);
        return opening.id;
      }
      const id = known as number;
      const { stateId } = writing.ticket(id);
      for (const { draft, at } of articles) writing.change(id, { stateId }, draft, SYSTEM_USER, at);
      return id;
    });
    writing.later(async (on) => {
      await tagging.save(on, writing.now);
      if (known === undefined) await this.peers.keepTicket(on, past.uuid, ticketId, true);
      const kept = fresh.map(({ uuid }, i) => ({ uuid, id: ids.articles[i] as number }));
      await this.peers.keepArticles(on, ticketId, kept);
    });
    await writing.save(tx, this.tickets);
    return { ticketId, made: known === undefined, articles: fresh.length };
  }

  private open(
    writing: Writing,
    refs: Refs,
    past: Past,
    { id, number }: { id: number; number: string },
    [first, ...rest]: { draft: NewArticle; at: ReturnType<typeof epochMs> }[],
    people: People,
  ): void {
    const { groupId, title, customer, owner } = past;
    if (!refs.group(groupId)?.active) {
      throw new AppError('invalid', 'peer.group-inactive', `There is no active group ${groupId}.`);
    }
    const [createdAt, changedAt] = [past.createdAt, past.changedAt].map((time) => epochMs(Date.parse(time)));
    const person = customer ? people.get(customer.email.toLowerCase()) : undefined;
    const priority = refs.priority({ name: past.priority });
    // In the state of new tickets until it came into its own: closing then is told as of then.
    const stateId = refs.states.forCreate.id;
    const draft = {
      ...{ id, number, groupId, title: title.slice(0, 250).trim() || '-', stateId },
      ...{ customerId: person?.id ?? SYSTEM_USER, organizationId: person?.organizationId ?? null },
      ...(priority?.active && { priorityId: priority.id }),
    };
    writing.open(draft, first?.draft ?? null, SYSTEM_USER, createdAt);
    for (const { draft: article, at } of rest) writing.change(id, { stateId }, article, SYSTEM_USER, at);
    // Asked here, since a closed ticket keeps whatever owner it is given.
    const worker = owner ? refs.personNamed(owner) : undefined;
    const ownerId = worker?.active && worker.fullGroupIds.includes(groupId) ? worker.id : undefined;
    const now = { stateId: stateOf(past.stateType, refs, stateId), ...(ownerId !== undefined && { ownerId }) };
    if (now.stateId !== stateId || ownerId !== undefined) writing.change(id, now, null, SYSTEM_USER, changedAt);
  }
}

function articleOf(article: Past['articles'][number], id: number, people: People): NewArticle {
  const { type, sender, author, to, subject, internal, contentType, body, files } = article;
  const person = author.email === null ? undefined : people.get(author.email.toLowerCase());
  return systemArticle(id, {
    ...{ type, sender, to, subject: subject?.slice(0, 250) ?? null, internal, contentType },
    from: author.email === null ? author.name : `${author.name} <${author.email}>`,
    originById: person?.id ?? null,
    body: contentType === 'text/html' ? sanitize(body) : body,
    files: files.map((file) => ({ ...file, contentId: file.contentId ?? null, inline: file.inline ?? false })),
  });
}
