import {
  type Caller,
  type dataPrivacyTasks,
  deleteTicketForGood,
  type Message,
  type OutputOf,
  type ParsedInputOf,
  previewTicketDeletion,
  type recordTicketDeletion,
} from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, RpcClient } from '@helpmesh/messaging';
import { transaction, violates } from '@helpmesh/persistence';
import { ActorSigner, CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayPrivacy } from '../../domain/access.ts';
import { type DeletionRow, TicketDeletionStore } from '../../persistence/ticket-deletion.store.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';

type Task = OutputOf<typeof dataPrivacyTasks.show>;
type Preview = OutputOf<typeof dataPrivacyTasks.preview>;
type Order = ParsedInputOf<typeof dataPrivacyTasks.create>['body'];

/** Has tickets deleted, whatever their group; the ticket service does it, and tells whoever keeps something of them. */
@Injectable()
export class DeleteTickets {
  constructor(
    private readonly db: DataSource,
    private readonly store: TicketDeletionStore,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Caller, limit: number): Promise<Task[]> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    return (await this.store.list(this.db, limit)).map(shown);
  }

  /** Undefined: no task about a ticket has this id. @throws AppError forbidden */
  async show(actor: Caller, id: number): Promise<Task | undefined> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    const row = await this.store.get(this.db, id);
    return row && shown(row);
  }

  /** @throws AppError forbidden, not-found, unavailable */
  async preview(actor: Caller, ticketId: number): Promise<Preview> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    const { counts, held } = await this.ask(ticketId);
    const refused = held ? refusals.held().detail : null;
    return { deletable_type: 'Ticket', deletable_id: ticketId, services: [{ name: 'ticket', counts }], refused };
  }

  /** @throws AppError forbidden; not-found; invalid; unavailable; conflict, `identity.legal-hold` */
  async order(actor: Caller, { deletable_id: ticketId, preferences }: Order): Promise<Task> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    if (preferences.sure !== 'DELETE') throw refusals.notSure();
    const { held } = await this.ask(ticketId);
    if (held) throw refusals.held();
    const createdById = actor.actingUserId ?? actor.userId;
    try {
      return await transaction(this.db, async (tx) => {
        const row = await this.store.add(tx, { ticketId, createdById, createdAt: new Date(this.clock.now()) });
        await this.outbox.add(tx, deleteTicketForGood, {
          aggregateId: `ticket-deletion-${row.id}`,
          data: { taskId: row.id, ticketId, orderedById: createdById },
        });
        await this.audit.record(tx, actor, {
          action: 'data-privacy-task.created',
          object: { type: 'Ticket', id: ticketId },
        });
        return shown(row);
      });
    } catch (error) {
      if (violates(error, 'data_privacy_ticket_under_way')) throw refusals.ticketGoing();
      throw error;
    }
  }

  /** The ticket service is through with it. */
  async take(tx: EntityManager, { data }: Message<typeof recordTicketDeletion>): Promise<void> {
    const { taskId, outcome, counts } = data;
    const row = await this.store.complete(tx, taskId, { outcome, counts }, new Date(this.clock.now()));
    if (!row) return;
    await this.audit.record(tx, null, {
      action: 'data-privacy-task.completed',
      object: { type: 'Ticket', id: row.ticketId },
      changes: { outcome: { to: outcome }, ticket: { to: counts } },
    });
  }

  private async ask(ticketId: number): Promise<{ counts: Record<string, number>; held: boolean }> {
    const { counts, held } = await this.rpc.call(previewTicketDeletion, { ticketId }, { actor: this.signer.service() });
    if (!counts) throw refusals.notFound('Ticket', ticketId);
    return { counts, held };
  }
}

function shown({ id, ticketId, outcome, counts, createdById, createdAt, completedAt }: DeletionRow): Task {
  const at = completedAt?.toISOString() ?? null;
  const kept = outcome === 'held' ? [{ object: 'Ticket', id: String(ticketId), why: 'legal-hold' }] : [];
  return {
    ...{ id, deletable_type: 'Ticket', deletable_id: ticketId, state: at === null ? 'in process' : 'completed' },
    ...{ preferences: {}, pseudonym: null, round: 1 },
    services: [{ name: 'ticket', round: at === null ? 0 : 1, counts, waiting: 0, kept, done_at: at }],
    ...{ created_by_id: createdById, updated_by_id: createdById },
    ...{ created_at: createdAt.toISOString(), updated_at: at ?? createdAt.toISOString(), completed_at: at },
  };
}
