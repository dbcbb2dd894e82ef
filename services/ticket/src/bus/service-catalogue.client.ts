import { groupProviders, serviceRoute } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import type { ServiceCatalogue } from '../application/ports.ts';

/** Asks the federation service, which has the agreements. */
@Injectable()
export class ServiceCatalogueClient implements ServiceCatalogue {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  async route(id: number) {
    return (await this.rpc.call(serviceRoute, { id }, { actor: this.signer.service() })).route;
  }

  async routeNamed(name: string) {
    return (await this.rpc.call(serviceRoute, { name }, { actor: this.signer.service() })).route;
  }

  providers() {
    return this.rpc.call(groupProviders, {}, { actor: this.signer.service() });
  }
}
