import {
  erasureRequested,
  type Message,
  type ParsedInputOf,
  personalData,
  previewErasure,
  ticketPurged,
} from '@helpmesh/contracts';
import { Answers, Consumes, type RpcContext } from '@helpmesh/messaging';
import { ErasureWork } from '@helpmesh/service-kit';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ForgetTicket } from '../application/forget-ticket.ts';
import { PersonalMessages } from '../application/personal-messages.ts';

/** Data protection: what is kept about people; erasing them, and how much there is. */
@Controller()
export class ErasureController {
  constructor(
    private readonly work: ErasureWork,
    private readonly personal: PersonalMessages,
    private readonly tickets: ForgetTicket,
  ) {}

  @Answers(previewErasure.notification)
  preview(_ctx: RpcContext, { terms }: ParsedInputOf<typeof previewErasure.notification>) {
    return this.work.preview(terms);
  }

  @Answers(personalData.notification)
  personalData(_ctx: RpcContext, input: ParsedInputOf<typeof personalData.notification>) {
    return this.personal.page(input);
  }

  @Consumes(erasureRequested)
  async onRequest(message: Message<typeof erasureRequested>, tx: EntityManager): Promise<void> {
    await this.work.take(tx, message);
  }

  @Consumes(ticketPurged)
  async onPurge(message: Message<typeof ticketPurged>, tx: EntityManager): Promise<void> {
    await this.tickets.run(tx, message);
  }
}
