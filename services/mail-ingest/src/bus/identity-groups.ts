import { type GroupSnapshot, lookup } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { GroupDirectory } from '../application/ports.ts';

/** A client at RCPT waits for this answer; rather tell it to come again. */
const PATIENCE_MS = 3_000;

/** The identity service, asked for all groups. */
export class IdentityGroups implements GroupDirectory {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  async ask(): Promise<GroupSnapshot[]> {
    const options = { actor: this.signer.service(), timeoutMs: PATIENCE_MS };
    const { groups } = await this.rpc.call(lookup, { allGroups: true }, options);
    return groups;
  }
}
