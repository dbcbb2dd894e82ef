import type { Actor } from './actor.ts';

/** Who acts, with the traces of the request that carried the wish: what an audit entry wants to know. */
export interface Caller extends Actor {
  /** Network address the request came from, as the gateway saw it. */
  address?: string;
  requestId?: string;
}

/** As much of a caller as an audit entry tells. */
export type Author = Pick<Caller, 'kind' | 'userId' | 'actingUserId' | 'address' | 'requestId'>;

/** The actor of a question together with where the question came from. */
export function callerOf(
  actor: Actor,
  { address, requestId }: { address?: string | undefined; requestId?: string | undefined },
): Caller {
  return { ...actor, ...(address !== undefined && { address }), ...(requestId !== undefined && { requestId }) };
}

/** Both identities: who really acts, and in whose name; no user is behind what a service does for itself. */
export function identitiesOf({ kind, userId, actingUserId }: Author): {
  actorId: number | null;
  onBehalfOfId: number | null;
} {
  if (kind === 'service') return { actorId: null, onBehalfOfId: null };
  return actingUserId === undefined
    ? { actorId: userId, onBehalfOfId: null }
    : { actorId: actingUserId, onBehalfOfId: userId };
}
