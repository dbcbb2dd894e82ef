import { countOpenedTickets, type ParsedInputOf, serviceFigures } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { figuresController } from '@helpmesh/service-kit';
import { Controller } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FigureStore } from '../persistence/figure.store.ts';

export const TicketFigures = figuresController(serviceFigures.ticket, (db) => new FigureStore().all(db));

@Controller()
export class OpenedTickets {
  constructor(
    private readonly db: DataSource,
    private readonly figures: FigureStore,
  ) {}

  @Answers(countOpenedTickets)
  async count(_ctx: RpcContext, { since }: ParsedInputOf<typeof countOpenedTickets>) {
    return { count: await this.figures.openedSince(this.db, since) };
  }
}
