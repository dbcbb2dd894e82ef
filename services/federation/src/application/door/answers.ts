import type { answerPeer, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { z } from 'zod';
import type { Peer } from '../../persistence/peer.store.ts';

export type Request = ParsedInputOf<typeof answerPeer>;
export type Answer = OutputOf<typeof answerPeer>;

/** Whoever calls, and which of its agreements it may know of; null: all. */
export interface Caller extends Peer {
  scope: number[] | null;
}

export type Handler = (peer: Caller, request: Request, ...names: string[]) => Promise<Answer>;

/** @param secret  what it answers is kept nowhere, not even for who asks again */
export type Route = [method: Request['method'], path: RegExp, handler: Handler, secret?: 'secret'];

export const Uuid = z.uuid();

export function ok(body: object, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers, body };
}

/** @throws AppError invalid `federation.unreadable` with a pointer for each part that is wrong */
export function read<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  // PostgreSQL keeps no NUL in texts.
  const storable = !JSON.stringify(value ?? null).includes('\\u0000');
  const { success, data, error } = schema.safeParse(storable ? value : undefined);
  if (success) return data;
  const fields = error.issues
    // What is not known is named itself, and not what it stands in.
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: [...issue.path, key], message: 'The protocol knows no such field.' }))
        : [{ path: issue.path, message: issue.message }],
    )
    .slice(0, 20)
    .map(({ path, message }) => ({
      pointer: path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
      detail: message,
    }));
  throw new AppError('invalid', 'federation.unreadable', 'This is not what the protocol says.', undefined, { fields });
}

export function precondition(header: string): AppError {
  return new AppError('invalid', 'federation.precondition-needed', `Say what you have seen: ${header}.`);
}
