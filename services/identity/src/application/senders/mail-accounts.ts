import { hasMailAccount } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';

/** Accounts that mails leave by; the notification service has them. */
@Injectable()
export class MailAccounts {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  /** @throws AppError unavailable, while it cannot be asked: then nothing refers to one */
  async has(id: number): Promise<boolean> {
    return (await this.rpc.call(hasMailAccount, { id }, { actor: this.signer.service() })).there;
  }
}
