import {
  type Author,
  type Caller,
  type dataPrivacyTasks,
  type ErasureTerms,
  erasureRequested,
  type Message,
  type OutputOf,
  type ParsedInputOf,
  previewErasure,
  privacyServices,
  type recordErasure,
} from '@helpmesh/contracts';
import { AppError, type Clock, epochMs } from '@helpmesh/kernel';
import { Outbox, RpcClient } from '@helpmesh/messaging';
import { transaction, violates } from '@helpmesh/persistence';
import { ActorSigner, CLOCK, SecretBox } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { mayPrivacy } from '../../domain/access.ts';
import { record } from '../../events.ts';
import { type PartRow, PrivacyStore, type TaskRow } from '../../persistence/privacy.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow } from '../../persistence/user.table.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { DataExports } from './data-exports.ts';
import { EraseIdentity } from './erase-identity.ts';
import { newPseudonym, openTerms, sealTerms, termsOf } from './terms.ts';

type Task = OutputOf<typeof dataPrivacyTasks.show>;
type Preview = OutputOf<typeof dataPrivacyTasks.preview>;
type Order = ParsedInputOf<typeof dataPrivacyTasks.create>['body'];

const MAX_LISTED = 500;
const SYSTEM_USER = 1;
/** Wait before the second round; it doubles up to the longest. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 600_000;
/** Shorter than whoever asks for the preview waits. */
const PREVIEW_MS = 3_000;

/** Erases people: here at once, in the other services by rounds until one of them finds nothing anywhere. */
@Injectable()
export class ErasePeople {
  constructor(
    private readonly db: DataSource,
    private readonly store: PrivacyStore,
    private readonly users: UserStore,
    private readonly own: EraseIdentity,
    private readonly exports: DataExports,
    private readonly announce: Announce,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly box: SecretBox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  async list(actor: Caller): Promise<Task[]> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    return this.shown(await this.store.tasks(this.db, MAX_LISTED));
  }

  /** @throws AppError forbidden, not-found */
  async show(actor: Caller, id: number): Promise<Task> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    const task = await this.store.task(this.db, id);
    if (!task) throw refusals.notFound('DataPrivacyTask', id);
    return this.shownOne(task);
  }

  /** Asks every service how much it keeps. @throws AppError forbidden, not-found */
  async preview(actor: Caller, userId: number): Promise<Preview> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    const [user] = await this.users.byIds(this.db, [userId]);
    if (!user) throw refusals.notFound('User', userId);
    const terms = termsOf(user, newPseudonym(), 'pseudonymise', await this.store.subjects(this.db, userId));
    const services = await Promise.all(
      privacyServices.map(async (name) => ({ name, counts: await this.countsOf(name, terms) })),
    );
    const refusal = await transaction(this.db, (tx) => this.refusalOf(tx, actor, user));
    return { deletable_type: 'User', deletable_id: userId, services, refused: refusal?.detail ?? null };
  }

  /** @throws AppError forbidden; not-found; invalid; conflict, `identity.legal-hold` */
  async order(actor: Caller, { deletable_id: userId, preferences }: Order): Promise<Task> {
    if (!mayPrivacy.manage(actor)) throw refusals.notAuthorized();
    if (preferences.sure !== 'DELETE') throw refusals.notSure();
    const others = (tx: EntityManager, user: UserRow) => this.refusalOf(tx, actor, user);
    return this.shownOne(await this.ordered(actor, userId, preferences.tickets ?? 'pseudonymise', others));
  }

  /** For whoever wishes to be erased; that they may is decided by the caller. @throws AppError conflict, invalid */
  async orderOwn(actor: Caller): Promise<void> {
    await this.ordered(actor, actor.userId, 'pseudonymise', (tx, user) => this.obstacle(tx, user));
  }

  /** For a schedule, which erases nobody who administers anything. @throws AppError conflict, forbidden, invalid */
  async orderByRule(userId: number): Promise<void> {
    const system = { kind: 'service', userId: SYSTEM_USER } as const;
    await this.ordered(system, userId, 'pseudonymise', async (tx, user) => {
      if (!mayPrivacy.eraseByRule(user)) return refusals.ofAdministrators();
      return this.refusalOf(tx, system, user);
    });
  }

  private async ordered(
    actor: Author,
    userId: number,
    tickets: TaskRow['tickets'],
    refusalOf: (tx: EntityManager, user: UserRow) => Promise<AppError | undefined>,
  ): Promise<TaskRow> {
    try {
      const task = await transaction(this.db, async (tx) => {
        const user = await this.users.lock(tx, userId);
        if (!user) throw refusals.notFound('User', userId);
        const refusal = await refusalOf(tx, user);
        if (refusal) throw refusal;
        return this.begin(tx, actor, user, tickets);
      });
      record.erasureOrdered(task.id, userId, tickets);
      return task;
    } catch (error) {
      if (violates(error, 'data_privacy_task_user')) throw refusals.erased();
      throw error;
    }
  }

  /** A service is through with a round. The last one decides: over, or once more. */
  async take(tx: EntityManager, { data }: Message<typeof recordErasure>): Promise<void> {
    const task = await this.store.lockTask(tx, data.taskId);
    if (!task || task.completedAt) return;
    const parts = await this.store.parts(tx, [task.id]);
    const part = parts.find(({ service }) => service === data.service);
    if (!part || data.round <= part.round) return;
    const now = this.clock.now();
    part.round = data.round;
    part.found = Object.values(data.counts).reduce((sum, count) => sum + count, 0);
    part.waiting = data.waiting;
    part.kept = data.kept;
    part.doneAt = new Date(now);
    for (const [kind, count] of Object.entries(data.counts)) part.counts[kind] = (part.counts[kind] ?? 0) + count;
    await this.store.savePart(tx, part);
    if (parts.some(({ round }) => round < task.round)) return;
    if (parts.every(({ found, waiting }) => found === 0 && waiting === 0)) return this.complete(tx, task, parts);
    const round = task.round + 1;
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (task.round - 1), LONGEST_WAIT_MS);
    await this.store.beginRound(tx, task.id, round, new Date(now));
    await this.request(tx, { ...task, round }, waitMs);
  }

  /** What the services look for; null once the task is over. */
  async termsOf(taskId: number): Promise<{ terms: ErasureTerms | null; heldTicketIds: number[] }> {
    const task = await this.store.task(this.db, taskId);
    const terms = task?.terms ? openTerms(this.box, task.pseudonym, task.terms) : null;
    return { terms, heldTicketIds: terms ? await this.store.heldTicketIds(this.db) : [] };
  }

  private async begin(tx: EntityManager, actor: Author, user: UserRow, tickets: TaskRow['tickets']): Promise<TaskRow> {
    const at = new Date(this.clock.now());
    const pseudonym = newPseudonym();
    const terms = termsOf(user, pseudonym, tickets, await this.store.subjects(tx, user.id));
    const createdById = personOf(actor);
    const sealed = sealTerms(this.box, terms);
    const task = { userId: user.id, tickets, pseudonym, terms: sealed, createdById };
    const id = await this.store.addTask(tx, task, privacyServices, at);
    await this.store.dropBelongings(tx, user.id);
    await this.exports.end(tx, user.id);
    await this.store.dropTraces(tx, [user.login, user.email]);
    await this.store.eraseUser(tx, user.id, pseudonym, { userId: createdById, at });
    await this.announce.usersChanged(tx, 'updated', [user.id]);
    await this.announce.accessChanged(tx, [user.id], 'user-erased');
    const row: TaskRow = { ...task, id, round: 1, createdAt: at, updatedAt: at, completedAt: null };
    await this.request(tx, row, 0);
    await this.audit.record(tx, actor, {
      action: 'data-privacy-task.created',
      object: { type: 'User', id: user.id, label: pseudonym },
      changes: { tickets: { to: tickets } },
    });
    return row;
  }

  private async request(tx: EntityManager, task: TaskRow, waitMs: number): Promise<void> {
    const { id, round, userId, pseudonym, tickets } = task;
    await this.outbox.add(tx, erasureRequested, {
      aggregateId: `erasure-${id}`,
      aggregateVersion: round,
      data: { taskId: id, round, userId, pseudonym, tickets },
      ...(waitMs > 0 && { delayUntil: epochMs(this.clock.now() + waitMs) }),
    });
  }

  private async complete(tx: EntityManager, task: TaskRow, parts: readonly PartRow[]): Promise<void> {
    await this.store.complete(tx, task.id, new Date(this.clock.now()));
    const counts = Object.fromEntries(parts.map(({ service, counts: to }) => [service, { to }]));
    await this.audit.record(tx, null, {
      action: 'data-privacy-task.completed',
      object: { type: 'User', id: task.userId, label: task.pseudonym },
      changes: { ...counts, rounds: { to: task.round } },
    });
    record.erasureCompleted(task.id, task.round);
  }

  /** Why this person is not erased; undefined when they are. */
  private async refusalOf(tx: EntityManager, actor: Author, user: UserRow): Promise<AppError | undefined> {
    if (user.id === SYSTEM_USER || [actor.userId, actor.actingUserId].includes(user.id)) return refusals.notErasable();
    return this.obstacle(tx, user);
  }

  private async obstacle(tx: EntityManager, user: UserRow): Promise<AppError | undefined> {
    if (await this.store.hold(tx, 'User', user.id)) return refusals.held();
    if (await this.store.taskOf(tx, user.id)) return refusals.erased();
    return (await this.users.anyAdminLeft(tx, user.id)) ? undefined : refusals.lastAdmin();
  }

  private async countsOf(
    service: (typeof privacyServices)[number],
    terms: ErasureTerms,
  ): Promise<Record<string, number> | null> {
    if (service === 'identity') return this.own.previewOf(terms);
    try {
      const asking = { actor: this.signer.service(), timeoutMs: PREVIEW_MS };
      return (await this.rpc.call(previewErasure[service], { terms }, asking)).counts;
    } catch (error) {
      // One that is down is told as such: the others' figures are worth having.
      if (AppError.from(error).kind === 'unavailable') return null;
      throw error;
    }
  }

  private async shownOne(task: TaskRow): Promise<Task> {
    return (await this.shown([task]))[0] as Task;
  }

  private async shown(tasks: readonly TaskRow[]): Promise<Task[]> {
    const parts = await this.store.parts(
      this.db,
      tasks.map(({ id }) => id),
    );
    return tasks.map((task) => shownTask(task, parts));
  }
}

const personOf = ({ actingUserId, userId }: Author): number => actingUserId ?? userId;

function shownTask(task: TaskRow, parts: readonly PartRow[]): Task {
  return {
    id: task.id,
    deletable_type: 'User',
    deletable_id: task.userId,
    state: task.completedAt ? 'completed' : 'in process',
    preferences: { tickets: task.tickets },
    pseudonym: task.pseudonym,
    round: task.round,
    services: parts
      .filter(({ taskId }) => taskId === task.id)
      .map(({ service, round, counts, waiting, kept, doneAt }) => ({
        ...{ name: service, round, counts, waiting, kept },
        done_at: doneAt?.toISOString() ?? null,
      })),
    created_by_id: task.createdById,
    updated_by_id: task.createdById,
    created_at: task.createdAt.toISOString(),
    updated_at: task.updatedAt.toISOString(),
    completed_at: task.completedAt?.toISOString() ?? null,
  };
}
