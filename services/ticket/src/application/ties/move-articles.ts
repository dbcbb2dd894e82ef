import { type Actor, mayReadInternal } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { movedEntry } from '../../domain/ticket/history.ts';
import { ArticleStore } from '../../persistence/article.store.ts';
import { LinkStore } from '../../persistence/link.store.ts';
import { MergeStore } from '../../persistence/merge.store.ts';
import { MoveStore } from '../../persistence/move.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { UploadStore } from '../../persistence/upload.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { missingValue, notAuthorized, notFound } from '../access.ts';
import { ReadTickets } from '../read-tickets.ts';
import { type AgentWrite, AgentWrites } from './agent-writes.ts';

export interface MovedArticle {
  article_id: number;
  ticket_id: number;
  from_ticket_id: number;
}

/** Puts one article on another ticket, and back; begins a new ticket from one. */
@Injectable()
export class MoveArticles {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly articles: ArticleStore,
    private readonly moves: MoveStore,
    private readonly merges: MergeStore,
    private readonly links: LinkStore,
    private readonly uploads: UploadStore,
    private readonly reads: ReadTickets,
    private readonly writes: AgentWrites,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError not-found, forbidden, invalid `article.target-unknown`, `article.target-same`,
   *         `article.target-merged`, conflict `article.only-one`
   */
  async move(
    actor: Actor,
    id: number,
    to: { ticket_id?: number | undefined; number?: string | undefined },
  ): Promise<MovedArticle> {
    const sourceId = await this.ticketOf(actor, id);
    const visible = VisibleTickets.to(actor, 'read');
    if (to.ticket_id === undefined && to.number === undefined) throw missingValue('ticket_id');
    const targetId = to.ticket_id ?? (await this.links.numbered(this.db, visible, (to.number ?? '').trim()));
    if (targetId === undefined) {
      throw new AppError('invalid', 'article.target-unknown', 'The target ticket number could not be found.');
    }
    if (targetId === sourceId) {
      throw new AppError('invalid', 'article.target-same', 'The article is on this ticket already.');
    }
    await this.writes.run(actor, { change: [sourceId, targetId] }, async (write) => {
      const { tx, writing, refs } = write;
      const target = writing.ticket(targetId);
      if (refs.states.get(target.stateId).type === 'merged' && (await this.merges.standing(tx, targetId))) {
        const detail = 'The target is merged into another ticket. Move the article there.';
        throw new AppError('invalid', 'article.target-merged', detail);
      }
      await this.carry(write, { id, from: sourceId, to: targetId }, actor.userId);
      const move = { articleId: id, sourceId, targetId };
      await this.moves.add(tx, move, actor.userId, writing.now);
    });
    return { article_id: id, ticket_id: targetId, from_ticket_id: sourceId };
  }

  /** @throws AppError not-found, forbidden, conflict `article.not-moved`, `article.only-one` */
  async undo(actor: Actor, id: number): Promise<MovedArticle> {
    const ticketId = await this.ticketOf(actor, id);
    const move = await this.moves.standing(this.db, id);
    if (!move || move.targetId !== ticketId) throw notMoved();
    const { sourceId, targetId } = move;
    await this.writes.run(actor, { change: [sourceId, targetId] }, async (write) => {
      if ((await this.moves.standing(write.tx, id))?.id !== move.id) throw notMoved();
      await this.carry(write, { id, from: targetId, to: sourceId }, actor.userId);
      await this.moves.undo(write.tx, move.id, write.writing.now);
    });
    return { article_id: id, ticket_id: sourceId, from_ticket_id: targetId };
  }

  /**
   * What a new ticket begins with: the article with everything around it, and its files in the form of the caller.
   * Asked again for the same form, files that are there stay as they are.
   */
  async split(
    actor: Actor,
    { ticket_id, article_id, form_id }: { ticket_id: number; article_id: number; form_id?: string | undefined },
  ): Promise<{ assets: unknown; attachments: { id: number; filename: string; size: number; contentType: string }[] }> {
    if ((await this.ticketOf(actor, article_id)) !== ticket_id) throw notFound('Ticket::Article', article_id);
    const visible = VisibleTickets.to(actor, 'read');
    const [ticket] = await this.tickets.facts(this.db, [{ visible, id: ticket_id }]);
    if (!ticket || !mayReadInternal(actor, ticket)) throw notAuthorized();
    const { assets } = JSON.parse(await this.reads.records(visible, actor, [ticket_id])) as { assets: unknown };
    if (form_id === undefined) return { assets, attachments: [] };
    const now = this.clock.now();
    for (const file of await this.articles.files(this.db, visible, article_id)) {
      const held = await this.uploads.of(this.db, actor.userId, form_id);
      const same = held.some(({ file: one }) => one.sha256 === file.sha256 && one.filename === file.filename);
      // Images of the text come along as files: the new text has no place for them.
      const own = { ...file, contentId: null, inline: false };
      if (!same) await this.uploads.add(this.db, actor.userId, form_id, own, now);
    }
    const uploads = await this.uploads.of(this.db, actor.userId, form_id);
    return {
      assets,
      attachments: uploads.map(({ id, file: { filename, size, contentType } }) => ({
        id,
        filename,
        size,
        contentType,
      })),
    };
  }

  /** From one locked ticket to the other; what either says of itself follows from its thread as it is then. */
  private async carry(
    { tx, writing }: AgentWrite,
    { id, from, to }: { id: number; from: number; to: number },
    by: number,
  ): Promise<void> {
    const place = await this.moves.place(tx, id);
    if (place?.ticketId !== from) throw notFound('Ticket::Article', id);
    if (place.articles === 1) {
      const detail = 'It is the only article of its ticket. Merge the tickets instead.';
      throw new AppError('conflict', 'article.only-one', detail);
    }
    await this.merges.giveBack(tx, [id], to);
    const ends = [writing.ticket(from), writing.ticket(to)] as const;
    for (const [ticket, other, way] of [
      [ends[0], ends[1], 'away'],
      [ends[1], ends[0], 'here'],
    ] as const) {
      writing.restate(ticket.id, await this.merges.factsOf(tx, ticket.id));
      const change = way === 'away' ? { from: id, to: null } : { from: null, to: id };
      const entry = movedEntry(way, ticket, other, id, { by, at: writing.now });
      writing.note(ticket.id, { article_moved: change }, [entry], by);
    }
  }

  private async ticketOf(actor: Actor, articleId: number): Promise<number> {
    const facts = await this.articles.facts(this.db, VisibleTickets.to(actor, 'read'), articleId);
    if (!facts) throw notFound('Ticket::Article', articleId);
    return facts.ticketId;
  }
}

function notMoved(): AppError {
  return new AppError('conflict', 'article.not-moved', 'The article is where it was written, or moved on since.');
}
