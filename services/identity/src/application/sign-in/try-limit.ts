import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, clientNetwork } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { countTry } from '../../domain/throttle.ts';
import { TriesStore, type TryKey } from '../../persistence/tries.store.ts';

/** Limits guessing (domain/throttle.ts): each try takes its place before it is made and gives it back when it is right. */
@Injectable()
export class TryLimit {
  constructor(
    private readonly db: DataSource,
    private readonly tries: TriesStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError limited `identity.too-many-tries` without having tried */
  async try(account: string, ip: string | undefined, attempt: () => Promise<boolean>): Promise<boolean> {
    const key = { account, place: ip === undefined ? 'unknown' : clientNetwork(ip) };
    const waitMs = await this.take(key);
    if (waitMs > 0) throw tooManyTries(waitMs);
    const right = await attempt();
    if (right) await transaction(this.db, (tx) => this.tries.takeBack(tx, key));
    return right;
  }

  /** @returns 0, or the wait */
  private take(key: TryKey): Promise<number> {
    const now = this.clock.now();
    return transaction(this.db, async (tx) => {
      const tries = await this.tries.lock(tx, key, new Date(now));
      const attempt = countTry(tries.place, tries.account, now);
      if (attempt.do === 'wait') return attempt.forMs;
      await this.tries.save(tx, { account: key.account, place: '' }, attempt.account);
      await this.tries.save(tx, key, attempt.place);
      return 0;
    });
  }
}

export function tooManyTries(waitMs: number): AppError {
  const seconds = Math.ceil(waitMs / 1000);
  return new AppError(
    'limited',
    'identity.too-many-tries',
    `Too many failed sign-in attempts. Please try again in ${seconds} seconds.`,
  );
}
