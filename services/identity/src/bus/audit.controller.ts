import { auditLog, type Message, type ParsedInputOf, recordActing, recordAudit } from '@helpmesh/contracts';
import { Answers, ConsumesBatch, type RpcContext, type RpcItem } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Acting } from '../application/audit/acting.ts';
import { Audit } from '../application/audit/audit.ts';
import { ReadAudit } from '../application/audit/read-audit.ts';
import { actorOf } from './answering.ts';

@Controller()
export class AuditController {
  constructor(
    private readonly audit: Audit,
    private readonly acting: Acting,
    private readonly reading: ReadAudit,
  ) {}

  @Answers(auditLog.list)
  list(ctx: RpcContext, { query }: ParsedInputOf<typeof auditLog.list>) {
    return this.reading.list(actorOf(ctx), query);
  }

  @Answers(auditLog.verify)
  verify(ctx: RpcContext) {
    return this.reading.verify(actorOf(ctx), ctx.signal);
  }

  @Answers(recordActing, { batch: true })
  async recordActing(items: RpcItem<ParsedInputOf<typeof recordActing>>[]) {
    await this.acting.requests(items.map(({ input, ...ctx }) => ({ caller: actorOf(ctx), request: input })));
    return items.map(() => ({}));
  }

  /** What administrators changed in other services. */
  @ConsumesBatch(recordAudit)
  async take(messages: Message<typeof recordAudit>[], tx: EntityManager): Promise<void> {
    await this.audit.take(tx, messages);
  }
}
