import { type ParsedInputOf, ticketReport } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Answers, type RpcContext } from '@helpmesh/messaging';
import { CLOCK } from '@helpmesh/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { groupsOfReport, reportWindow } from '../domain/report.ts';
import { ReportStore } from '../persistence/report.store.ts';

@Controller()
export class ReportAnswers {
  constructor(
    private readonly db: DataSource,
    private readonly reports: ReportStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Answers(ticketReport)
  ticketReport({ actor }: RpcContext, { query }: ParsedInputOf<typeof ticketReport>) {
    const groups = groupsOfReport(actor, query.group_id);
    const now = this.clock.now();
    return this.reports.ticketReport(this.db, reportWindow(query.from, query.to, now), groups, new Date(now));
  }
}
