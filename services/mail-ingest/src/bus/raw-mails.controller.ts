import { type Message, rawMailRetention, ticketPurged } from '@helpmesh/contracts';
import { Answers, Consumes, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KeepRawMails } from '../application/keep-raw-mails.ts';

/** How long mails are kept as they came. */
@Controller()
export class RawMailsController {
  constructor(private readonly mails: KeepRawMails) {}

  @Answers(rawMailRetention)
  preview({ actor }: RpcContext) {
    return this.mails.preview(actor);
  }

  @Consumes(ticketPurged)
  async onPurge({ data }: Message<typeof ticketPurged>, tx: EntityManager): Promise<void> {
    await this.mails.drop(tx, data.mails);
  }
}
