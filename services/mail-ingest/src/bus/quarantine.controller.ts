import {
  callerOf,
  discardQuarantined,
  getQuarantinedMail,
  listQuarantine,
  type Message,
  type ParsedInputOf,
  processQuarantined,
  releaseSuspended,
  suspendMail,
} from '@helpmesh/contracts';
import { Answers, Consumes, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Quarantine } from '../application/quarantine.ts';

/** Rows of a page when the caller does not say. */
const PAGE = 50;
const LARGEST_PAGE = 200;

@Controller()
export class QuarantineController {
  constructor(private readonly quarantine: Quarantine) {}

  @Answers(listQuarantine)
  async list({ actor }: RpcContext, { query }: ParsedInputOf<typeof listQuarantine>) {
    const limit = Math.min(query.per_page ?? query.limit ?? PAGE, LARGEST_PAGE);
    const rows = await this.quarantine.list(actor, query.state, limit, ((query.page ?? 1) - 1) * limit);
    return rows.map((row) => ({
      id: row.id,
      created_at: row.received_at.toISOString(),
      from: row.from_address,
      to: row.recipients,
      size: row.size,
      cause: row.cause,
      attempts: row.attempts,
      discarded_because: row.discarded_because,
    }));
  }

  @Answers(processQuarantined)
  async process(ctx: RpcContext, { params }: ParsedInputOf<typeof processQuarantined>) {
    return { state: await this.quarantine.process(ctx.actor && callerOf(ctx.actor, ctx), params.id) };
  }

  @Consumes(suspendMail)
  suspend({ data }: Message<typeof suspendMail>, tx: EntityManager): Promise<void> {
    return this.quarantine.suspend(tx, data.inboundId, data.cause);
  }

  @Answers(releaseSuspended)
  async letIn(ctx: RpcContext, { params }: ParsedInputOf<typeof releaseSuspended>) {
    return { state: await this.quarantine.letIn(ctx.actor && callerOf(ctx.actor, ctx), params.id) };
  }

  @Answers(discardQuarantined)
  async discard(ctx: RpcContext, { params, body }: ParsedInputOf<typeof discardQuarantined>) {
    const caller = ctx.actor && callerOf(ctx.actor, ctx);
    return { state: await this.quarantine.discard(caller, params.id, body.reason) };
  }

  @Answers(getQuarantinedMail)
  raw(ctx: RpcContext, { id }: ParsedInputOf<typeof getQuarantinedMail>) {
    return this.quarantine.raw(ctx.actor && callerOf(ctx.actor, ctx), id);
  }
}
