import type { erasureReach, mailsOfTickets, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ErasureStore } from '../../persistence/erasure.store.ts';

const PAGE = 1_000;

/** Tells neighbours which tickets and mails an erasure has reached: what they keep of these goes as well. */
@Injectable()
export class ErasureReach {
  constructor(
    private readonly db: DataSource,
    private readonly store: ErasureStore,
  ) {}

  async page({ taskId, kind, after }: ParsedInputOf<typeof erasureReach>): Promise<OutputOf<typeof erasureReach>> {
    return { ids: await this.store.reach(this.db, taskId, kind, after, PAGE) };
  }

  async mailsOf({ ticketIds, after }: ParsedInputOf<typeof mailsOfTickets>): Promise<OutputOf<typeof mailsOfTickets>> {
    return { ids: await this.store.mailsOf(this.db, ticketIds, after, PAGE) };
  }
}
