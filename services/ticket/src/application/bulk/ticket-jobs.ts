import { AttributeBook } from '@helpmesh/attributes';
import {
  type Actor,
  auditMessage,
  type Caller,
  hasPermission,
  MOST_OF_A_JOB,
  type ParsedInputOf,
  recordAudit,
  type TicketJob,
  ticketJobProgressed,
  type ticketJobs,
} from '@helpmesh/contracts';
import { AppError, type Clock, epochMs, isoTime } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { macroKinds, parseActions } from '../../domain/action/action.ts';
import { deedOf } from '../../domain/job/deed.ts';
import { JobStore, type Watcher } from '../../persistence/job.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized, notFound, partInChanging, requireAnyOf, rightsOf } from '../access.ts';
import { checkedSettable, settable } from '../attributes/settable.ts';
import { UsableMacros } from '../library/usable-macros.ts';
import { ListTickets } from '../list-tickets.ts';
import { JobWorker } from './job-worker.ts';

const DAY_MS = 86_400_000;
/** Threads of more tickets in one are read by nobody. */
const MOST_OF_A_MERGE = 500;

type Order = ParsedInputOf<typeof ticketJobs.create>['body'];

/** Changes of many tickets that agents order, watch, stop and take back. A job is seen by its owner, a deletion by administrators as well. */
@Injectable()
export class TicketJobs {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: JobStore,
    private readonly tickets: TicketStore,
    private readonly lists: ListTickets,
    private readonly macros: UsableMacros,
    private readonly worker: JobWorker,
    private readonly attributes: AttributeBook,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async create(actor: Actor, order: Order): Promise<TicketJob> {
    requireAgent(actor);
    const macro = order.macro_id === undefined ? null : await this.macros.get(actor, order.macro_id);
    const perform = macro?.perform ?? order.perform ?? {};
    // What somebody asks for now is refused at once; what a macro says was right when it was saved.
    const read = (macro ? settable : checkedSettable)(await this.attributes.of('Ticket'));
    const deed = deedOf(perform);
    if (deed.do === 'delete') requireAnyOf(actor, ['admin']);
    if (deed.do === 'merge') await this.requireTarget(actor, deed.targetId);
    if (deed.do === 'change' && parseActions(perform, macroKinds, read).length === 0) {
      throw new AppError('invalid', 'ticket-job.nothing-to-do', 'A job needs something to do.');
    }
    const chosen = new Set(order.ticket_ids ?? (order.list ? await this.idsOf(actor, order.list) : []));
    // Chosen with the others, it is the one that stays.
    if (deed.do === 'merge') chosen.delete(deed.targetId);
    const ticketIds = [...chosen];
    if (deed.do === 'merge' && ticketIds.length > MOST_OF_A_MERGE) throw tooMany('merge', MOST_OF_A_MERGE);
    if (ticketIds.length === 0) throw new AppError('invalid', 'ticket-job.no-tickets', 'A job needs tickets.');
    const job = { actor: ordering(actor), perform, macro: macro?.name ?? null, ticketIds };
    const id = await transaction(this.db, (tx) => this.jobs.insert(tx, job, this.clock.now()));
    this.worker.wake();
    return this.get(actor, id);
  }

  async list(actor: Actor): Promise<TicketJob[]> {
    const watcher = watcherOf(actor);
    if (!watcher.deletions) requireAgent(actor);
    return this.jobs.latest(this.db, watcher, this.undoSince());
  }

  async get(actor: Actor, id: number, on: DataSource | EntityManager = this.db): Promise<TicketJob> {
    const watcher = watcherOf(actor);
    if (!watcher.deletions) requireAgent(actor);
    const job = await this.jobs.shown(on, watcher, id, this.undoSince());
    if (!job) requireAgent(actor);
    if (!job) throw new AppError('not-found', 'ticket-job.not-found', `Couldn't find TicketJob with 'id'=${id}`);
    return job;
  }

  async results(actor: Actor, id: number, query: ParsedInputOf<typeof ticketJobs.results>['query']) {
    await this.get(actor, id);
    const { result = null, after = 0, limit = 200 } = query;
    return this.jobs.results(this.db, VisibleTickets.to(actor, 'read'), id, { result, after, limit });
  }

  /** Whoever stops what somebody else ordered stands in the audit log. */
  async cancel(actor: Caller, id: number): Promise<TicketJob> {
    return transaction(this.db, async (tx) => {
      await this.get(actor, id, tx);
      const stopped = await this.jobs.cancel(tx, id, this.clock.now());
      const job = await this.get(actor, id, tx);
      const { status, total, waiting, user_id: userId } = job;
      const data = { job: { id, userId, status, total, waiting } };
      await this.outbox.add(tx, ticketJobProgressed, { aggregateId: `job-${id}`, data });
      if (stopped && userId !== actor.userId) {
        const object = { type: 'TicketJob', id, label: `${waiting} of ${total} tickets stay` };
        await this.outbox.add(tx, recordAudit, auditMessage(actor, { action: 'ticket-job.stopped', object }));
      }
      return job;
    });
  }

  /** @throws AppError conflict `ticket-job.no-undo` */
  async undo(actor: Actor, id: number): Promise<TicketJob> {
    const undo = await transaction(this.db, async (tx) => {
      const { undo_until } = await this.get(actor, id, tx);
      // What is not one's own here is a deletion, which nobody takes back.
      const made = undo_until && (await this.jobs.insertUndo(tx, id, ordering(actor), this.clock.now()));
      if (made) return made;
      const detail = 'This job cannot be taken back: it is not done, changed nothing, was taken back, or is too old.';
      throw new AppError('conflict', 'ticket-job.no-undo', detail);
    });
    this.worker.wake();
    return this.get(actor, undo);
  }

  /** @throws AppError invalid `ticket-job.too-many` */
  private async idsOf(actor: Actor, list: NonNullable<Order['list']>): Promise<number[]> {
    const ids = await this.lists.ids(actor, list, MOST_OF_A_JOB + 1);
    if (ids.length <= MOST_OF_A_JOB) return ids;
    throw tooMany('change', MOST_OF_A_JOB);
  }

  /** @throws AppError not-found, forbidden */
  private async requireTarget(actor: Actor, id: number): Promise<void> {
    const [target] = await this.tickets.facts(this.db, [{ visible: VisibleTickets.to(actor, 'read'), id }]);
    if (!target) throw notFound('Ticket', id);
    if (partInChanging(actor, target) !== 'agent') throw notAuthorized();
  }

  private undoSince(): string {
    return isoTime(epochMs(this.clock.now() - DAY_MS));
  }
}

function tooMany(verb: 'change' | 'merge', most: number): AppError {
  return new AppError('invalid', 'ticket-job.too-many', `A job may ${verb} ${most} tickets at most.`);
}

/** With whoever really acts: deletions are in the audit log. */
function ordering(actor: Actor): Actor {
  const { actingUserId } = actor;
  return { ...rightsOf(actor), ...(actingUserId !== undefined && { actingUserId }) };
}

/** Deletions are a matter of all administrators: of each other's as well. */
const watcherOf = (actor: Actor): Watcher => ({ userId: actor.userId, deletions: hasPermission(actor, 'admin') });

export function requireAgent(actor: Actor): void {
  if (!hasPermission(actor, 'ticket.agent')) throw notAuthorized();
}
