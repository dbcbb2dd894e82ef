import { randomBytes } from 'node:crypto';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { readRecoveryCode, recoveryCode, recoveryCodeCount } from '../../domain/second-factor.ts';
import { SecondFactorStore } from '../../persistence/second-factor.store.ts';
import { hashOf } from '../secrets.ts';

/** Codes on paper for the day when the second factor is lost. Each works once; only hashes are stored. */
@Injectable()
export class RecoveryCodes {
  constructor(
    private readonly db: DataSource,
    private readonly factors: SecondFactorStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Ten new ones; earlier ones stop working. */
  async make(tx: EntityManager, userId: number): Promise<string[]> {
    const codes = Array.from({ length: recoveryCodeCount }, newCode);
    const hashes = codes.map((code) => codeHash(userId, readRecoveryCode(code) ?? ''));
    await this.factors.setRecoveryCodes(tx, userId, hashes);
    return codes;
  }

  /** Is this one of them, unused so far? It is used up by the question. */
  async matches(userId: number, typed: string): Promise<boolean> {
    const code = readRecoveryCode(typed);
    if (code === undefined) return false;
    return this.factors.useRecoveryCode(this.db, userId, codeHash(userId, code), new Date(this.clock.now()));
  }
}

function newCode(): string {
  return recoveryCode(randomBytes(64)) ?? newCode();
}

/** With the user in it, so that one look finds no code of many people at once; 79 bits need no slow hash. */
const codeHash = (userId: number, code: string): Buffer => hashOf(`${userId}:${code}`);
