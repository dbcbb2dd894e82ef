import {
  type Actor,
  groupsWith,
  type ParsedInputOf,
  type sharedDraftOfTicket,
  type sharedDrafts,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AttachedFile } from '../../domain/article/article.ts';
import { sanitize } from '../../html/sanitize.ts';
import { SharedDraftStore } from '../../persistence/shared-draft.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { UploadStore } from '../../persistence/upload.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized, notFound, requireAnyOf } from '../access.ts';
import { IDENTITY, type Identity } from '../ports.ts';

type Parked = ParsedInputOf<typeof sharedDraftOfTicket.put>['body'];
type Started = ParsedInputOf<typeof sharedDrafts.create>['body'];

/** Characters of what is parked, its names and markup included. */
const MAX_PARKED = 2_000_000;

/**
 * Answers and new tickets that agents of a group park for each other. Of a ticket they are for those who may change it,
 * of tickets that are not opened yet for those who may open one in the group; a group may have them switched off.
 */
@Injectable()
export class SharedDrafts {
  constructor(
    private readonly db: DataSource,
    private readonly drafts: SharedDraftStore,
    private readonly tickets: TicketStore,
    private readonly uploads: UploadStore,
    @Inject(IDENTITY) private readonly identity: Identity,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async ofTicket(actor: Actor, ticketId: number) {
    await this.requireTicket(actor, ticketId);
    return this.shown(this.db, ticketId);
  }

  private async shown(on: DataSource | EntityManager, ticketId: number) {
    const draft = await this.drafts.ofTicket(on, ticketId);
    if (!draft) return { shared_draft_id: null, assets: {} };
    return { shared_draft_id: draft.id, assets: { TicketSharedDraftZoom: { [draft.id]: draft } } };
  }

  async keepOfTicket(actor: Actor, ticketId: number, given: Parked) {
    await this.requireTicket(actor, ticketId);
    return transaction(this.db, async (tx) => {
      const files = await this.filesOf(tx, actor, given.form_id);
      const words = { content: cleaned(given.new_article), attributes: given.ticket_attributes ?? {}, files };
      await this.drafts.keepOfTicket(tx, ticketId, words, actor.userId, this.clock.now());
      return this.shown(tx, ticketId);
    });
  }

  async removeOfTicket(actor: Actor, ticketId: number) {
    await this.requireTicket(actor, ticketId);
    return { shared_draft_id: (await this.drafts.removeOfTicket(this.db, ticketId)) ?? null };
  }

  async importFiles(actor: Actor, ticketId: number, formId: string) {
    await this.requireTicket(actor, ticketId);
    return transaction(this.db, async (tx) => {
      const attachments: { id: number; filename: string; size: number }[] = [];
      for (const file of await this.drafts.filesOfTicket(tx, ticketId)) {
        const id = await this.uploads.add(tx, actor.userId, formId, file, this.clock.now());
        attachments.push({ id, filename: file.filename, size: file.size });
      }
      return { attachments };
    });
  }

  async list(actor: Actor) {
    requireAnyOf(actor, ['ticket.agent']);
    const { groups } = await this.identity.lookup({ groupIds: groupsWith(actor, 'create') });
    const open = groups.filter(({ sharedDrafts: allowed }) => allowed !== false).map(({ id }) => id);
    const found = await this.drafts.ofGroups(this.db, open);
    const assets = found.length > 0 ? { TicketSharedDraftStart: byId(found) } : {};
    return { shared_draft_ids: found.map(({ id }) => id), assets };
  }

  async get(actor: Actor, id: number, on: DataSource | EntityManager = this.db) {
    requireAnyOf(actor, ['ticket.agent']);
    const draft = (await this.drafts.ofGroups(on, groupsWith(actor, 'create'))).find((one) => one.id === id);
    if (!draft) throw notFound('SharedDraft', id);
    const assets = { TicketSharedDraftStart: byId([draft]) };
    return { shared_draft_id: id, shared_draft_content: draft.content, assets };
  }

  async create(actor: Actor, { name, group_id: groupId, content, form_id }: Started) {
    requireAnyOf(actor, ['ticket.agent']);
    await this.requireGroup(actor, groupId);
    return transaction(this.db, async (tx) => {
      const files = await this.filesOf(tx, actor, form_id);
      const draft = { groupId, name, content: cleaned(content), attributes: {}, files };
      const id = await this.drafts.addToGroup(tx, draft, actor.userId, this.clock.now());
      return this.get(actor, id, tx);
    });
  }

  async update(actor: Actor, id: number, given: Partial<{ [K in keyof Started]: Started[K] | undefined }>) {
    await this.get(actor, id);
    const { name, group_id: groupId, content, form_id } = given;
    if (groupId !== undefined) await this.requireGroup(actor, groupId);
    return transaction(this.db, async (tx) => {
      const change = {
        ...(name !== undefined && { name }),
        ...(groupId !== undefined && { groupId }),
        ...(content && { content: cleaned(content) }),
        ...(form_id && { files: await this.filesOf(tx, actor, form_id) }),
      };
      await this.drafts.changeOfGroup(tx, id, change, actor.userId, this.clock.now());
      return this.get(actor, id, tx);
    });
  }

  async remove(actor: Actor, id: number) {
    await this.get(actor, id);
    await this.drafts.removeOfGroup(this.db, id);
    return { shared_draft_id: id };
  }

  /** Those of a form, which is used up. */
  private async filesOf(tx: EntityManager, actor: Actor, formId: string | undefined): Promise<AttachedFile[]> {
    const uploads = formId ? await this.uploads.of(tx, actor.userId, formId) : [];
    await this.uploads.useUp(
      tx,
      uploads.map(({ id }) => id),
    );
    return uploads.map(({ file }) => file);
  }

  private async requireTicket(actor: Actor, ticketId: number): Promise<void> {
    requireAnyOf(actor, ['ticket.agent']);
    const [ticket] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.to(actor, 'read'), id: ticketId }]);
    if (!ticket) throw notFound('Ticket', ticketId);
    if (!groupsWith(actor, 'change').includes(ticket.groupId)) throw notAuthorized();
    await this.requireSwitch(ticket.groupId);
  }

  private async requireGroup(actor: Actor, groupId: number): Promise<void> {
    if (!groupsWith(actor, 'create').includes(groupId)) throw notAuthorized();
    await this.requireSwitch(groupId);
  }

  /** @throws AppError invalid `shared-draft.switched-off` */
  private async requireSwitch(groupId: number): Promise<void> {
    const { groups } = await this.identity.lookup({ groupIds: [groupId] });
    if (groups[0]?.sharedDrafts !== false) return;
    throw new AppError('invalid', 'shared-draft.switched-off', 'Shared drafts are not activated for this group.');
  }
}

/** Somebody else's browser will show it. @throws AppError invalid `shared-draft.too-long` */
function cleaned(content: Record<string, unknown> = {}): Record<string, unknown> {
  if (JSON.stringify(content).length > MAX_PARKED) {
    throw new AppError('invalid', 'shared-draft.too-long', `A draft may have ${MAX_PARKED} characters at most.`);
  }
  const { body } = content;
  return typeof body === 'string' ? { ...content, body: sanitize(body) } : content;
}

function byId<T extends { id: number }>(rows: readonly T[]): Record<string, T> {
  return Object.fromEntries(rows.map((row) => [row.id, row]));
}
