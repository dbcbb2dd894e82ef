import { erasureReach, mailsNeeded, mailsOfTickets } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { TicketMails } from '../application/erase-mails.ts';
import type { NeededMails } from '../application/keep-raw-mails.ts';

const TIMEOUT_MS = 10_000;

/** Asks the ticket service. */
export function ticketMails(rpc: RpcClient, signer: ActorSigner): TicketMails {
  const asking = () => ({ actor: signer.service(), timeoutMs: TIMEOUT_MS });
  return {
    reached: async (taskId, after) => (await rpc.call(erasureReach, { taskId, kind: 'mail', after }, asking())).ids,
    of: async (ticketIds, after) =>
      (await rpc.call(mailsOfTickets, { ticketIds: [...ticketIds], after }, asking())).ids,
  };
}

/** Asks the ticket service. */
export function neededMails(rpc: RpcClient, signer: ActorSigner): NeededMails {
  return async (ids) =>
    (await rpc.call(mailsNeeded, { ids: [...ids] }, { actor: signer.service(), timeoutMs: TIMEOUT_MS })).ids;
}
