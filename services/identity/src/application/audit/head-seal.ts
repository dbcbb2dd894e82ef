import { AppError } from '@helpmesh/kernel';
import type { SecretBox } from '@helpmesh/service-kit';
import type { ChainHead } from './chain.ts';

const CONTEXT = 'audit_chain';

/** Place and hash of the last entry in a form that only this service can have made. */
export function sealHead(box: SecretBox, { seq, hash }: ChainHead): Buffer {
  return box.seal(Buffer.from(`${seq} ${hash.toString('hex')}`), CONTEXT);
}

/** @returns false also for a seal of a key that is gone */
export function sealedHead(box: SecretBox, { seq, hash }: ChainHead, seal: Buffer): boolean {
  try {
    return box.open(seal, CONTEXT).toString() === `${seq} ${hash.toString('hex')}`;
  } catch (error) {
    if (error instanceof AppError && error.code === 'secrets.unreadable') return false;
    throw error;
  }
}
