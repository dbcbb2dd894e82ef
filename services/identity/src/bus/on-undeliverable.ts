import { type Message, markUndeliverable } from '@helpmesh/contracts';
import { Consumes } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Reachability } from '../application/reachability.ts';

/** Mail servers say that there is no such mailbox. */
@Controller()
export class OnUndeliverable {
  constructor(private readonly reachability: Reachability) {}

  @Consumes(markUndeliverable)
  handle({ data }: Message<typeof markUndeliverable>, tx: EntityManager): Promise<void> {
    return this.reachability.lost(tx, data.address, data.reason, data.at);
  }
}
