import { lookup } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { WebhookAdmins } from '../application/webhook/tell-admins.ts';

/** Asks identity. */
export function webhookAdmins(rpc: RpcClient, signer: ActorSigner): WebhookAdmins {
  return async () => (await rpc.call(lookup, { permission: 'admin.webhook' }, { actor: signer.service() })).users;
}
