import { AttributeBook } from '@helpmesh/attributes';
import {
  type Actor,
  hasPermission,
  MOST_OF_A_JOB,
  type ParsedInputOf,
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
import { JobStore } from '../../persistence/job.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized, rightsOf } from '../access.ts';
import { checkedSettable, settable } from '../attributes/settable.ts';
import { UsableMacros } from '../library/usable-macros.ts';
import { ListTickets } from '../list-tickets.ts';
import { JobWorker } from './job-worker.ts';

const DAY_MS = 86_400_000;

type Order = ParsedInputOf<typeof ticketJobs.create>['body'];

/** Changes of many tickets that agents order, watch, stop and take back. A job is seen by nobody but its owner. */
@Injectable()
export class TicketJobs {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: JobStore,
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
    if (parseActions(perform, macroKinds, read).length === 0) {
      throw new AppError('invalid', 'ticket-job.nothing-to-do', 'A job needs something to do.');
    }
    const ticketIds = [...new Set(order.ticket_ids ?? (order.list ? await this.idsOf(actor, order.list) : []))];
    if (ticketIds.length === 0) throw new AppError('invalid', 'ticket-job.no-tickets', 'A job needs tickets.');
    const job = { actor: rightsOf(actor), perform, macro: macro?.name ?? null, ticketIds };
    const id = await transaction(this.db, (tx) => this.jobs.insert(tx, job, this.clock.now()));
    this.worker.wake();
    return this.get(actor, id);
  }

  async list(actor: Actor): Promise<TicketJob[]> {
    requireAgent(actor);
    return this.jobs.latest(this.db, actor.userId, this.undoSince());
  }

  async get(actor: Actor, id: number, on: DataSource | EntityManager = this.db): Promise<TicketJob> {
    requireAgent(actor);
    const job = await this.jobs.shown(on, actor.userId, id, this.undoSince());
    if (!job) throw new AppError('not-found', 'ticket-job.not-found', `Couldn't find TicketJob with 'id'=${id}`);
    return job;
  }

  async results(actor: Actor, id: number, query: ParsedInputOf<typeof ticketJobs.results>['query']) {
    await this.get(actor, id);
    const { result = null, after = 0, limit = 200 } = query;
    return this.jobs.results(this.db, VisibleTickets.to(actor, 'read'), id, { result, after, limit });
  }

  async cancel(actor: Actor, id: number): Promise<TicketJob> {
    return transaction(this.db, async (tx) => {
      await this.get(actor, id, tx);
      await this.jobs.cancel(tx, actor.userId, id, this.clock.now());
      const job = await this.get(actor, id, tx);
      const { status, total, waiting } = job;
      const data = { job: { id, userId: actor.userId, status, total, waiting } };
      await this.outbox.add(tx, ticketJobProgressed, { aggregateId: `job-${id}`, data });
      return job;
    });
  }

  /** @throws AppError conflict `ticket-job.no-undo` */
  async undo(actor: Actor, id: number): Promise<TicketJob> {
    const undo = await transaction(this.db, async (tx) => {
      const { undo_until } = await this.get(actor, id, tx);
      const made = undo_until && (await this.jobs.insertUndo(tx, id, rightsOf(actor), this.clock.now()));
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
    const detail = `A job may change ${MOST_OF_A_JOB} tickets at most.`;
    throw new AppError('invalid', 'ticket-job.too-many', detail);
  }

  private undoSince(): string {
    return isoTime(epochMs(this.clock.now() - DAY_MS));
  }
}

export function requireAgent(actor: Actor): void {
  if (!hasPermission(actor, 'ticket.agent')) throw notAuthorized();
}
