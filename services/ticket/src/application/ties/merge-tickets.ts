import type { Actor } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { linksAfterMerge, relinked } from '../../domain/link/link.ts';
import { isSame, lifeOf, threadFactsOf } from '../../domain/merge/merge.ts';
import { mergeEntry } from '../../domain/ticket/history.ts';
import { displayName } from '../../domain/ticket/people.ts';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { ArticleStore } from '../../persistence/article.store.ts';
import { LinkStore, type StoredLink } from '../../persistence/link.store.ts';
import { MentionStore } from '../../persistence/mention.store.ts';
import { MergeStore, type TicketMerge } from '../../persistence/merge.store.ts';
import { TagStore } from '../../persistence/tag.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized, notFound } from '../access.ts';
import { ReadTickets } from '../read-tickets.ts';
import type { NewArticle } from '../writing.ts';
import { type AgentWrite, AgentWrites } from './agent-writes.ts';

export interface BothTickets {
  result: 'success';
  target_ticket: Record<string, unknown>;
  source_ticket: Record<string, unknown>;
}

/** What a larger piece of work writes in the transaction of one of its steps. */
interface Step {
  /** Whether the step is still to be done. */
  open(tx: EntityManager): Promise<boolean>;
  close(tx: EntityManager): Promise<void>;
}

/** Makes one ticket of two, and two of one again. */
@Injectable()
export class MergeTickets {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly articles: ArticleStore,
    private readonly merges: MergeStore,
    private readonly links: LinkStore,
    private readonly mentions: MentionStore,
    private readonly tags: TagStore,
    private readonly reads: ReadTickets,
    private readonly writes: AgentWrites,
  ) {}

  /**
   * Moves what hangs on one ticket to the other.
   * @throws AppError forbidden, invalid `merge.into-itself`, `merge.merged-already`
   */
  async merge(
    actor: Actor,
    sourceId: number,
    targetNumber: string,
  ): Promise<BothTickets | { result: 'failed'; message: string }> {
    const visible = VisibleTickets.to(actor, 'read');
    const targetId = await this.links.numbered(this.db, visible, targetNumber.trim());
    if (targetId === undefined) {
      return { result: 'failed', message: 'The target ticket number could not be found.' };
    }
    const [source] = await this.tickets.facts(this.db, [{ visible, id: sourceId }]);
    if (!source) return { result: 'failed', message: 'The source ticket could not be found.' };
    await this.join(actor, sourceId, targetId);
    return this.answer(actor, sourceId, targetId);
  }

  /**
   * As `merge` does.
   * @param step  of the larger piece of work that this belongs to
   * @throws AppError not-found, forbidden, invalid `merge.into-itself`, `merge.merged-already`
   */
  async join(actor: Actor, sourceId: number, targetId: number, step?: Step): Promise<void> {
    if (sourceId === targetId) {
      throw new AppError('invalid', 'merge.into-itself', 'A ticket cannot be merged into itself.');
    }
    await this.writes.run(
      actor,
      { change: [sourceId, targetId] },
      within(step, (write) => this.carryOut(write, sourceId, targetId, actor.userId)),
    );
  }

  /**
   * Gives back what the merge moved, as far as it is still there.
   * @param sourceId  the ticket that was merged
   * @throws AppError not-found, forbidden, conflict `merge.not-merged`, `merge.source-changed`, `merge.target-merged`,
   *         `merge.articles-moved-on`
   */
  async undo(actor: Actor, sourceId: number): Promise<BothTickets> {
    const targetId = await this.separate(actor, sourceId);
    return this.answer(actor, sourceId, targetId);
  }

  /**
   * As `undo` does.
   * @param step  of the larger piece of work that this belongs to; a merge into another ticket than `from` is none of it
   * @returns     the ticket that it was merged into
   */
  async separate(actor: Actor, sourceId: number, step?: Step & { from: number }): Promise<number> {
    const visible = VisibleTickets.to(actor, 'read');
    const [source] = await this.tickets.facts(this.db, [{ visible, id: sourceId }]);
    if (!source) throw notFound('Ticket', sourceId);
    const merge = await this.merges.standing(this.db, sourceId);
    if (!merge || (step && merge.targetId !== step.from)) throw notMerged();
    const { targetId, record } = merge;
    const [target] = await this.tickets.facts(this.db, [{ visible, id: targetId }]);
    // That the source is merged is no secret, whatever became of the rest.
    if (!target) throw notAuthorized();
    const of = { change: [sourceId, targetId], people: [record.source.life.ownerId] };
    await this.writes.run(
      actor,
      of,
      within(step, (write) => this.takeBack(write, merge, actor.userId)),
    );
    return targetId;
  }

  private async carryOut(
    { tx, writing, refs }: AgentWrite,
    sourceId: number,
    targetId: number,
    by: number,
  ): Promise<void> {
    const [source, target] = [writing.ticket(sourceId), writing.ticket(targetId)];
    const isMerged = (stateId: number) => refs.states.get(stateId).type === 'merged';
    const standing = await this.merges.standing(tx, sourceId);
    if (isMerged(target.stateId) || (standing && isMerged(source.stateId))) {
      const detail = 'It is not possible to merge into an already merged ticket.';
      throw new AppError('invalid', 'merge.merged-already', detail);
    }
    // Opened again since: what that merge moved stays where it is.
    if (standing) await this.merges.end(tx, sourceId, by, writing.now);

    const articleIds = await this.merges.moveArticles(tx, sourceId, targetId);
    const [noteId] = (await this.tickets.takeIds(tx, 0, 1)).articles as [number];
    const before = { source: threadFactsOf(source), target: threadFactsOf(target) };
    const { createArticleTypeId, createArticleSenderId } = before.target;
    const joined = {
      ...(await this.merges.factsOf(tx, targetId)),
      // It was opened as it was, whatever came in that is older.
      ...(createArticleTypeId !== null && { createArticleTypeId, createArticleSenderId }),
    };

    writing.restate(sourceId, { articleCount: 0 });
    const gone = { stateId: refs.states.merged.id, ownerId: SYSTEM_USER };
    const author = refs.person(by);
    const also = { merged_into: { from: null, to: targetId } };
    writing.change(sourceId, gone, mergedNote(noteId, author ? displayName(author) : null), by, writing.now, also);
    writing.addHistory(mergeEntry('merged_into', source, target, by, writing.now));
    writing.restate(targetId, joined);
    const received = mergeEntry('received_merge', target, source, by, writing.now);
    writing.note(targetId, { received_merge: { from: null, to: sourceId } }, [received], by);

    const record = {
      articleIds,
      noteId,
      tags: await this.moveTags({ tx, writing, refs }, sourceId, targetId),
      links: await this.moveLinks({ tx, writing, refs }, sourceId, targetId, by),
      mentions: await this.moveMentions({ tx, writing, refs }, sourceId, targetId),
      source: { life: lifeOf(source), before: before.source, after: threadFactsOf(writing.ticket(sourceId)) },
      target: { before: before.target, after: joined },
    };
    await this.merges.add(tx, { sourceId, targetId, record }, by, writing.now);
  }

  private async moveTags({ tx }: AgentWrite, sourceId: number, targetId: number) {
    const all = await this.tags.held(tx, [sourceId, targetId]);
    const held = all.get(sourceId) ?? [];
    const has = new Set(all.get(targetId)?.map(({ id }) => id));
    const given = held.filter(({ id }) => !has.has(id));
    await this.tags.attach(
      tx,
      given.map(({ key }) => ({ ticketId: targetId, key })),
    );
    const ids = held.map(({ id }) => id);
    await this.tags.detach(tx, sourceId, ids);
    return { held: ids, given: given.map(({ id }) => id) };
  }

  private async moveLinks({ tx, writing }: AgentWrite, sourceId: number, targetId: number, by: number) {
    const all = await this.links.held(tx, [sourceId, targetId]);
    const of = (id: number) => all.filter((link) => link.sourceId === id || link.targetId === id);
    const { moved, dropped } = linksAfterMerge(of(sourceId), of(targetId), sourceId, targetId);
    await this.links.remove(tx, idsOf(dropped));
    await this.links.relink(
      tx,
      moved.map((link) => relinked(link, sourceId, targetId)),
    );
    const made = { kind: 'parent' as const, sourceId: targetId, targetId: sourceId };
    return { moved, dropped, madeId: (await this.links.add(tx, made, by, writing.now))?.id ?? null };
  }

  private async moveMentions({ tx }: AgentWrite, sourceId: number, targetId: number) {
    const all = await this.mentions.held(tx, [sourceId, targetId]);
    const has = new Set(all.flatMap(({ ticketId, userId }) => (ticketId === targetId ? [userId] : [])));
    const own = all.filter(({ ticketId }) => ticketId === sourceId);
    const dropped = own.filter(({ userId }) => has.has(userId));
    const moved = idsOf(own.filter(({ userId }) => !has.has(userId)));
    await this.mentions.remove(tx, idsOf(dropped));
    await this.mentions.move(tx, moved, targetId);
    return { moved, dropped };
  }

  private async takeBack(
    { tx, writing, refs }: AgentWrite,
    { id, sourceId, targetId, record }: TicketMerge,
    by: number,
  ) {
    const [source, target] = [writing.ticket(sourceId), writing.ticket(targetId)];
    if ((await this.merges.standing(tx, sourceId))?.id !== id) throw notMerged();
    if (refs.states.get(source.stateId).type !== 'merged') {
      throw new AppError('conflict', 'merge.source-changed', 'The merged ticket was opened again in the meantime.');
    }
    if (refs.states.get(target.stateId).type === 'merged' && (await this.merges.standing(tx, targetId))) {
      const detail = 'The ticket it was merged into is merged itself by now. Undo that merge first.';
      throw new AppError('conflict', 'merge.target-merged', detail);
    }
    const articles = await this.merges.articlesAmong(tx, record.articleIds);
    if (articles.some(({ ticketId }) => ticketId !== targetId)) {
      const detail = 'Articles that the merge moved are on other tickets by now.';
      throw new AppError('conflict', 'merge.articles-moved-on', detail);
    }
    const kept = articles.length === record.articleIds.length;
    const untouched = kept && isSame(threadFactsOf(source), record.source.after);
    const targetUntouched = kept && isSame(threadFactsOf(target), record.target.after);

    await this.articles.remove(tx, record.noteId);
    await this.merges.giveBack(tx, idsOf(articles), sourceId);
    await this.giveTagsBack({ tx, writing, refs }, sourceId, targetId, record.tags);
    await this.giveLinksBack({ tx, writing, refs }, sourceId, targetId, record.links);
    await this.mentions.move(tx, record.mentions.moved, sourceId);
    await this.mentions.restore(tx, record.mentions.dropped);
    await this.merges.end(tx, sourceId, by, writing.now);

    const { life } = record.source;
    const { closeAt, lastCloseAt, lastOwnerUpdateAt } = life;
    writing.restate(sourceId, untouched ? record.source.before : await this.merges.factsOf(tx, sourceId));
    const stateId = refs.states.find({ id: life.stateId })?.id ?? refs.states.forFollowUp.id;
    const back = { stateId, ownerId: life.ownerId, pendingTime: life.pendingTime };
    const undone = { merge_undone: { from: targetId, to: null } };
    writing.change(sourceId, back, null, by, writing.now, undone, { closeAt, lastCloseAt, lastOwnerUpdateAt });
    writing.addHistory(mergeEntry('merge_undone', source, target, by, writing.now));
    writing.restate(targetId, targetUntouched ? record.target.before : await this.merges.factsOf(tx, targetId));
    const gave = mergeEntry('merge_undone', target, source, by, writing.now);
    writing.note(targetId, { merge_undone: { from: sourceId, to: null } }, [gave], by);
  }

  private async giveTagsBack(
    { tx }: AgentWrite,
    sourceId: number,
    targetId: number,
    { held, given }: TicketMerge['record']['tags'],
  ): Promise<void> {
    await this.tags.detach(tx, targetId, given);
    await this.tags.attachById(tx, sourceId, held);
  }

  private async giveLinksBack(
    { tx }: AgentWrite,
    sourceId: number,
    targetId: number,
    { moved, dropped, madeId }: TicketMerge['record']['links'],
  ): Promise<void> {
    if (madeId !== null) await this.links.remove(tx, [madeId]);
    const now = await this.links.held(tx, [sourceId, targetId]);
    // Links that are gone or lead elsewhere by now stay as somebody wanted them.
    const stands = (link: StoredLink) => {
      const next = relinked(link, sourceId, targetId);
      return now.some((one) => one.id === link.id && one.sourceId === next.sourceId && one.targetId === next.targetId);
    };
    const back = moved.filter(stands);
    await this.links.remove(tx, idsOf(back));
    await this.links.restore(tx, [...back, ...dropped]);
  }

  private async answer(actor: Actor, sourceId: number, targetId: number): Promise<BothTickets> {
    const [source, target] = await this.reads.many(
      [sourceId, targetId].map((id) => ({ actor, id, shape: 'bare' as const })),
    );
    return { result: 'success', target_ticket: parsed(target), source_ticket: parsed(source) };
  }
}

function within(step: Step | undefined, work: (write: AgentWrite) => Promise<void>) {
  return async (write: AgentWrite): Promise<void> => {
    if (step && !(await step.open(write.tx))) return;
    await work(write);
    await step?.close(write.tx);
  };
}

const idsOf = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id);

function parsed(text: string | AppError | undefined): Record<string, unknown> {
  if (typeof text === 'string') return JSON.parse(text) as Record<string, unknown>;
  throw text ?? new AppError('bug', 'internal', 'Something went wrong on our side.', 'lost ticket');
}

function notMerged(): AppError {
  return new AppError('conflict', 'merge.not-merged', 'The ticket is not merged.');
}

/** What stays of the thread of a merged ticket. */
function mergedNote(id: number, from: string | null): NewArticle {
  return {
    id,
    type: 'note',
    sender: 'Agent',
    from,
    to: null,
    cc: null,
    bcc: null,
    subject: null,
    replyTo: null,
    messageId: null,
    inReplyTo: null,
    references: null,
    contentType: 'text/plain',
    body: 'merged',
    internal: false,
    preferences: {},
    originById: null,
    mail: null,
    files: [],
    isAutoResponse: true,
    outgoing: null,
  };
}
