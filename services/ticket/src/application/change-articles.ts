import { type Actor, desk } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isCommunication } from '../domain/article/kinds.ts';
import { created } from '../domain/ticket/history.ts';
import type { Ticket } from '../domain/ticket/ticket.ts';
import { type ArticleFacts, ArticleStore } from '../persistence/article.store.ts';
import { ReadStore } from '../persistence/read.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';
import { VisibleTickets } from '../persistence/visible-tickets.ts';
import { notAuthorized, notFound, partInChanging } from './access.ts';
import { References } from './references.ts';
import { wantTickets } from './want-tickets.ts';
import { Writing } from './writing.ts';

/** How long an author may take a note back. */
const DELETE_WITHIN_MS = desk.noteDeletionSeconds * 1000;

/** What may still be changed about an article once it is written. */
@Injectable()
export class ChangeArticles {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly articles: ArticleStore,
    private readonly reads: ReadStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Makes an article internal or public, or keeps a highlight. @returns the article as JSON */
  async update(
    actor: Actor,
    id: number,
    input: { internal?: boolean | undefined; preferences?: { highlight?: unknown } | undefined },
  ): Promise<string> {
    return this.with(actor, id, async ({ tx, article, writing, now }) => {
      const internal = input.internal ?? article.internal;
      if (article.beside && !internal) {
        const detail = 'What is said beside the ticket is not for its customer.';
        throw new AppError('invalid', 'article.side-thread-private', detail);
      }
      const highlight = input.preferences?.highlight;
      await this.articles.change(tx, id, { internal, highlight, by: actor.userId, now });
      if (internal !== article.internal) writing.noteArticle(article.ticketId, { id, internal }, 'visibility');
      await writing.save(tx, this.tickets);
      return (await this.reads.articles(tx, VisibleTickets.toTheService(), [id])).get(id) as string;
    });
  }

  /** Takes a fresh note back. Only its author may, administrators are no exception. */
  async remove(actor: Actor, id: number): Promise<void> {
    await this.with(
      actor,
      id,
      async ({ tx, article, writing, now }) => {
        refuseRemoval(actor, article, now);
        const place = { ticketId: article.ticketId, id, by: actor.userId, at: now };
        writing.addHistory({ ...created('Ticket::Article', place), type: 'removed' });
        writing.uncount(article.ticketId);
        writing.noteArticle(article.ticketId, { id, internal: article.internal }, 'deleted');
        await this.articles.remove(tx, id);
        await writing.save(tx, this.tickets);
      },
      'Not authorized (agent permission required)!',
    );
  }

  private async with<T>(
    actor: Actor,
    id: number,
    work: (at: { tx: EntityManager; article: ArticleFacts; writing: Writing; now: EpochMs }) => Promise<T>,
    agentsOnly?: string,
  ): Promise<T> {
    const visible = VisibleTickets.to(actor, 'read');
    const found = await this.articles.facts(this.db, visible, id);
    if (!found) throw notFound('Ticket::Article', id);
    const refs = await this.references.resolve(await wantTickets(this.db, this.tickets, [found.ticketId]));
    const now = this.clock.now();
    return transaction(this.db, async (tx) => {
      const loaded = await this.tickets.lock(tx, visible, [found.ticketId]);
      const article = await this.articles.facts(tx, visible, id);
      if (!article) throw notFound('Ticket::Article', id);
      const part = partInChanging(actor, loaded.get(article.ticketId) as Ticket);
      if (part !== 'agent') throw notAuthorized(agentsOnly);
      return work({ tx, article, writing: new Writing(this.outbox, refs, now, loaded), now });
    });
  }
}

function refuseRemoval(actor: Actor, article: ArticleFacts, now: EpochMs): void {
  if (article.createdById !== actor.userId) throw notAuthorized('Not authorized (you can only delete your own notes)!');
  if (isCommunication(article.type) && (!article.internal || article.beside)) {
    throw notAuthorized('Not authorized (communication articles cannot be deleted)!');
  }
  if (now - article.createdAt > DELETE_WITHIN_MS)
    throw notAuthorized('Not authorized (note is too old to be deleted)!');
}
