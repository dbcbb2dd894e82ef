import type { Actor } from '@helpmesh/contracts';
import type { AppError, EpochMs } from '@helpmesh/kernel';
import { type KeyClaim, keyReused, RequestKeys } from '@helpmesh/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** A request that may carry an idempotency key. */
export interface Keyed {
  actor: Actor;
  key: string | undefined;
  /** What the key stands for: endpoint and input. */
  request: unknown;
}

/** Most requests in one transaction: more gain nothing, and all wait for the last. */
export const MOST_TOGETHER = 64;

/** JSON text of an answer, or why there is none. */
export type Outcome = string | AppError;

/**
 * Carries out each request once, however often it is sent: key, hash and answer are stored in the transaction of the
 * effect. A key sent again with another body is refused; a concurrent duplicate waits and gets the same answer.
 */
@Injectable()
export class Once {
  constructor(private readonly store: RequestKeys) {}

  /** @param act  carries out those of the requests that are new, one outcome each, in order */
  async run<T extends Keyed>(
    tx: EntityManager,
    requests: readonly T[],
    now: EpochMs,
    act: (fresh: T[]) => Promise<Outcome[]>,
  ): Promise<Outcome[]> {
    if (requests.every((request) => request.key === undefined)) return act([...requests]);
    const claims = requests.map((request) => this.claimOf(request));
    const unique = new Map(claims.flatMap((claim) => (claim ? [[idOf(claim), claim]] : [])));
    const earlier = new Map(
      (await this.store.claim(tx, [...unique.values()], now)).map((stored) => [idOf(stored), stored]),
    );
    // A duplicate within the batch shares the outcome of the first.
    const firstAt = new Map<string, number>();
    const fresh: number[] = [];
    claims.forEach((claim, i) => {
      if (claim && (earlier.has(idOf(claim)) || firstAt.has(idOf(claim)))) return;
      if (claim) firstAt.set(idOf(claim), i);
      fresh.push(i);
    });
    const acted = await act(fresh.map((i) => requests[i] as T));
    const outcomes = new Map(fresh.map((i, n) => [i, acted[n] as Outcome]));
    await this.store.settle(
      tx,
      fresh.flatMap((i) => {
        const claim = claims[i];
        const outcome = outcomes.get(i);
        return claim ? [{ ...claim, response: typeof outcome === 'string' ? outcome : null }] : [];
      }),
    );
    return requests.map((_, i) => {
      const done = outcomes.get(i);
      if (done !== undefined) return done;
      const claim = claims[i] as KeyClaim;
      const stored = earlier.get(idOf(claim));
      const first = firstAt.get(idOf(claim));
      const hash = stored ? stored.requestHash : claims[first as number]?.requestHash;
      if (hash !== claim.requestHash) return keyReused();
      return stored ? (stored.response ?? keyReused()) : (outcomes.get(first as number) as Outcome);
    });
  }

  private claimOf({ actor, key, request }: Keyed): KeyClaim | undefined {
    return key === undefined ? undefined : this.store.claimOf(actor.userId, key, request);
  }
}

function idOf({ actorId, key }: { actorId: number; key: string }): string {
  return `${actorId} ${key}`;
}
