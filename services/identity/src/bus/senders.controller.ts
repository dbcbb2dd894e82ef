import { emailAddresses, type ParsedInputOf, signatures } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { Senders } from '../application/senders/senders.ts';
import { actorOf, shaped } from './answering.ts';

/** Addresses that groups send from, and their signatures. */
@Controller()
export class SendersController {
  constructor(private readonly senders: Senders) {}

  @Answers(emailAddresses.list)
  listAddresses(ctx: RpcContext, { query }: ParsedInputOf<typeof emailAddresses.list>) {
    return shaped(this.senders.list(actorOf(ctx), 'email-address', query));
  }

  @Answers(emailAddresses.get)
  getAddress(ctx: RpcContext, { params, query }: ParsedInputOf<typeof emailAddresses.get>) {
    return shaped(this.senders.get(actorOf(ctx), 'email-address', params.id, query));
  }

  @Answers(emailAddresses.create)
  createAddress(ctx: RpcContext, { query, body }: ParsedInputOf<typeof emailAddresses.create>) {
    return shaped(this.senders.create(actorOf(ctx), 'email-address', body, query));
  }

  @Answers(emailAddresses.update)
  updateAddress(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof emailAddresses.update>) {
    return shaped(this.senders.update(actorOf(ctx), 'email-address', params.id, body, query));
  }

  @Answers(emailAddresses.delete)
  deleteAddress(ctx: RpcContext, { params }: ParsedInputOf<typeof emailAddresses.delete>) {
    return this.senders.delete(actorOf(ctx), 'email-address', params.id);
  }

  @Answers(signatures.list)
  listSignatures(ctx: RpcContext, { query }: ParsedInputOf<typeof signatures.list>) {
    return shaped(this.senders.list(actorOf(ctx), 'signature', query));
  }

  @Answers(signatures.get)
  getSignature(ctx: RpcContext, { params, query }: ParsedInputOf<typeof signatures.get>) {
    return shaped(this.senders.get(actorOf(ctx), 'signature', params.id, query));
  }

  @Answers(signatures.create)
  createSignature(ctx: RpcContext, { query, body }: ParsedInputOf<typeof signatures.create>) {
    return shaped(this.senders.create(actorOf(ctx), 'signature', body, query));
  }

  @Answers(signatures.update)
  updateSignature(ctx: RpcContext, { params, query, body }: ParsedInputOf<typeof signatures.update>) {
    return shaped(this.senders.update(actorOf(ctx), 'signature', params.id, body, query));
  }

  @Answers(signatures.delete)
  deleteSignature(ctx: RpcContext, { params }: ParsedInputOf<typeof signatures.delete>) {
    return this.senders.delete(actorOf(ctx), 'signature', params.id);
  }
}
