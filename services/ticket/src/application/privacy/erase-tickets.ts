import { setImmediate as breathe } from 'node:timers/promises';
import { type Message, ticketUpdated } from '@helpmesh/contracts';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { ERASED_TEXT, type ErasedPerson, type Eraser, type ErasureJob, type ErasurePart } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  type ArticleTexts,
  articleTexts,
  type ErasableArticle,
  type ErasableTicket,
  ErasureStore,
} from '../../persistence/erasure.store.ts';
import { OverviewStore } from '../../persistence/overview.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { IndexTickets } from '../index-tickets.ts';
import { References } from '../references.ts';
import { type Refs } from '../refs.ts';
import { ticketSnapshot } from '../snapshots.ts';
import { wantTickets } from '../want-tickets.ts';
import { PurgeTickets } from './purge-tickets.ts';
import { UnwantedFiles } from './unwanted-files.ts';

const TICKETS = 100;
const ARTICLES = 50;
/** Rows looked through by one statement. */
const WINDOW = 5_000;

type Changes = Message<typeof ticketUpdated>['data']['changes'];
type Counts = { tickets: number; articles: number; files: number; leftovers: number };

/**
 * Erases a person from the tickets: their own are pseudonymised, emptied of what they wrote, or deleted; in those of
 * others their names and addresses become the pseudonym. Search documents are made again with each ticket.
 */
@Injectable()
export class EraseTickets implements Eraser {
  constructor(
    private readonly db: DataSource,
    private readonly store: ErasureStore,
    private readonly tickets: TicketStore,
    private readonly overviews: OverviewStore,
    private readonly index: IndexTickets,
    private readonly references: References,
    private readonly outbox: Outbox,
    private readonly purge: PurgeTickets,
    private readonly files: UnwantedFiles,
  ) {}

  async erase(job: ErasureJob): Promise<ErasurePart> {
    const { person, heldTicketIds } = job;
    const counts: Counts = { tickets: 0, articles: 0, files: 0, leftovers: 0 };
    const kept = new Set<number>();
    const each = async (ids: readonly number[], own: boolean) => {
      for (const id of ids) {
        if (heldTicketIds.has(id)) kept.add(id);
        else await this.eraseTicket(job, id, own, counts);
      }
    };
    await transaction(this.db, async (tx) => {
      counts.leftovers += await this.store.dropLeftovers(tx, person.userId, person.patterns);
      counts.leftovers += await this.overviews.forget(tx, person.userId);
      if (await this.store.eraseReplica(tx, person.userId, person.pseudonym)) {
        counts.leftovers += 1;
        // The documents made of it say the name.
        await this.store.forgetReach(tx, job.taskId);
      }
    });
    for (let after = 0; ; ) {
      const ids = await this.store.ofCustomer(this.db, person.userId, after, TICKETS);
      await each(ids, true);
      if (ids.length < TICKETS) break;
      after = ids.at(-1) ?? after;
    }
    for await (const ids of this.namedElsewhere(person)) await each(ids, false);
    counts.files += await this.files.remove();
    return {
      counts,
      waiting: 0,
      kept: [...kept].map((id) => ({ object: 'Ticket', id: String(id), why: 'legal-hold' })),
    };
  }

  async preview(person: ErasedPerson): Promise<Record<string, number>> {
    const others = new Set<number>();
    for await (const ids of this.namedElsewhere(person)) for (const id of ids) others.add(id);
    return { ...(await this.store.counts(this.db, person.userId)), tickets_of_others: others.size };
  }

  /** Tickets of others, a window of rows at a time; one may come twice. */
  private async *namedElsewhere({ userId, patterns }: ErasedPerson): AsyncGenerator<number[]> {
    const newest = await this.store.newestIds(this.db);
    for (let from = 0; from < newest.article; from += WINDOW) {
      yield await this.store.byArticles(this.db, userId, patterns, from, from + WINDOW);
      yield await this.store.byFiles(this.db, patterns, from, from + WINDOW);
    }
    for (let from = 0; from < newest.ticket; from += WINDOW) {
      yield await this.store.byTickets(this.db, userId, patterns, from, from + WINDOW);
    }
    for (let from = 0; from < newest.history; from += WINDOW) {
      yield await this.store.byHistory(this.db, patterns, from, from + WINDOW);
    }
    yield await this.store.byTies(this.db, patterns);
  }

  private async eraseTicket(job: ErasureJob, id: number, own: boolean, counts: Counts): Promise<void> {
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, [id]));
    const done = await transaction(this.db, async (tx) => {
      const held = (await this.tickets.lock(tx, VisibleTickets.toTheService(), [id])).get(id);
      if (!held) return { articles: 0, ticket: false };
      // Somebody else's by now, or the person's: the page was read before the lock.
      const theirs = held.customerId === job.person.userId;
      if (own && !theirs) return { articles: 0, ticket: false };
      return theirs && job.person.tickets === 'delete'
        ? this.remove(tx, job, id, refs)
        : this.rewrite(tx, job, id, theirs, refs);
    });
    counts.articles += done.articles;
    if (done.ticket) counts.tickets += 1;
  }

  private async remove(
    tx: EntityManager,
    { taskId }: ErasureJob,
    id: number,
    refs: Refs,
  ): Promise<{ articles: number; ticket: boolean }> {
    const ticket = (await this.tickets.lock(tx, VisibleTickets.toTheService(), [id])).get(id);
    if (!ticket) return { articles: 0, ticket: false };
    const { articles, mails } = await this.purge.remove(tx, ticket, refs, { kind: 'service', userId: 1 });
    await this.store.noteReach(tx, taskId, 'mail', mails);
    await this.store.noteReach(tx, taskId, 'ticket', [id]);
    return { articles, ticket: true };
  }

  /**
   * Takes somebody out of one ticket that came from another helpdesk, and what was merged of it; elsewhere they stay. Any
   * of their names goes from what came from there, whole names from what customers see, addresses from the rest.
   * @param address  they, by their addresses alone
   * @param unsigned  tickets whose articles were changed already @param changes  what was done to the ticket besides
   */
  async forget(
    tx: EntityManager,
    { person, address }: { person: ErasedPerson; address: ErasedPerson },
    { ticketId, unsigned, changes }: { ticketId: number; unsigned: readonly number[]; changes: Changes },
    refs: Refs,
  ): Promise<void> {
    const touched = new Set(unsigned);
    for (let after = 0; ; ) {
      const page = await this.store.articlesOfPeers(tx, ticketId, after, ARTICLES);
      for (const article of page) {
        const inOurs = article.internal ? address : person;
        const by = article.from_peer ? person : inOurs;
        if (await this.rewriteArticle(tx, by, article, article.from_peer)) touched.add(article.ticket_id);
        // Others have their turn: it may be long.
        await breathe();
      }
      if (page.length < ARTICLES) break;
      after = page.at(-1)?.id ?? after;
    }
    const titles = await this.rewriteHistory(tx, person, ticketId, true, (attribute) => attribute === 'title');
    const past = await this.rewriteHistory(tx, address, ticketId, false);
    const ties = await this.rewriteTies(tx, address, ticketId, false);
    const ticket = await this.store.ticket(tx, ticketId);
    if (!ticket) return;
    const next = { ...this.rewritten(ticket, address, false), title: person.rewrite(ticket.title, true) };
    const isChanged = titles || past || ties || JSON.stringify(next) !== JSON.stringify(ticket);
    if (isChanged || touched.has(ticketId) || Object.keys(changes).length > 0) await this.keep(tx, next, refs, changes);
    touched.delete(ticketId);
    for (const id of touched) {
      const other = await this.store.ticket(tx, id);
      if (other) await this.keep(tx, other, refs, {});
    }
  }

  private async rewrite(
    tx: EntityManager,
    { taskId, person }: Pick<ErasureJob, 'taskId' | 'person'>,
    id: number,
    theirs: boolean,
    refs: Refs,
  ): Promise<{ articles: number; ticket: boolean }> {
    let articles = 0;
    for (let after = 0; ; ) {
      const page = await this.store.articles(tx, id, after, ARTICLES);
      const changed = [];
      for (const article of page) if (await this.rewriteArticle(tx, person, article, theirs)) changed.push(article);
      await this.reachMails(tx, taskId, changed);
      articles += changed.length;
      if (page.length < ARTICLES) break;
      after = page.at(-1)?.id ?? after;
    }
    const pastChanged = await this.rewriteHistory(tx, person, id, theirs);
    const tiesChanged = await this.rewriteTies(tx, person, id, theirs);
    const ticket = await this.store.ticket(tx, id);
    if (!ticket) return { articles: 0, ticket: false };
    const emptied = theirs && person.tickets !== 'pseudonymise';
    const next = { ...this.rewritten(ticket, person, theirs), ...(emptied && { title: ERASED_TEXT }) };
    const touched = JSON.stringify(next) !== JSON.stringify(ticket);
    // The search document says the customer's name, whatever the ticket says.
    const first = theirs && (await this.store.noteReach(tx, taskId, 'ticket', [id])) > 0;
    if (articles === 0 && !touched && !pastChanged && !tiesChanged && !first) return { articles, ticket: false };
    await this.keep(tx, next, refs, {});
    return { articles, ticket: true };
  }

  private rewritten(ticket: ErasableTicket, person: ErasedPerson, theirs: boolean): ErasableTicket {
    return {
      ...ticket,
      title: person.rewrite(ticket.title, theirs),
      note: ticket.note === null ? null : person.rewrite(ticket.note, theirs),
      preferences: person.rewriteAll(ticket.preferences, theirs),
      custom: ticket.custom && person.rewriteAll(ticket.custom, theirs),
    };
  }

  private async keep(tx: EntityManager, next: ErasableTicket, refs: Refs, changes: Changes): Promise<void> {
    const { id } = next;
    await this.store.setTicket(tx, next);
    await this.index.run(tx, [{ ticketId: id, whole: true }]);
    const now = (await this.tickets.lock(tx, VisibleTickets.toTheService(), [id])).get(id);
    if (now) {
      await this.outbox.add(tx, ticketUpdated, {
        aggregateId: id,
        aggregateVersion: now.version,
        data: { ticket: ticketSnapshot(now, refs), changes, changedById: null },
      });
    }
  }

  /** @returns whether there was anything to change */
  private async rewriteArticle(
    tx: EntityManager,
    person: ErasedPerson,
    article: ErasableArticle,
    theirTicket: boolean,
  ): Promise<boolean> {
    const wrote = [article.created_by_id, article.origin_by_id].includes(person.userId);
    const theirs = theirTicket || wrote;
    const emptied = person.tickets !== 'pseudonymise' && wrote && article.sender === 'Customer';
    const texts = textsOf(article);
    const next = person.rewriteAll(texts, theirs);
    let contentType = article.content_type;
    if (emptied) {
      next.body = ERASED_TEXT;
      contentType = 'text/plain';
    }
    // Answers repeat what the request was called.
    const emptiedSubject = emptied || (person.tickets !== 'pseudonymise' && theirTicket);
    if (emptiedSubject && next.subject) next.subject = ERASED_TEXT;
    const preferences = person.rewriteAll(article.preferences, theirs);
    let filesChanged = false;
    if (emptied && article.files.length > 0) {
      await this.store.unwant(
        tx,
        article.files.map(({ sha256 }) => sha256),
      );
      await this.store.dropFiles(tx, article.id);
      filesChanged = true;
    } else {
      for (const { id, filename, words } of article.files) {
        const file = { id, filename: person.rewrite(filename, theirs), words: words && person.rewrite(words, theirs) };
        if (file.filename === filename && file.words === words) continue;
        await this.store.setFile(tx, file);
        filesChanged = true;
      }
    }
    const same = JSON.stringify([texts, article.preferences]) === JSON.stringify([next, preferences]);
    // The mail as it came names its sender whatever else it says.
    const rawGoes = article.raw_sha256 !== null && wrote;
    if (same && !filesChanged && !rawGoes) return false;
    await this.store.setArticle(tx, { ...next, id: article.id, preferences, content_type: contentType });
    return true;
  }

  private async rewriteHistory(
    tx: EntityManager,
    person: ErasedPerson,
    id: number,
    theirs: boolean,
    only = (_attribute: string | null) => true,
  ): Promise<boolean> {
    let changed = false;
    for (const entry of await this.store.history(tx, id)) {
      if (!only(entry.attribute)) continue;
      // A title that is gone from the ticket must not live on in its past.
      const emptied = theirs && person.tickets !== 'pseudonymise' && entry.attribute === 'title';
      const rewritten = (text: string | null) =>
        text === null ? null : emptied ? ERASED_TEXT : person.rewrite(text, theirs);
      const next = { ...entry, value_from: rewritten(entry.value_from), value_to: rewritten(entry.value_to) };
      if (next.value_from === entry.value_from && next.value_to === entry.value_to) continue;
      await this.store.setHistory(tx, next);
      changed = true;
    }
    return changed;
  }

  private async rewriteTies(tx: EntityManager, person: ErasedPerson, id: number, theirs: boolean) {
    let changed = false;
    for (const said of await this.store.checklist(tx, id)) {
      const text = person.rewrite(said.text, theirs);
      if (text === said.text) continue;
      await this.store.setChecklist(tx, id, { ...said, text });
      changed = true;
    }
    const comment = await this.store.rating(tx, id);
    const kept = theirs && person.tickets !== 'pseudonymise' ? '' : person.rewrite(comment, theirs);
    if (kept !== comment) {
      await this.store.setRating(tx, id, kept);
      changed = true;
    }
    for (const draft of await this.store.drafts(tx, id)) {
      const content = person.rewriteAll(draft.content, theirs);
      if (JSON.stringify(content) === JSON.stringify(draft.content)) continue;
      await this.store.setDraft(tx, id, { ...draft, content });
      changed = true;
    }
    const parked = await this.store.sharedDraft(tx, id);
    const rewritten = parked && person.rewriteAll(parked, theirs);
    if (rewritten && JSON.stringify(rewritten) !== JSON.stringify(parked)) {
      await this.store.setSharedDraft(tx, id, rewritten);
      changed = true;
    }
    for (const one of await this.store.held(tx, id)) {
      const article = person.rewriteAll(one.article, theirs);
      if (JSON.stringify(article) === JSON.stringify(one.article)) continue;
      await this.store.setHeld(tx, { ...one, article });
      changed = true;
    }
    return changed;
  }

  private async reachMails(tx: EntityManager, taskId: number, articles: readonly ErasableArticle[]): Promise<void> {
    await this.store.noteReach(
      tx,
      taskId,
      'mail',
      articles.flatMap(({ inbound_id }) => inbound_id ?? []),
    );
  }
}

function textsOf(article: ErasableArticle): ArticleTexts {
  return Object.fromEntries(articleTexts.map((name) => [name, article[name]])) as ArticleTexts;
}
