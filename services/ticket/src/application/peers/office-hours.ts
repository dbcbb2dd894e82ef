import type { Actor, OutputOf, ParsedInputOf, workingTimeAfter } from '@helpmesh/contracts';
import { epochMs, isoTime } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { calendarOf } from '../../domain/sla/calendar.ts';
import { WorkingTime } from '../../domain/sla/working-time.ts';
import { SlaStore } from '../../persistence/sla.store.ts';
import { SlaAdminStore } from '../../persistence/sla-admin.store.ts';
import { notAuthorized } from '../access.ts';

const MINUTE_MS = 60_000;

/** Reckons in the working time of the desk, for services that have no calendars. */
@Injectable()
export class OfficeHours {
  constructor(
    private readonly db: DataSource,
    private readonly slas: SlaStore,
    private readonly admin: SlaAdminStore,
  ) {}

  /** By the default calendar; where that is never open, by the clock. @throws AppError forbidden */
  async after(
    actor: Actor,
    { from, minutes }: ParsedInputOf<typeof workingTimeAfter>,
  ): Promise<OutputOf<typeof workingTimeAfter>> {
    if (actor.kind !== 'service') throw notAuthorized();
    const start = epochMs(Date.parse(from));
    const [{ calendars }, id] = [await this.slas.rules(this.db), await this.admin.defaultCalendar(this.db)];
    const row = calendars.find((calendar) => calendar.id === id);
    const time = row && new WorkingTime(calendarOf(row.timezone, row.businessHours, row.publicHolidays));
    return { at: isoTime(time?.after(start, minutes) ?? epochMs(start + minutes * MINUTE_MS)) };
  }
}
