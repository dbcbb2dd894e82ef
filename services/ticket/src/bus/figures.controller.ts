import { countOpenedTickets, type ParsedInputOf } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { figuresController } from '@helpmesh/service-kit';
import { Controller } from '@nestjs/common';
import { Figures, readFigures } from '../application/figures.ts';

export const TicketFigures = figuresController('ticket', readFigures);

@Controller()
export class OpenedTickets {
  constructor(private readonly figures: Figures) {}

  @Answers(countOpenedTickets)
  async count(_ctx: RpcContext, { since }: ParsedInputOf<typeof countOpenedTickets>) {
    return { count: await this.figures.openedSince(since) };
  }
}
