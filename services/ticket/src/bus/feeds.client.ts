import { readFeed } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import type { Feeds } from '../application/ports.ts';

/** Longer than whoever reads it waits for the address. */
const PATIENCE_MS = 20_000;

/** Asks the service that may call addresses; this one reaches nothing outside. */
@Injectable()
export class FeedsClient implements Feeds {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  async read(url: string): Promise<string> {
    const asking = { actor: this.signer.service(), timeoutMs: PATIENCE_MS };
    return (await this.rpc.call(readFeed, { url }, asking)).text;
  }
}
