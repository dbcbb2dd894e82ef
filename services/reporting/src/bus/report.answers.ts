import { type ParsedInputOf, ticketReport } from '@helpmesh/contracts';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { ReportTickets } from '../application/report-tickets.ts';

@Controller()
export class ReportAnswers {
  constructor(private readonly reports: ReportTickets) {}

  @Answers(ticketReport)
  ticketReport({ actor }: RpcContext, { query }: ParsedInputOf<typeof ticketReport>) {
    return this.reports.run(actor, { from: query.from, to: query.to, groupId: query.group_id });
  }
}
