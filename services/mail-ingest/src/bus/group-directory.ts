import { lookup } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { GroupAddresses } from '../application/known-recipients.ts';
import type { GroupAddressStore } from '../persistence/group-address.store.ts';

/** A client at RCPT waits for this answer; rather tell it to come again. */
const PATIENCE_MS = 3_000;

/** The replica of the groups' addresses, with the identity service behind it. */
export class GroupDirectory implements GroupAddresses {
  constructor(
    private readonly store: GroupAddressStore,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  all(): Promise<string[]> {
    return this.store.all();
  }

  async refresh(): Promise<void> {
    const options = { actor: this.signer.service(), timeoutMs: PATIENCE_MS };
    const { groups } = await this.rpc.call(lookup, { allGroups: true }, options);
    await this.store.replace(groups);
  }
}
