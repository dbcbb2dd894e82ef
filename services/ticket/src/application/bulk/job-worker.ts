import { AttributeBook } from '@helpmesh/attributes';
import { ticketJobProgressed } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { Session, transaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG, Rounds } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Action, macroKinds, parseActions } from '../../domain/action/action.ts';
import { isNothing } from '../../domain/action/take-back.ts';
import { deedOf } from '../../domain/job/deed.ts';
import { type Job, type JobItem, type JobResult, JobStore } from '../../persistence/job.store.ts';
import { notAuthorized } from '../access.ts';
import { settable } from '../attributes/settable.ts';
import { type Change, type ChangeTicket, ChangeTickets, type Ledger } from '../change-tickets.ts';
import { DeleteTicket } from '../delete-ticket.ts';
import { stillAllowed } from '../held/still-allowed.ts';
import { IDENTITY, type Identity } from '../ports.ts';
import { MergeTickets } from '../ties/merge-tickets.ts';

const EVERY_MS = 2_000;
/** Tickets of one transaction: others wait for their locks no longer than that takes. */
const BATCH = 50;

/**
 * Carries out jobs. The result of a ticket is written in the transaction of its change, so a job that is cut short goes
 * on where it was, and no ticket is changed twice. One replica works at a time, as long as its session holds the lock.
 */
@Injectable()
export class JobWorker extends Rounds {
  constructor(
    private readonly db: DataSource,
    private readonly jobs: JobStore,
    private readonly changes: ChangeTickets,
    private readonly merges: MergeTickets,
    private readonly deletion: DeleteTicket,
    private readonly attributes: AttributeBook,
    private readonly outbox: Outbox,
    @Inject(IDENTITY) private readonly identity: Identity,
    @Inject(CONFIG) private readonly config: { DATABASE_URL: string },
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super('ticket-jobs', EVERY_MS, 'a job of tickets could not go on, the next round tries again');
  }

  protected async round(): Promise<undefined> {
    const ids = await this.jobs.running(this.db);
    if (ids.length > 0) await this.alone(ids);
  }

  private async alone(ids: readonly number[]): Promise<void> {
    const session = await Session.open({ url: this.config.DATABASE_URL, name: 'ticket-jobs' });
    try {
      if (!(await session.tryLock('ticket-jobs'))) return;
      // In turns: one of thousands does not keep a small one waiting for its end.
      for (let left = ids; left.length > 0; ) {
        const more: number[] = [];
        for (const id of left) {
          if (this.stopped || !session.alive) return;
          if (await this.step(id)) more.push(id);
        }
        left = more;
      }
    } finally {
      await session.close();
    }
  }

  /** One batch of a job. @returns whether there is more of it */
  private async step(id: number): Promise<boolean> {
    const ordered = await this.jobs.get(this.db, id);
    if (!ordered) return false;
    const { job, gone } = await this.asAllowedNow(ordered);
    // Each merge changes the one target anew, in a transaction of its own.
    const batch = deedOf(job.perform).do === 'merge' ? 1 : BATCH;
    const items = await this.jobs.waiting(this.db, job, batch);
    try {
      if (gone) await transaction(this.db, (tx) => this.close(tx, job, refusedAll(items, gone)));
      else await this.workOn(job, items);
    } catch (error) {
      if (AppError.from(error).kind === 'unavailable' || items.length === 0) throw error;
      // One of them spoils it for the others.
      for (const item of items) await this.changeAlone(job, item);
    }
    return items.length === batch;
  }

  /** A job of thousands may outlive the rights of who ordered it. @returns gone  who may not sign in any more */
  private async asAllowedNow(job: Job): Promise<{ job: Job; gone?: AppError }> {
    const [now] = await this.identity.actorsOf([job.actor.userId]);
    if (!now) return { job, gone: notAuthorized('Whoever ordered this may not sign in any more.') };
    const { actingUserId } = job.actor;
    const actor = { ...stillAllowed(job.actor, now), ...(actingUserId !== undefined && { actingUserId }) };
    return { job: { ...job, actor } };
  }

  private async changeAlone(job: Job, item: JobItem): Promise<void> {
    try {
      await this.workOn(job, [item]);
    } catch (error) {
      const why = AppError.from(error);
      if (why.kind === 'unavailable') throw why;
      if (why.kind === 'bug') this.log.error({ err: error, job: job.id }, 'a ticket of a job could not be changed');
      await transaction(this.db, (tx) => this.close(tx, job, [refused(item.ticketId, why)]));
    }
  }

  private async workOn(job: Job, items: readonly JobItem[]): Promise<void> {
    const deed = deedOf(job.perform);
    if (items.length === 0) return transaction(this.db, (tx) => this.close(tx, job, []));
    if (deed.do === 'delete') return this.deleteAll(job, items);
    if (deed.do === 'change') return this.changeAll(job, items);
    for (const { ticketId } of items) await this.merge(job, ticketId, deed.targetId);
  }

  private async merge(job: Job, ticketId: number, targetId: number): Promise<void> {
    const step = {
      open: async (tx: EntityManager) => (await this.jobs.hold(tx, job.id, [ticketId])).has(ticketId),
      close: (tx: EntityManager) => this.close(tx, job, [done(ticketId)]),
    };
    if (job.undoOfId === null) await this.merges.join(job.actor, ticketId, targetId, step);
    else await this.merges.separate(job.actor, ticketId, { ...step, from: targetId });
  }

  private async deleteAll(job: Job, items: readonly JobItem[]): Promise<void> {
    const ticketIds = items.map(({ ticketId }) => ticketId);
    await this.deletion.many(job.actor, ticketIds, this.ledger(job));
  }

  private async changeAll(job: Job, items: readonly JobItem[]): Promise<void> {
    const read = settable(await this.attributes.of('Ticket'));
    const actions = job.undoOfId === null ? parseActions(job.perform, macroKinds, read) : [];
    const commands = items.map((item) => commandOf(job, item, actions));
    await this.changes.runTogether(commands, this.ledger(job));
  }

  /** Of one batch: which of its tickets are still to be done, and what became of each. */
  private ledger(job: Job): Ledger<Change | 'deleted'> {
    return {
      open: (tx, ticketIds) => this.jobs.hold(tx, job.id, ticketIds),
      close: (tx, results) =>
        this.close(
          tx,
          job,
          [...results].map(([id, result]) => resultOf(id, result)),
        ),
    };
  }

  private async close(tx: EntityManager, job: Job, results: readonly JobResult[]): Promise<void> {
    await this.jobs.settle(tx, job.id, results);
    const waiting = await this.jobs.left(tx, job.id);
    if (waiting === 0) await this.jobs.finish(tx, job.id, this.clock.now());
    const status = waiting === 0 ? ('finished' as const) : ('running' as const);
    const data = { job: { id: job.id, userId: job.actor.userId, status, total: job.total, waiting } };
    await this.outbox.add(tx, ticketJobProgressed, { aggregateId: `job-${job.id}`, data });
  }
}

function commandOf({ actor, undoOfId }: Job, { ticketId, record }: JobItem, actions: readonly Action[]): ChangeTicket {
  const common = { actor, ticketId, flags: {}, key: undefined };
  if (undoOfId === null) return { do: 'carry-out', ...common, actions };
  const nothing = { fields: {}, tags: { added: [], removed: [] }, times: {} };
  return { do: 'take-back', ...common, record: record ?? nothing };
}

function resultOf(ticketId: number, result: Change | 'deleted' | AppError): JobResult {
  if (result instanceof AppError) return refused(ticketId, result);
  if (result === 'deleted') return done(ticketId);
  const { record, kept, articleId } = result;
  const unchanged = isNothing(record) && articleId === null;
  return { ticketId, result: unchanged ? 'unchanged' : 'changed', reason: null, record, kept };
}

function done(ticketId: number): JobResult {
  return { ticketId, result: 'changed', reason: null, record: null, kept: [] };
}

function refusedAll(items: readonly JobItem[], why: AppError): JobResult[] {
  return items.map(({ ticketId }) => refused(ticketId, why));
}

function refused(ticketId: number, { detail }: AppError): JobResult {
  return { ticketId, result: 'refused', reason: detail, record: null, kept: [] };
}
