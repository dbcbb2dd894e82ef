import { erasureRequested, type Message, type ParsedInputOf, previewErasure } from '@helpmesh/contracts';
import { Answers, Consumes, type RpcContext } from '@helpmesh/messaging';
import { ErasureWork } from '@helpmesh/service-kit';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Erasing people: asked how much there is, told to do it. */
@Controller()
export class ErasureController {
  constructor(private readonly work: ErasureWork) {}

  @Answers(previewErasure.reporting)
  preview(_ctx: RpcContext, { terms }: ParsedInputOf<typeof previewErasure.reporting>) {
    return this.work.preview(terms);
  }

  @Consumes(erasureRequested)
  async onRequest(message: Message<typeof erasureRequested>, tx: EntityManager): Promise<void> {
    await this.work.take(tx, message);
  }
}
