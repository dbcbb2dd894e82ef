import { type Message, type ParsedInputOf, rawMailRetention, reopenMail, ticketPurged } from '@helpmesh/contracts';
import { Answers, Consumes, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KeepRawMails } from '../application/keep-raw-mails.ts';
import { ReopenMail } from '../application/reopen-mail.ts';

/** Mails as they came: how long they are kept, and what is read of them anew. */
@Controller()
export class RawMailsController {
  constructor(
    private readonly mails: KeepRawMails,
    private readonly reopening: ReopenMail,
  ) {}

  @Answers(rawMailRetention)
  preview({ actor }: RpcContext) {
    return this.mails.preview(actor);
  }

  @Answers(reopenMail)
  reopen(_: RpcContext, { inboundId }: ParsedInputOf<typeof reopenMail>) {
    return this.reopening.run(inboundId);
  }

  @Consumes(ticketPurged)
  async onPurge({ data }: Message<typeof ticketPurged>, tx: EntityManager): Promise<void> {
    await this.mails.drop(tx, data.mails);
  }
}
