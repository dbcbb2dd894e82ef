import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, clientNetwork, LruMap } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { normalAddress } from '../../domain/address.ts';
import { countTry } from '../../domain/throttle.ts';
import { record } from '../../events.ts';
import { type Principal, PrincipalStore } from '../../persistence/principal.store.ts';
import { TriesStore, type TryKey } from '../../persistence/tries.store.ts';

import { Passwords } from './passwords.ts';
import { tooManyTries } from './try-limit.ts';

/** How long a right password of a Basic client is remembered, ms. */
const REMEMBER_MS = 60_000;
const REMEMBER_AT_MOST = 5_000;

export interface PasswordTry {
  /** Login or e-mail as typed. */
  login: string;
  password: string;
  /** Address of the caller, counted by its network; undefined counts as one unknown place. */
  ip: string | undefined;
  way: 'session' | 'basic';
}

/**
 * Is this the password of that person? Limits guessing (domain/throttle.ts) and remembers right answers shortly, so
 * that a client with Basic authentication costs one argon2 a minute and not one a request.
 *
 * What is remembered is "this password, from this place, matched that stored hash". The person is loaded afresh each
 * time, so a changed password, a deactivated account or changed roles count at once, in every replica.
 */
@Injectable()
export class CheckPassword {
  private readonly key = randomBytes(32);
  private readonly proofs = new LruMap<string, { hash: string; until: number }>(REMEMBER_AT_MOST);
  /** Checks under way: a burst of equal requests is one try and one argon2. */
  private readonly running = new Map<string, Promise<boolean>>();

  constructor(
    private readonly db: DataSource,
    private readonly principals: PrincipalStore,
    private readonly tries: TriesStore,
    private readonly passwords: Passwords,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @returns the person; null for a wrong password, an unknown or an inactive account alike
   * @throws AppError limited, `identity.too-many-tries`
   */
  async run({ login, password, ip, way }: PasswordTry): Promise<Principal | null> {
    const account = normalAddress(login);
    const principal = account === '' ? undefined : await this.principals.byLogin(this.db, account);
    const stored = principal?.grants.active ? principal.passwordHash : null;
    // Counted by the name as typed: a count shared by login and e-mail would tell which names belong to a person.
    const key = { account, place: ip === undefined ? 'unknown' : clientNetwork(ip) };
    const proof = createHmac('sha256', this.key)
      .update(JSON.stringify([key.account, key.place, password, way]))
      .digest('base64');
    const remembered = way === 'basic' ? this.proofs.get(proof) : undefined;
    if (remembered && remembered.hash === stored && remembered.until > this.clock.now()) return principal ?? null;

    let check = this.running.get(proof);
    if (!check) {
      check = this.check(key, stored, password, principal?.id ?? null, way).finally(() => this.running.delete(proof));
      this.running.set(proof, check);
    }
    if (!(await check) || !principal || stored === null) return null;
    if (way === 'basic') this.proofs.set(proof, { hash: stored, until: this.clock.now() + REMEMBER_MS });
    return principal;
  }

  /** The same for somebody who is signed in already and names the old password. */
  async ofUser(userId: number, stored: string | null, password: string): Promise<boolean> {
    return this.check({ account: `#${userId}`, place: 'password change' }, stored, password, userId, 'change');
  }

  private async check(
    key: TryKey,
    stored: string | null,
    password: string,
    userId: number | null,
    way: 'session' | 'basic' | 'change',
  ): Promise<boolean> {
    await this.count(key, userId, way);
    const right = await this.passwords.matches(stored, password);
    record.passwordChecked(way, right ? 'ok' : 'wrong', userId);
    if (right) {
      await transaction(this.db, async (tx) => {
        await this.tries.takeBack(tx, key);
        await this.tries.signedIn(tx, userId ?? 0, way === 'session' ? new Date(this.clock.now()) : null);
      });
    }
    return right;
  }

  private async count(key: TryKey, userId: number | null, way: 'session' | 'basic' | 'change'): Promise<void> {
    const now = this.clock.now();
    const waitMs = await transaction(this.db, async (tx) => {
      const tries = await this.tries.lock(tx, key, new Date(now));
      const attempt = countTry(tries.place, tries.account, now);
      if (attempt.do === 'wait') return attempt.forMs;
      await this.tries.save(tx, { account: key.account, place: '' }, attempt.account);
      await this.tries.save(tx, key, attempt.place);
      await this.tries.countForUser(tx, userId ?? 0);
      return 0;
    });
    if (waitMs === 0) return;
    record.passwordChecked(way, 'wait', userId);
    throw tooManyTries(waitMs);
  }
}
