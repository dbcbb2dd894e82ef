import type { missingPriorities, OutputOf, ParsedInputOf, ticketsReferTo } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LookupStore } from '../persistence/lookup.store.ts';
import { TicketStore } from '../persistence/ticket.store.ts';

/** Tells identity what it cannot delete, and what it cannot refer to. */
@Injectable()
export class ReferTo {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly lookups: LookupStore,
  ) {}

  async run({ kind, id }: ParsedInputOf<typeof ticketsReferTo>): Promise<OutputOf<typeof ticketsReferTo>> {
    return { referred: await this.tickets.referTo(this.db, kind, id) };
  }

  async missingPriorities(ids: readonly number[]): Promise<OutputOf<typeof missingPriorities>> {
    return { ids: await this.lookups.missingPriorities(this.db, ids) };
  }
}
