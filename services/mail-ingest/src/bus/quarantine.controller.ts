import { callerOf, listQuarantine, type ParsedInputOf, processQuarantined } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
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
    }));
  }

  @Answers(processQuarantined)
  async process(ctx: RpcContext, { params }: ParsedInputOf<typeof processQuarantined>) {
    return { state: await this.quarantine.process(ctx.actor && callerOf(ctx.actor, ctx), params.id) };
  }
}
