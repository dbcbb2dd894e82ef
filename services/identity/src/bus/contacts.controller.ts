import { keepContacts, openSessionFor, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { KeepContacts } from '../application/contacts/keep-contacts.ts';
import { VouchedSignIn } from '../application/contacts/vouched-sign-in.ts';
import { actorOf } from './answering.ts';

/** Customers of other systems, as the federation service tells of them. */
@Controller()
export class ContactsController {
  constructor(
    private readonly contacts: KeepContacts,
    private readonly signIn: VouchedSignIn,
  ) {}

  @Answers(keepContacts)
  async keep(ctx: RpcContext, { contacts }: ParsedInputOf<typeof keepContacts>) {
    return { contacts: await this.contacts.run(actorOf(ctx), contacts) };
  }

  @Answers(openSessionFor)
  openSession(_ctx: RpcContext, input: ParsedInputOf<typeof openSessionFor>) {
    return this.signIn.run(input);
  }
}
