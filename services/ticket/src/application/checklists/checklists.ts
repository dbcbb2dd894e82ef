import { type Actor, type ChecklistAnswer, MAX_CHECKLIST_ITEMS } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { itemText, numberNamed, progressOf, reordered } from '../../domain/checklist/checklist.ts';
import { checklistEntry } from '../../domain/ticket/history.ts';
import { AdminRowStore } from '../../persistence/admin-row.store.ts';
import { ChecklistStore, type HeldChecklist, type ShownChecklist } from '../../persistence/checklist.store.ts';
import { LinkStore } from '../../persistence/link.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { invalidParam, notFound } from '../access.ts';
import { ReadTickets } from '../read-tickets.ts';
import { type AgentWrite, AgentWrites } from '../ties/agent-writes.ts';

type ShownItem = ShownChecklist['items'][number];
/** A change of a locked checklist. */
type Work = (write: AgentWrite, held: HeldChecklist) => Promise<void>;

/** What is left to do for a ticket: one list each, for its agents. */
@Injectable()
export class Checklists {
  constructor(
    private readonly db: DataSource,
    private readonly store: ChecklistStore,
    private readonly templates: AdminRowStore,
    private readonly links: LinkStore,
    private readonly reads: ReadTickets,
    private readonly writes: AgentWrites,
  ) {}

  async get(actor: Actor, id: number): Promise<ChecklistAnswer> {
    return this.answer(actor, await this.shown(this.db, actor, id));
  }

  /** @throws AppError conflict `checklist.exists`, invalid `input.unknown-id` */
  async create(
    actor: Actor,
    input: { ticket_id: number; template_id?: number | null | undefined; name?: string | undefined },
  ): Promise<ChecklistAnswer> {
    const { ticket_id: ticketId, template_id: templateId } = input;
    const template =
      templateId == null ? undefined : await this.templates.get(this.db, 'checklist-template', templateId);
    if (templateId != null && !template?.active) throw invalidParam('template_id', templateId);
    const name = input.name?.trim() ?? String(template?.name ?? '');
    const texts = (template?.items ?? []) as string[];
    const named = await this.named(actor, texts);
    const id = await this.writes.run(actor, { change: [ticketId] }, async ({ tx, writing }) => {
      const { now } = writing;
      if (await this.store.held(tx, ticketId)) {
        throw new AppError('conflict', 'checklist.exists', 'The ticket has a checklist already.');
      }
      const made = await this.store.add(tx, ticketId, name, actor.userId, now);
      const items = texts.map((text, i) => ({ text, checked: false, linkedTicketId: named[i] ?? null }));
      await this.store.addItems(tx, made, items, actor.userId, now);
      const entry = checklistEntry('created', { ticketId, id: made, by: actor.userId, at: now }, { to: name });
      writing.note(
        ticketId,
        { checklist: { from: null, to: { open: items.length, total: items.length } } },
        [entry],
        actor.userId,
      );
      return made;
    });
    return this.get(actor, id);
  }

  async update(
    actor: Actor,
    id: number,
    { name, sorted_item_ids: order }: { name?: string | undefined; sorted_item_ids?: number[] | undefined },
  ): Promise<ChecklistAnswer> {
    const { ticketId } = await this.shown(this.db, actor, id);
    await this.change(actor, ticketId, id, async ({ tx, writing }, held) => {
      const by = actor.userId;
      const ids = held.items.map((item) => item.id);
      if (order) await this.store.order(tx, reordered(ids, order));
      const next = name?.trim() ?? held.name;
      await this.store.rename(tx, id, next, by, writing.now);
      if (next === held.name) return;
      const place = { ticketId, id, by, at: writing.now };
      writing.addHistory(checklistEntry('updated', place, { from: held.name, to: next }));
    });
    return this.get(actor, id);
  }

  async remove(actor: Actor, id: number): Promise<void> {
    const { ticketId } = await this.shown(this.db, actor, id);
    await this.change(actor, ticketId, id, async ({ tx, writing }, held) => {
      await this.store.remove(tx, ticketId);
      const place = { ticketId, id, by: actor.userId, at: writing.now };
      writing.addHistory(checklistEntry('removed', place, { from: held.name }));
    });
  }

  /** @throws AppError invalid `checklist.too-long` */
  async addItem(
    actor: Actor,
    input: { checklist_id: number; text: string; checked?: boolean | undefined },
  ): Promise<ShownItem> {
    const { ticketId } = await this.shown(this.db, actor, input.checklist_id);
    const text = itemText(input.text);
    const [linkedTicketId = null] = await this.named(actor, [text]);
    let id = 0;
    await this.change(actor, ticketId, input.checklist_id, async ({ tx, writing }, held) => {
      if (held.items.length >= MAX_CHECKLIST_ITEMS) {
        const detail = `A checklist may have ${MAX_CHECKLIST_ITEMS} items at most.`;
        throw new AppError('invalid', 'checklist.too-long', detail);
      }
      const item = { text, checked: input.checked ?? false, linkedTicketId };
      [id] = (await this.store.addItems(tx, held.id, [item], actor.userId, writing.now)) as [number];
      const place = { ticketId, id, by: actor.userId, at: writing.now };
      writing.addHistory(checklistEntry('item-added', place, { to: text }));
    });
    return this.item(actor, input.checklist_id, id);
  }

  async updateItem(
    actor: Actor,
    id: number,
    input: { text?: string | undefined; checked?: boolean | undefined },
  ): Promise<ShownItem> {
    const { id: listId, ticketId } = await this.placeOf(actor, id);
    const text = input.text === undefined ? undefined : itemText(input.text);
    const [linked = null] = text === undefined ? [] : await this.named(actor, [text]);
    await this.change(actor, ticketId, listId, async ({ tx, writing }, held) => {
      const before = itemOf(held, id);
      const linkedTicketId = text === undefined || text === before.text ? before.linkedTicketId : linked;
      const next = { ...before, text: text ?? before.text, checked: input.checked ?? before.checked, linkedTicketId };
      await this.store.setItem(tx, next, actor.userId, writing.now);
      const place = { ticketId, id, by: actor.userId, at: writing.now };
      if (next.text !== before.text) {
        writing.addHistory(checklistEntry('item-updated', place, { from: before.text, to: next.text }));
      }
      if (next.checked === before.checked) return;
      writing.addHistory(
        checklistEntry('checklist_item_checked', place, { from: next.text, to: String(next.checked) }),
      );
    });
    return this.item(actor, listId, id);
  }

  async removeItem(actor: Actor, id: number): Promise<void> {
    const { id: listId, ticketId } = await this.placeOf(actor, id);
    await this.change(actor, ticketId, listId, async ({ tx, writing }, held) => {
      const { text } = itemOf(held, id);
      await this.store.removeItem(tx, id);
      const place = { ticketId, id, by: actor.userId, at: writing.now };
      writing.addHistory(checklistEntry('item-removed', place, { from: text }));
    });
  }

  /** Changes the checklist of a ticket, as its agent, and tells how far it is then. */
  private async change(actor: Actor, ticketId: number, id: number, work: Work): Promise<void> {
    await this.writes.run(actor, { change: [ticketId] }, async (write) => {
      const held = await this.store.held(write.tx, ticketId);
      if (held?.id !== id) throw notFound('Checklist', id);
      await work(write, held);
      const after = await this.store.held(write.tx, ticketId);
      const checklist = { from: progressOf(held.items), to: after ? progressOf(after.items) : null };
      write.writing.note(ticketId, { checklist }, [], actor.userId);
    });
  }

  /** Ids of the tickets that texts name, null for those that name none which the actor may see. */
  private async named(actor: Actor, texts: readonly string[]): Promise<(number | null)[]> {
    const visible = VisibleTickets.to(actor, 'read');
    const found: (number | null)[] = [];
    for (const text of texts) {
      const number = numberNamed(text);
      found.push((number !== undefined && (await this.links.numbered(this.db, visible, number))) || null);
    }
    return found;
  }

  private async shown(on: DataSource | EntityManager, actor: Actor, id: number): Promise<ShownChecklist> {
    const shown = await this.store.shown(on, VisibleTickets.to(actor, 'read'), id);
    if (!shown) throw notFound('Checklist', id);
    return shown;
  }

  private async placeOf(actor: Actor, itemId: number): Promise<{ id: number; ticketId: number }> {
    const place = await this.store.ofItem(this.db, VisibleTickets.to(actor, 'read'), itemId);
    if (!place) throw notFound('Checklist::Item', itemId);
    return place;
  }

  private async item(actor: Actor, listId: number, id: number): Promise<ShownItem> {
    const { items } = await this.shown(this.db, actor, listId);
    const item = items.find((one) => one.id === id);
    if (!item) throw notFound('Checklist::Item', id);
    return item;
  }

  private async answer(actor: Actor, { checklist, items }: ShownChecklist): Promise<ChecklistAnswer> {
    const tickets = items.flatMap(({ ticket_id }) => ticket_id ?? []);
    const { assets } = JSON.parse(
      await this.reads.records(VisibleTickets.to(actor, 'read'), actor, [...new Set(tickets)]),
    ) as { assets: Record<string, unknown> };
    const byId = Object.fromEntries(items.map((item) => [item.id, item]));
    return { id: checklist.id, assets: { ...assets, Checklist: { [checklist.id]: checklist }, ChecklistItem: byId } };
  }
}

function itemOf(held: HeldChecklist, id: number): HeldChecklist['items'][number] {
  const item = held.items.find((one) => one.id === id);
  if (!item) throw notFound('Checklist::Item', id);
  return item;
}
