import type { Actor } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import type { DataSource } from 'typeorm';
import { groupsOfReport, reportWindow } from '../domain/report.ts';
import type { ReportStore, TicketReport } from '../persistence/report.store.ts';

export interface ReportWish {
  /** First and last day, `YYYY-MM-DD`, both included. */
  from: string | undefined;
  to: string | undefined;
  groupId: number | undefined;
}

/** Counts tickets for whoever may see the numbers. */
export class ReportTickets {
  constructor(
    private readonly db: DataSource,
    private readonly reports: ReportStore,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden; invalid `report.window-refused` */
  async run(actor: Actor | undefined, { from, to, groupId }: ReportWish): Promise<TicketReport> {
    const groups = groupsOfReport(actor, groupId);
    const now = this.clock.now();
    return this.reports.ticketReport(this.db, reportWindow(from, to, now), groups, new Date(now));
  }
}
