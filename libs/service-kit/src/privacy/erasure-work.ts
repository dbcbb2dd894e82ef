import { setTimeout as pause } from 'node:timers/promises';
import {
  type ErasureTerms,
  type erasureRequested,
  erasureTerms,
  type Message,
  type OutputOf,
  type PrivacyService,
  recordErasure,
} from '@helpmesh/contracts';
import { AppError, backoffMs } from '@helpmesh/kernel';
import { Bus, countMessages, eraseAnswers, eraseMessages, type Looked, Outbox, RpcClient } from '@helpmesh/messaging';
import { afterCommit, sql, transaction } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import type { OnApplicationBootstrap, OnApplicationShutdown, Provider, Type } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ActorSigner } from '../access/actor-token.ts';
import { ErasedPerson } from './erased-person.ts';

/** An erasure as a service carries it out. */
export interface ErasureJob {
  taskId: number;
  person: ErasedPerson;
  /** Tickets that must stay as they are. */
  heldTicketIds: ReadonlySet<number>;
}

export interface ErasurePart {
  /** What was changed or removed, by kind; a kind that was not touched may be missing. */
  counts: Record<string, number>;
  /** What was found and left for a later round. */
  waiting: number;
  kept: { object: string; id: string; why: string }[];
}

/** Removes a person from the tables and files of one service. */
export interface Eraser {
  /** Any number of transactions; does no harm when it runs again, and then finds nothing. */
  erase(job: ErasureJob): Promise<ErasurePart>;
  /** What there is, changing nothing. */
  preview(person: ErasedPerson): Promise<Record<string, number>>;
}

interface Claimed {
  task_id: number;
  round: number;
  attempts: number;
  looked: Record<string, Looked>;
}

const POLL_MS = 5_000;
const LEASE_MS = 60_000;
const MAX_KEPT = 1_000;
const STOP_MS = 3_000;

/**
 * The part of a service in erasing people: takes the request, carries it out when the service can, and answers once for
 * each round. A row says what is to be done, so nothing is forgotten by a stop; another replica may go on.
 */
export class ErasureWork implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = logger('erasure');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;
  private rung = false;

  constructor(
    private readonly service: PrivacyService,
    private readonly ds: DataSource,
    private readonly bus: Bus,
    private readonly outbox: Outbox,
    private readonly eraser: Eraser,
    private readonly termsOf: (taskId: number) => Promise<OutputOf<typeof erasureTerms>>,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.ring(), POLL_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    // A long one is given up: its lease ends, and it goes on where there was nothing left to find.
    await Promise.race([this.running, pause(STOP_MS, undefined, { ref: false })]);
  }

  /** Keeps the request; rounds that come late are none. */
  async take(tx: EntityManager, { data }: Message<typeof erasureRequested>): Promise<void> {
    await sql(
      tx,
      `INSERT INTO erasure_work (task_id, round, due_at) VALUES ($1, $2, now())
       ON CONFLICT (task_id) DO UPDATE SET round = excluded.round, due_at = excluded.due_at, attempts = 0,
         last_error = NULL
       WHERE erasure_work.round < excluded.round`,
      [data.taskId, data.round],
    );
    afterCommit(tx, () => this.ring());
  }

  async preview(terms: ErasureTerms): Promise<{ counts: Record<string, number> }> {
    const person = new ErasedPerson(terms);
    const counts = await this.eraser.preview(person);
    const messages = await countMessages(this.ds, { patterns: person.payloadPatterns, scrub: person.scrub });
    return { counts: present({ ...counts, logged_messages: messages }) };
  }

  private ring(): void {
    this.rung = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  private async run(): Promise<void> {
    while (this.rung && !this.stopping) {
      this.rung = false;
      try {
        for (let job = await this.claim(); job && !this.stopping; job = await this.claim()) await this.attempt(job);
      } catch (error) {
        this.log.warn({ err: error }, 'erasures cannot be looked for now');
      }
    }
  }

  private async claim(): Promise<Claimed | undefined> {
    const [row] = await sql<Claimed>(
      this.ds,
      `UPDATE erasure_work SET due_at = now() + interval '${LEASE_MS} ms', attempts = attempts + 1
       WHERE task_id = (SELECT task_id FROM erasure_work WHERE due_at <= now() ORDER BY due_at LIMIT 1
                        FOR UPDATE SKIP LOCKED)
       RETURNING task_id, round, attempts, looked`,
    );
    return row;
  }

  private async attempt(job: Claimed): Promise<void> {
    const lease = setInterval(() => void this.extend(job), LEASE_MS / 3);
    try {
      await this.carryOut(job);
    } catch (error) {
      const { code } = AppError.from(error);
      this.log.warn({ err: error, task: job.task_id, round: job.round }, 'an erasure failed and is tried again');
      const afterMs = backoffMs(job.attempts, { baseMs: 1_000, capMs: 60_000 });
      // The code alone: what an error says may name the very person.
      await sql(
        this.ds,
        `UPDATE erasure_work SET due_at = now() + $3 * interval '1 ms', last_error = $4
         WHERE task_id = $1 AND round = $2 AND due_at IS NOT NULL`,
        [job.task_id, job.round, afterMs, code],
      ).catch(() => undefined);
    } finally {
      clearInterval(lease);
    }
  }

  private async extend({ task_id, round }: Claimed): Promise<void> {
    await sql(
      this.ds,
      `UPDATE erasure_work SET due_at = now() + interval '${LEASE_MS} ms'
       WHERE task_id = $1 AND round = $2 AND due_at IS NOT NULL`,
      [task_id, round],
    ).catch(() => undefined);
  }

  private async carryOut({ task_id: taskId, round, looked }: Claimed): Promise<void> {
    const { terms, heldTicketIds } = await this.termsOf(taskId);
    if (!terms) return void (await sql(this.ds, 'DELETE FROM erasure_work WHERE task_id = $1', [taskId]));
    const person = new ErasedPerson(terms);
    const part = await this.eraser.erase({ taskId, person, heldTicketIds: new Set(heldTicketIds) });
    const kept_answers = await eraseAnswers(this.ds, person.userId, person.patterns);
    const scrubber = { patterns: person.payloadPatterns, scrub: person.scrub };
    const messages = await eraseMessages(this.ds, this.bus, this.service, scrubber, looked);
    const counts = present({ ...part.counts, kept_answers, ...messages.counts });
    const waiting = part.waiting + messages.waiting;
    await transaction(this.ds, async (tx) => {
      const rows = await sql(
        tx,
        `UPDATE erasure_work SET due_at = NULL, last_error = NULL, looked = $3::jsonb
         WHERE task_id = $1 AND round = $2 AND due_at IS NOT NULL RETURNING task_id`,
        [taskId, round, JSON.stringify(messages.looked)],
      );
      if (rows.length === 0) return; // another replica was faster
      await this.outbox.add(tx, recordErasure, {
        aggregateId: `erasure-${taskId}`,
        data: { taskId, round, service: this.service, counts, waiting, kept: part.kept.slice(0, MAX_KEPT) },
      });
    });
    this.log.info({ task: taskId, round, counts, waiting }, 'a round of an erasure is done');
  }
}

function present(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** The provider of `ErasureWork` for a service that asks identity what to look for. */
export function erasureWork(service: PrivacyService, eraser: Type<Eraser>): Provider {
  return {
    provide: ErasureWork,
    inject: [DataSource, Bus, RpcClient, ActorSigner, Outbox, eraser],
    useFactory: (ds: DataSource, bus: Bus, rpc: RpcClient, signer: ActorSigner, outbox: Outbox, work: Eraser) =>
      new ErasureWork(service, ds, bus, outbox, work, (taskId) =>
        rpc.call(erasureTerms, { taskId }, { actor: signer.service(), timeoutMs: 10_000 }),
      ),
  };
}

/** For services that keep nothing about people but what the bus keeps for them. */
export class EraseMessagesOnly implements Eraser {
  async erase(): Promise<ErasurePart> {
    return { counts: {}, waiting: 0, kept: [] };
  }

  async preview(): Promise<Record<string, number>> {
    return {};
  }
}
