import {
  articleAdded,
  callerOf,
  cmdb,
  type Message,
  type ParsedInputOf,
  ticketCreated,
  ticketUpdated,
} from '@helpmesh/contracts';
import { Answers, ConsumesBatch, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CmdbLogbook } from '../application/cmdb/logbook.ts';
import { CmdbObjects } from '../application/cmdb/objects.ts';
import { CmdbSettings } from '../application/cmdb/settings.ts';

@Controller()
export class CmdbAnswers {
  constructor(
    private readonly chosen: CmdbSettings,
    private readonly objects: CmdbObjects,
    private readonly logbook: CmdbLogbook,
  ) {}

  @Answers(cmdb.settings)
  settings(ctx: RpcContext) {
    return this.chosen.read(ctx.actor && callerOf(ctx.actor, ctx));
  }

  @Answers(cmdb.update)
  update(ctx: RpcContext, { body }: ParsedInputOf<typeof cmdb.update>) {
    return this.chosen.update(ctx.actor && callerOf(ctx.actor, ctx), body);
  }

  @Answers(cmdb.verify)
  verify(ctx: RpcContext, { body }: ParsedInputOf<typeof cmdb.verify>) {
    return this.chosen.verify(ctx.actor && callerOf(ctx.actor, ctx), body ?? {});
  }

  @Answers(cmdb.search)
  search({ actor }: RpcContext, { query }: ParsedInputOf<typeof cmdb.search>) {
    return this.objects.search(actor, query);
  }

  @Answers(cmdb.object)
  object({ actor }: RpcContext, { params }: ParsedInputOf<typeof cmdb.object>) {
    return this.objects.read(actor, params.id);
  }

  @ConsumesBatch(ticketCreated, ticketUpdated, articleAdded)
  async onTickets(
    events: Message<typeof ticketCreated | typeof ticketUpdated | typeof articleAdded>[],
    tx: EntityManager,
  ): Promise<void> {
    await this.logbook.take(tx, events);
  }
}
