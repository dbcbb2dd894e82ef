import { AttributeBook } from '@helpmesh/attributes';
import { type Circumstances, dependsOnZone, SelectorError, testsOf } from '@helpmesh/conditions';
import type { Actor } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Condition } from '../domain/condition/condition.ts';
import type { Knowledge } from '../domain/condition/fields.ts';
import { parseCondition } from '../domain/condition/parse.ts';
import { calendarOf } from '../domain/sla/calendar.ts';
import { WorkingTime } from '../domain/sla/working-time.ts';
import { DeskSettingStore } from '../persistence/desk-setting.store.ts';
import { SlaStore } from '../persistence/sla.store.ts';
import { knownAttributes } from './attributes/known-attributes.ts';

/** A selector that somebody wrote. @returns null for every ticket @throws AppError invalid `condition.unsupported` */
export function conditionOf(selector: unknown, knowledge: Knowledge): Condition | null {
  try {
    return parseCondition(selector, knowledge);
  } catch (error) {
    if (error instanceof SelectorError) throw new AppError('invalid', 'condition.unsupported', error.message);
    throw error;
  }
}

/** Conditions that people ask tickets by: what they may look at, and what it depends on. */
@Injectable()
export class Conditions {
  constructor(
    private readonly db: DataSource,
    private readonly slas: SlaStore,
    private readonly desk: DeskSettingStore,
    private readonly attributes: AttributeBook,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @returns null for every ticket @throws AppError invalid `condition.unsupported` */
  async read(selector: unknown): Promise<Condition | null> {
    return conditionOf(selector, { scope: 'tickets', attributes: knownAttributes(await this.attributes.of('Ticket')) });
  }

  /** What the answers of these conditions depend on now. @param actor  who looks */
  async circumstances(actor: Actor, conditions: readonly (Condition | null)[]): Promise<Circumstances> {
    const now = this.clock.now();
    const viewer = { userId: actor.userId, organizationIds: actor.organizationIds };
    const asked = new Set(
      conditions
        .flatMap((condition) => (condition ? testsOf(condition) : []))
        .flatMap(({ test }) => (test.is === 'working-time' ? test.calendarIds : [])),
    );
    const inZone = conditions.some((condition) => condition && dependsOnZone(condition));
    const always = { now, viewer, ...(inZone && { zone: await this.desk.zone(this.db) }) };
    if (asked.size === 0) return always;
    const { calendars } = await this.slas.rules(this.db);
    const open = new Set(
      calendars
        .filter(({ id }) => asked.has(id))
        .filter((row) => new WorkingTime(calendarOf(row.timezone, row.businessHours, row.publicHolidays)).isOpen(now))
        .map(({ id }) => id),
    );
    return { ...always, isOpen: (id) => open.has(id) };
  }
}
