import {
  actorsOf,
  changePeople,
  communityGroups,
  ensureCustomers,
  heldObjects,
  helpRoles,
  lookup,
  pickPeople,
} from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import type { Identity } from '../application/ports.ts';

/** For what looks at everybody, or changes several. */
const SLOW_MS = 15_000;

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

  async communityGroups() {
    return (await this.rpc.call(communityGroups, {}, { actor: this.signer.service() })).communities;
  }

  heldObjects() {
    return this.rpc.call(heldObjects, {}, { actor: this.signer.service() });
  }

  pickPeople(asked: Parameters<Identity['pickPeople']>[0]) {
    return this.rpc.call(pickPeople, asked, { actor: this.signer.service(), timeoutMs: SLOW_MS });
  }

  changePeople(asked: Parameters<Identity['changePeople']>[0]) {
    return this.rpc.call(changePeople, asked, { actor: this.signer.service(), timeoutMs: SLOW_MS });
  }

  async ensureCustomers(customers: { email: string; name: string; wrote?: boolean }[]) {
    const { users } = await this.rpc.call(ensureCustomers, { customers }, { actor: this.signer.service() });
    return users;
  }
}
