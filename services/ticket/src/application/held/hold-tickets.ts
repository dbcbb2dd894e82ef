import { AttributeBook } from '@helpmesh/attributes';
import {
  type Actor,
  type HeldTicket,
  type heldTickets,
  type ParsedInputOf,
  type TicketInput,
} from '@helpmesh/contracts';
import { type Clock, epochMs, isoTime, uuidv7 } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { attachedTo, type HeldOpening, HeldStore } from '../../persistence/held.store.ts';
import { UploadStore } from '../../persistence/upload.store.ts';
import { notFound, requireAnyOf, rightsOf } from '../access.ts';
import { CreateTickets } from '../create-tickets.ts';
import { storedFile } from '../draft-article.ts';
import { OwnSettings } from '../settings/own-settings.ts';
import { HeldTimer, openingOf } from './held-timer.ts';
import { alreadySent, timeOf } from './send-at.ts';

type Order = ParsedInputOf<typeof heldTickets.create>['body'];

/** Tickets that agents open later, or may still take back. Until one is opened only its author knows of it. */
@Injectable()
export class HoldTickets {
  constructor(
    private readonly db: DataSource,
    private readonly held: HeldStore,
    private readonly uploads: UploadStore,
    private readonly creates: CreateTickets,
    private readonly attributes: AttributeBook,
    private readonly settings: OwnSettings,
    private readonly timer: HeldTimer,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor): Promise<HeldTicket[]> {
    requireAnyOf(actor, ['ticket.agent']);
    return this.held.openings(this.db, actor.userId);
  }

  /** Refuses what could not be opened now either. @throws AppError invalid `held-article.time-not-possible` */
  async hold(actor: Actor, { send_at, article, custom, ...fields }: Order): Promise<HeldTicket> {
    requireAnyOf(actor, ['ticket.agent']);
    const known = await this.known(custom);
    const words = { article, ticket: { ...fields, ...(known && { custom: known }) } };
    await this.creates.check(openingOf(actor, words));
    const now = this.clock.now();
    const sendAt = send_at ? timeOf(send_at, now) : epochMs(now + 1000 * (await this.settings.undoSeconds(actor)));
    const scheduled = send_at !== undefined;
    const made = await transaction(this.db, async (tx) => {
      const id = await this.held.add(tx, { ...words, ticketId: null, actor: rightsOf(actor), scheduled, sendAt }, now);
      return this.held.shownOpening(tx, id);
    });
    this.timer.wakeAt(sendAt);
    return made;
  }

  async sendNow(actor: Actor, id: number): Promise<HeldTicket> {
    const now = this.clock.now();
    const held = await transaction(this.db, async (tx) => {
      const { article, ticket, scheduled } = await this.own(tx, actor, id);
      await this.held.change(tx, id, { article, ticket, scheduled, sendAt: isoTime(now) }, now);
      return this.held.shownOpening(tx, id);
    });
    this.timer.wake();
    return held;
  }

  /** Answers with all of it, to be written anew. @throws AppError conflict `held-article.sent` */
  async recall(actor: Actor, id: number) {
    const now = this.clock.now();
    return transaction(this.db, async (tx) => {
      const held = await this.own(tx, actor, id);
      const formId = held.article.form_id ?? uuidv7();
      for (const file of attachedTo(held)) await this.uploads.add(tx, actor.userId, formId, storedFile(file), now);
      const files = (await this.uploads.of(tx, actor.userId, formId)).map(({ id, file: { filename, size } }) => ({
        ...{ id, filename, size },
      }));
      await this.held.remove(tx, id);
      const { attachments: _, ...article } = held.article;
      const { custom, ...ticket } = held.ticket as TicketInput;
      return { ticket: { ...custom, ...ticket, article: { ...article, form_id: formId } }, form_id: formId, files };
    });
  }

  /** What no field of tickets is named is dropped, as of every other ticket: it may be anything, a password too. */
  private async known(custom: Order['custom']): Promise<Order['custom']> {
    if (!custom) return undefined;
    const attributes = await this.attributes.of('Ticket');
    const known = Object.entries(custom).filter(([name]) => attributes.get(name));
    return known.length === 0 ? undefined : Object.fromEntries(known);
  }

  /** Held until the transaction ends. */
  private async own(tx: EntityManager, actor: Actor, id: number): Promise<HeldOpening> {
    requireAnyOf(actor, ['ticket.agent']);
    const held = await this.held.lockOpening(tx, actor.userId, id);
    if (!held) throw notFound('HeldTicket', id);
    if (held.state === 'sent') throw alreadySent();
    return held;
  }
}
