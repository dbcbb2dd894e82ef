import type { OutputOf, ParsedInputOf, ticketsReferTo } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TicketStore } from '../persistence/ticket.store.ts';

/** Tells identity what it cannot delete. */
@Injectable()
export class ReferTo {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
  ) {}

  async run({ kind, id }: ParsedInputOf<typeof ticketsReferTo>): Promise<OutputOf<typeof ticketsReferTo>> {
    return { referred: await this.tickets.referTo(this.db, kind, id) };
  }
}
