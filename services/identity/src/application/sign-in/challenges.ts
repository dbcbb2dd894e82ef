import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK, SecretBox } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { secondStepMs } from '../../domain/second-factor.ts';
import { PasskeyStore } from '../../persistence/passkey.store.ts';
import { equalHashes, hashOf } from '../secrets.ts';

const RANDOM_BYTES = 16;
const TIME_BYTES = 6;

/**
 * Challenges for passkeys that prove themselves: random, expiry, and a keyed hash over both and what they are for.
 * Strangers may ask for any number and nothing is stored; what was answered once is remembered until it expires.
 */
@Injectable()
export class Challenges {
  private readonly key: Buffer;

  constructor(
    private readonly passkeys: PasskeyStore,
    box: SecretBox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.key = box.derive('passkey challenge');
  }

  /** @param purpose  `sign-in`, `add:7`: an answer counts for nothing else */
  make(purpose: string): Uint8Array<ArrayBuffer> {
    const head = Buffer.alloc(RANDOM_BYTES + TIME_BYTES);
    randomBytes(RANDOM_BYTES).copy(head);
    head.writeUIntBE(this.clock.now() + secondStepMs, RANDOM_BYTES, TIME_BYTES);
    return new Uint8Array(Buffer.concat([head, this.proof(purpose, head)]));
  }

  /** @param challenge  base64url, as the browser gave it back */
  isOurs(purpose: string, challenge: string): boolean {
    const { head, proof, expiresAt } = read(challenge);
    return equalHashes(proof, this.proof(purpose, head)) && expiresAt > this.clock.now();
  }

  /** @returns false when it was answered before */
  use(tx: EntityManager, challenge: string): Promise<boolean> {
    return this.passkeys.useChallenge(tx, hashOf(challenge), new Date(read(challenge).expiresAt));
  }

  private proof(purpose: string, head: Buffer): Buffer {
    return createHmac('sha256', this.key).update(head).update(purpose).digest();
  }
}

function read(challenge: string): { head: Buffer; proof: Buffer; expiresAt: number } {
  const bytes = Buffer.from(challenge, 'base64url');
  const head = bytes.subarray(0, RANDOM_BYTES + TIME_BYTES);
  const expiresAt = head.length === RANDOM_BYTES + TIME_BYTES ? head.readUIntBE(RANDOM_BYTES, TIME_BYTES) : 0;
  return { head, proof: bytes.subarray(RANDOM_BYTES + TIME_BYTES), expiresAt };
}
