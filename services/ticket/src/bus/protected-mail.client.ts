import { checkSealing, type InputOf, reopenMail } from '@helpmesh/contracts';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import type { ProtectedMail } from '../application/ports.ts';

/** Longer than a mail may take to be read. */
const PATIENCE_MS = 30_000;

/** Asks the services of the mail channel. */
@Injectable()
export class ProtectedMailClient implements ProtectedMail {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
  ) {}

  reopen(inboundId: number) {
    return this.rpc.call(reopenMail, { inboundId }, { actor: this.signer.service(), timeoutMs: PATIENCE_MS });
  }

  check(asked: InputOf<typeof checkSealing>) {
    return this.rpc.call(checkSealing, asked, { actor: this.signer.service(), timeoutMs: 10_000 });
  }
}
