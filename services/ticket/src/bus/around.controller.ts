import { type ParsedInputOf, ticketAccess, ticketsAround } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { requireActor } from '../application/access.ts';
import { ExplainAccess } from '../application/explain-access.ts';
import { TicketsAround } from '../application/tickets-around.ts';

type Input<Name extends keyof typeof ticketsAround> = ParsedInputOf<(typeof ticketsAround)[Name]>;

/** What pages show beside a ticket or a person. */
@Controller()
export class AroundController {
  constructor(
    private readonly around: TicketsAround,
    private readonly explaining: ExplainAccess,
  ) {}

  @Answers(ticketsAround.customer)
  customer({ actor }: RpcContext, { query }: Input<'customer'>) {
    return this.around.ofCustomer(requireActor(actor), query.customer_id);
  }

  @Answers(ticketsAround.related)
  related({ actor }: RpcContext, { params }: Input<'related'>) {
    return this.around.related(requireActor(actor), params.id);
  }

  @Answers(ticketsAround.recent)
  recent({ actor }: RpcContext) {
    return this.around.recent(requireActor(actor));
  }

  @Answers(ticketAccess)
  access({ actor }: RpcContext, { params, query }: ParsedInputOf<typeof ticketAccess>) {
    return this.explaining.run(requireActor(actor), params.id, query.user_id);
  }

  @Answers(ticketsAround.stats)
  stats({ actor }: RpcContext, { query }: Input<'stats'>) {
    return this.around.stats(requireActor(actor), query);
  }

  @Answers(ticketsAround.form)
  form({ actor }: RpcContext) {
    return this.around.form(requireActor(actor));
  }

  @Answers(ticketsAround.views)
  views({ actor }: RpcContext) {
    return this.around.views(requireActor(actor));
  }

  @Answers(ticketsAround.view)
  view({ actor }: RpcContext, { body }: Input<'view'>) {
    return this.around.view(requireActor(actor), body.o_id);
  }
}
