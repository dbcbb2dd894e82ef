import {
  erasureReach,
  erasureRequested,
  type Message,
  mailsOfTickets,
  type ParsedInputOf,
  personalData,
  previewErasure,
} from '@helpmesh/contracts';
import { Answers, Consumes, type RpcContext } from '@helpmesh/messaging';
import { ErasureWork } from '@helpmesh/service-kit';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ErasureReach } from '../application/privacy/erasure-reach.ts';
import { PersonalTickets } from '../application/privacy/personal-tickets.ts';

/** Data protection: what is kept about people; erasing them, how much there is, what was reached. */
@Controller()
export class ErasureController {
  constructor(
    private readonly work: ErasureWork,
    private readonly reach: ErasureReach,
    private readonly personal: PersonalTickets,
  ) {}

  @Answers(previewErasure.ticket)
  preview(_ctx: RpcContext, { terms }: ParsedInputOf<typeof previewErasure.ticket>) {
    return this.work.preview(terms);
  }

  @Answers(erasureReach)
  reached(_ctx: RpcContext, input: ParsedInputOf<typeof erasureReach>) {
    return this.reach.page(input);
  }

  @Answers(mailsOfTickets)
  mailsOf(_ctx: RpcContext, input: ParsedInputOf<typeof mailsOfTickets>) {
    return this.reach.mailsOf(input);
  }

  @Answers(personalData.ticket)
  personalData(_ctx: RpcContext, input: ParsedInputOf<typeof personalData.ticket>) {
    return this.personal.page(input);
  }

  @Consumes(erasureRequested)
  async onRequest(message: Message<typeof erasureRequested>, tx: EntityManager): Promise<void> {
    await this.work.take(tx, message);
  }
}
