import { v7 } from 'uuid';

/** Time-ordered id of a message, event, mail or idempotent call (RFC 9562). */
export function uuidv7(): string {
  return v7();
}

/** Reached only if a union grew and a branch was forgotten; does not compile in that case. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
