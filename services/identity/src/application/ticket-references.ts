import { missingPriorities, ticketsReferTo } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';

/** Whom and what tickets refer to stays; the ticket service knows. */
@Injectable()
export class TicketReferences {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  /** @throws AppError unavailable, while the ticket service cannot be asked: then nothing is deleted */
  async referTo(kind: 'user' | 'organization' | 'group', id: number): Promise<boolean> {
    return (await this.rpc.call(ticketsReferTo, { kind, id }, { actor: this.signer.service() })).referred;
  }

  /** Those of the ids that no priority has. @throws AppError unavailable, while the ticket service cannot be asked */
  async missingPriorities(ids: number[]): Promise<number[]> {
    return (await this.rpc.call(missingPriorities, { ids }, { actor: this.signer.service() })).ids;
  }
}
