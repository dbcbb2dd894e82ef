import { type Caller, callerOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { onPage, pageOf, RawJson, type RpcContext } from '@helpmesh/messaging';

/**
 * The signed actor of a question that somebody must be signed in for, and where it came from: the audit log tells it.
 * @throws AppError unauthenticated
 */
export function actorOf(ctx: RpcContext): Caller {
  if (ctx.actor) return callerOf(ctx.actor, ctx);
  throw new AppError('unauthenticated', 'identity.no-actor', 'Authentication required');
}

/** An answer whose shape the query chose (`expand`, `full`): wider than what the contract can say. */
export async function shaped(answer: Promise<object>): Promise<RawJson> {
  const shown = await answer;
  return onPage(new RawJson(JSON.stringify(shown)), pageOf(shown));
}
