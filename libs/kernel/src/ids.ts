import { v5, v7 } from 'uuid';

/** Time-ordered id of a message, event, mail or idempotent call (RFC 9562). */
export function uuidv7(): string {
  return v7();
}

/**
 * An id derived from a cause (RFC 9562 version 5): the same event and name give the same id, so that doing the work
 * again finds what was done.
 * @param cause  a UUID, the id of the event or command
 */
export function derivedId(cause: string, name: string): string {
  return v5(name, cause);
}

/** Reached only if a union grew and a branch was forgotten; does not compile in that case. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
