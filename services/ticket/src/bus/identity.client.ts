import { actorsOf, ensureCustomers, heldObjects, helpRoles, lookup } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import type { Identity } from '../application/ports.ts';

/** Asks the identity service, as this service. */
@Injectable()
export class IdentityClient implements Identity {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  lookup(needs: Parameters<Identity['lookup']>[0]) {
    return this.rpc.call(lookup, needs, { actor: this.signer.service() });
  }

  async actorsOf(userIds: number[]) {
    return (await this.rpc.call(actorsOf, { userIds }, { actor: this.signer.service() })).actors;
  }

  async helpRoles() {
    return (await this.rpc.call(helpRoles, {}, { actor: this.signer.service() })).roles;
  }

  heldObjects() {
    return this.rpc.call(heldObjects, {}, { actor: this.signer.service() });
  }

  async ensureCustomers(customers: { email: string; name: string; wrote?: boolean }[]) {
    const { users } = await this.rpc.call(ensureCustomers, { customers }, { actor: this.signer.service() });
    return users;
  }
}
