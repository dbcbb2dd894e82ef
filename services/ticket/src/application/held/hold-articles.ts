import {
  type Actor,
  type DraftContent,
  type DraftKind,
  groupsWith,
  type HeldArticle,
  type heldArticles,
  type ParsedInputOf,
} from '@helpmesh/contracts';
import { AppError, type Clock, epochMs, isoTime, uuidv7 } from '@helpmesh/kernel';
import { escapeHtml } from '@helpmesh/kernel/template';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DraftStore } from '../../persistence/draft.store.ts';
import { attachedTo, type Held, HeldStore, type HeldWords } from '../../persistence/held.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { UploadStore } from '../../persistence/upload.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized, notFound, requireAnyOf, rightsOf } from '../access.ts';
import { ChangeTickets } from '../change-tickets.ts';
import { storedFile } from '../draft-article.ts';
import { OwnSettings } from '../settings/own-settings.ts';
import { HeldTimer, orderOf } from './held-timer.ts';
import { alreadySent, timeOf } from './send-at.ts';

type Order = ParsedInputOf<typeof heldArticles.create>['body'];
type Edit = ParsedInputOf<typeof heldArticles.update>['body'];

/**
 * Articles that agents send later, or may still take back. Until one is sent it is no article: nobody outside has it,
 * no clock has stopped for it, no rule has seen it.
 */
@Injectable()
export class HoldArticles {
  constructor(
    private readonly db: DataSource,
    private readonly held: HeldStore,
    private readonly tickets: TicketStore,
    private readonly drafts: DraftStore,
    private readonly uploads: UploadStore,
    private readonly changes: ChangeTickets,
    private readonly settings: OwnSettings,
    private readonly timer: HeldTimer,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor, ticketId: number): Promise<HeldArticle[]> {
    await this.requireAgentOf(actor, ticketId);
    return this.held.ofTicket(this.db, VisibleTickets.to(actor, 'read'), ticketId);
  }

  /** Refuses what could not be sent now either. @throws AppError invalid `held-article.time-not-possible` */
  async hold(actor: Actor, ticketId: number, { article, ticket = {}, send_at }: Order): Promise<HeldArticle> {
    await this.requireAgentOf(actor, ticketId);
    const words = { article, ticket };
    await this.changes.check(orderOf(actor, ticketId, words));
    const now = this.clock.now();
    const sendAt = send_at ? timeOf(send_at, now) : epochMs(now + 1000 * (await this.settings.undoSeconds(actor)));
    const scheduled = send_at !== undefined;
    const made = await transaction(this.db, async (tx) => {
      const id = await this.held.add(tx, { ...words, ticketId, actor: rightsOf(actor), scheduled, sendAt }, now);
      // One or the other: what waits is no draft any more.
      await this.drafts.remove(tx, ticketId, actor.userId, kindOf(words));
      return this.held.shown(tx, id);
    });
    this.timer.wakeAt(sendAt);
    return made;
  }

  async update(actor: Actor, id: number, { article, ticket, send_at }: Edit): Promise<HeldArticle> {
    const before = await this.own(this.db.manager, actor, id);
    const words = { article: article ?? before.article, ticket: ticket ?? before.ticket };
    if (article || ticket) await this.changes.check(orderOf(actor, before.ticketId, words));
    const now = this.clock.now();
    const when = send_at === undefined ? undefined : isoTime(timeOf(send_at, now));
    return transaction(this.db, async (tx) => {
      const { scheduled, sendAt, version } = await this.own(tx, actor, id);
      if (version !== before.version) throw new AppError('stale', 'held-article.stale', 'It was changed meanwhile.');
      const next = { scheduled: scheduled || when !== undefined, sendAt: when ?? sendAt };
      await this.held.change(tx, id, { ...words, ...next }, now);
      return this.held.shown(tx, id);
    });
  }

  async sendNow(actor: Actor, id: number): Promise<HeldArticle> {
    const now = this.clock.now();
    const held = await transaction(this.db, async (tx) => {
      const { article, ticket, scheduled } = await this.own(tx, actor, id);
      await this.held.change(tx, id, { article, ticket, scheduled, sendAt: isoTime(now) }, now);
      return this.held.shown(tx, id);
    });
    this.timer.wake();
    return held;
  }

  /**
   * Makes a draft of its author of it again, beside what they may have begun to write since. What could not be sent may
   * be put aside by any agent who may change the ticket.
   * @throws AppError conflict `held-article.sent`
   */
  async recall(actor: Actor, id: number) {
    const now = this.clock.now();
    return transaction(this.db, async (tx) => {
      const held = await this.own(tx, actor, id, true);
      const kind = kindOf(held);
      const formId = held.article.form_id ?? uuidv7();
      for (const file of attachedTo(held)) {
        await this.uploads.add(tx, held.userId, formId, storedFile(file), now);
      }
      const taken = contentOf(held, formId);
      const begun = await this.drafts.lock(tx, held.ticketId, held.userId, kind);
      if (begun) await this.uploads.adopt(tx, held.userId, formId, begun.form_id);
      const form = begun?.form_id ?? formId;
      const files = (await this.uploads.of(tx, held.userId, form)).map(({ id, file: { filename, size } }) => ({
        ...{ id, filename, size },
      }));
      const content: DraftContent = begun
        ? { ...begun, html: `${taken.html}${begun.html}`, files }
        : { ...taken, files };
      await this.drafts.put(tx, { ticketId: held.ticketId, userId: held.userId, kind, content }, now);
      await this.held.remove(tx, id);
      return { ticket_id: held.ticketId, kind, content, updated_at: isoTime(now) };
    });
  }

  /** Held until the transaction ends. @param others  whether agents of the ticket may deal with a failed one */
  private async own(tx: EntityManager, actor: Actor, id: number, others = false): Promise<Held> {
    requireAnyOf(actor, ['ticket.agent']);
    const held = await this.held.lock(tx, id);
    if (!held) throw notFound('HeldArticle', id);
    if (held.userId !== actor.userId) {
      const visible = VisibleTickets.to(actor, 'read');
      const [ticket] = await this.tickets.facts(tx, [{ visible, id: held.ticketId }]);
      if (!ticket || !groupsWith(actor, 'read').includes(ticket.groupId)) throw notFound('HeldArticle', id);
      const mayPutAside = others && held.state === 'failed' && groupsWith(actor, 'change').includes(ticket.groupId);
      if (!mayPutAside) throw notAuthorized('Not authorized (only its author may do that)!');
    }
    if (held.state === 'sent') throw alreadySent();
    return held;
  }

  private async requireAgentOf(actor: Actor, ticketId: number): Promise<void> {
    requireAnyOf(actor, ['ticket.agent']);
    const [ticket] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.to(actor, 'read'), id: ticketId }]);
    if (!ticket) throw notFound('Ticket', ticketId);
    if (!groupsWith(actor, 'read').includes(ticket.groupId)) throw notAuthorized();
  }
}

function kindOf({ article }: HeldWords): DraftKind {
  // What was to go to somebody beside the ticket must not come back as words to its customer.
  return article.internal === true || article.side_thread !== undefined ? 'note' : 'reply';
}

function contentOf({ article }: HeldWords, formId: string): Omit<DraftContent, 'files'> {
  const text = (name: string) => (typeof article[name] === 'string' ? (article[name] as string) : '');
  const body = text('body');
  const html = article.content_type === 'text/html' ? body : `<p>${escapeHtml(body).replaceAll('\n', '<br>')}</p>`;
  return { html, to: text('to'), cc: text('cc'), bcc: text('bcc'), subject: text('subject'), form_id: formId };
}
