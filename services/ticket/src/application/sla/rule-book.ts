import { AttributeBook, type AttributeSet } from '@helpmesh/attributes';
import { logger } from '@helpmesh/telemetry';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Knowledge } from '../../domain/condition/fields.ts';
import { parseCondition } from '../../domain/condition/parse.ts';
import { calendarOf } from '../../domain/sla/calendar.ts';
import { type Sla, SlaRules, slaKnowledge } from '../../domain/sla/rules.ts';
import { WorkingTime } from '../../domain/sla/working-time.ts';
import { type RuleRows, SlaStore } from '../../persistence/sla.store.ts';
import { knownAttributes } from '../attributes/known-attributes.ts';

/** The SLAs in force, read once after each change of them. */
@Injectable()
export class RuleBook {
  private readonly log = logger('sla');
  private rules: SlaRules | undefined;
  /** The attributes that the rules were read with. */
  private known: AttributeSet | undefined;
  private reading: Promise<SlaRules> | undefined;

  constructor(
    private readonly db: DataSource,
    private readonly slas: SlaStore,
    private readonly attributes: AttributeBook,
  ) {}

  /** @param revision  the present one; what is answered may be newer */
  async at(revision: number): Promise<SlaRules> {
    const attributes = await this.attributes.of('Ticket');
    if (this.rules && this.rules.revision >= revision && this.known === attributes) return this.rules;
    this.reading ??= this.read(attributes).finally(() => {
      this.reading = undefined;
    });
    const rules = await this.reading;
    // It may have been on its way before the change.
    return rules.revision >= revision ? rules : this.at(revision);
  }

  private async read(attributes: AttributeSet): Promise<SlaRules> {
    const rows = await this.slas.rules(this.db);
    const knowledge = slaKnowledge(knownAttributes(attributes));
    this.rules = new SlaRules(
      rows.revision,
      rows.slas.flatMap((row) => this.slaOf(row, rows, knowledge)),
      new Map(rows.calendars.flatMap((row) => this.timeOf(row))),
    );
    this.known = attributes;
    return this.rules;
  }

  private timeOf({ id, timezone, businessHours, publicHolidays }: RuleRows['calendars'][number]) {
    try {
      return [[id, new WorkingTime(calendarOf(timezone, businessHours, publicHolidays))] as const];
    } catch (error) {
      this.log.error({ err: error, calendar: id }, 'a calendar cannot be used and counts as closed');
      return [];
    }
  }

  /** What was saved was checked; what no longer holds, as a time zone that was given up, must not stop the desk. */
  private slaOf(
    { id, name, calendarId, condition, ...targets }: RuleRows['slas'][number],
    rows: RuleRows,
    knowledge: Knowledge,
  ): Sla[] {
    try {
      const row = rows.calendars.find((one) => one.id === calendarId) as RuleRows['calendars'][number];
      const time = new WorkingTime(calendarOf(row.timezone, row.businessHours, row.publicHolidays));
      const calendar = { id: row.id, name: row.name, timezone: row.timezone };
      return [{ id, name, calendar, condition: parseCondition(condition, knowledge), targets, time }];
    } catch (error) {
      this.log.error({ err: error, sla: id }, 'an SLA cannot be used and is left out');
      return [];
    }
  }
}
