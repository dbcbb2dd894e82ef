import { setTimeout as pause } from 'node:timers/promises';
import type { EndpointDefinition, QuestionDefinition } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { onTerms, sql } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import type { RpcItem } from '../handlers.ts';
import { type KeyClaim, keyReused, type RequestKeys, type StoredKey } from './request-keys.ts';

export interface RequestTermsOptions {
  ds: DataSource;
  keys: RequestKeys;
  clock: Clock;
  /**
   * Tables of the objects at `/api/v1/<noun>/:id`, also below another one, by noun: each has `id` and `updated_at`.
   * Names of our own.
   */
  tables: Readonly<Record<string, string>>;
}

/** Waits for an answer that another process is about to keep: its transaction has ended, its answer is on the way. */
const ANSWER_WAITS_MS = [20, 80, 300];

/**
 * Keeps what a request demands in the transaction of its effect: that its `Idempotency-Key` has no second one, and that
 * the object is still as it was read (`If-Match`). Costs nothing where neither is asked for.
 */
export class RequestTerms {
  private readonly log = logger('rpc');

  constructor(private readonly options: RequestTermsOptions) {}

  /** What is said to who changes an older version than there is. */
  static stale(): AppError {
    return new AppError('stale', 'precondition.failed', 'This was changed since you read it. Read it again first.');
  }

  /**
   * @param work  carries the request out; its first transaction is held to the terms
   * @returns the answer as JSON
   * @throws AppError stale `precondition.failed`; invalid `precondition.not-supported`, `idempotency.key-reused`;
   *   conflict `idempotency.done-before`
   */
  async hold(item: RpcItem<unknown>, question: QuestionDefinition, work: () => Promise<Buffer>): Promise<Buffer> {
    const { ds, keys, clock } = this.options;
    const { actor, key, input, ifMatch } = item;
    const version = ifMatch && this.versionOf(question, input);
    const claim = key !== undefined && actor ? keys.claimOf(actor.userId, key, [question.subject, input]) : undefined;
    const earlier = claim && (await keys.find(ds, claim));
    if (earlier) return this.again(claim, earlier, question);
    let used: StoredKey | undefined;
    const terms = {
      before: async (tx: EntityManager) => {
        const [stored] = claim ? await keys.claim(tx, [claim], clock.now()) : [];
        if (stored) {
          used = stored;
          throw keyReused();
        }
        const present = await version?.lock(tx);
        if (present !== undefined && !ifMatch?.includes(present)) throw RequestTerms.stale();
      },
      after: async (tx: EntityManager) => version?.move(tx),
    };
    try {
      const { result, kept } = await onTerms(terms, work);
      if (claim) await this.remember(claim, question, result, kept);
      return result;
    } catch (error) {
      if (claim && used) return this.again(claim, used, question);
      throw error;
    }
  }

  /** The answer there was. */
  private async again(claim: KeyClaim, stored: StoredKey, question: QuestionDefinition): Promise<Buffer> {
    if (stored.requestHash !== claim.requestHash) throw keyReused();
    let answer = stored.response;
    for (const wait of answersOnce(question) ? [] : ANSWER_WAITS_MS) {
      if (answer !== null) break;
      await pause(wait);
      answer = (await this.options.keys.find(this.options.ds, claim))?.response ?? null;
    }
    if (answer !== null) return Buffer.from(answer);
    const detail = 'This was carried out before, and its answer is not kept.';
    throw new AppError('conflict', 'idempotency.done-before', detail);
  }

  private async remember(claim: KeyClaim, question: QuestionDefinition, json: Buffer, kept: boolean): Promise<void> {
    const { ds, keys, clock } = this.options;
    try {
      // What writes without a transaction of its own can only be remembered afterwards.
      if (!kept) await ds.transaction((tx) => keys.claim(tx, [claim], clock.now()));
      if (!answersOnce(question)) await keys.settle(ds, [{ ...claim, response: json.toString() }]);
    } catch (error) {
      // It is done, and who asked shall hear so.
      this.log.warn({ err: error, question: question.subject }, 'the answer to a key was not kept');
    }
  }

  /** @throws AppError invalid `precondition.not-supported` */
  private versionOf(question: QuestionDefinition, input: unknown): Version {
    const { path = '' } = question as Partial<EndpointDefinition>;
    const noun = /^\/api\/v1\/(?:[a-z_]+\/:[a-z_]+\/)?([a-z_]+)(?:\/manage)?\/:id$/.exec(path)?.[1] ?? '';
    const table = Object.hasOwn(this.options.tables, noun) ? this.options.tables[noun] : undefined;
    if (table === undefined) {
      throw new AppError('invalid', 'precondition.not-supported', 'If-Match has no meaning for this request.');
    }
    return new Version(table, (input as { params: { id: number } }).params.id);
  }
}

/** The version of a row: when it was last changed, as it is shown. */
class Version {
  private at: string | undefined;

  constructor(
    private readonly table: string,
    private readonly id: number,
  ) {}

  /** Locks the row, so that nobody else changes it. @returns undefined when there is none, which its owner will say */
  async lock(tx: EntityManager): Promise<string | undefined> {
    const [row] = await sql<{ at: string }>(
      tx,
      `SELECT to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
       FROM ${this.table} WHERE id = $1 FOR UPDATE`,
      [this.id],
    );
    this.at = row?.at;
    return this.at;
  }

  /** Two changes of one millisecond must not look like one version. */
  async move(tx: EntityManager): Promise<void> {
    if (this.at === undefined) return;
    await sql(
      tx,
      `UPDATE ${this.table} SET updated_at = $2::timestamptz + interval '1 ms'
       WHERE id = $1 AND updated_at < $2::timestamptz + interval '1 ms'`,
      [this.id, this.at],
    );
  }
}

/** A secret that is shown once is kept nowhere. */
function answersOnce(question: QuestionDefinition): boolean {
  return (question as Partial<EndpointDefinition>).secretAnswer === true;
}
