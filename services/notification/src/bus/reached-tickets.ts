import { erasureReach } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { ReachedTickets } from '../application/erase-mails.ts';

/** Asks the ticket service. */
export function reachedTickets(rpc: RpcClient, signer: ActorSigner): ReachedTickets {
  return async (taskId, after) => {
    const input = { taskId, kind: 'ticket' as const, after };
    return (await rpc.call(erasureReach, input, { actor: signer.service(), timeoutMs: 10_000 })).ids;
  };
}
