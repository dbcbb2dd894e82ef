import type { Message, settingChanged } from '@helpmesh/contracts';
import { type Clock, epochMs } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DeskSettingStore } from '../../persistence/desk-setting.store.ts';
import { ScheduleStore } from '../../persistence/schedule.store.ts';
import { nextOf } from '../automation/run-jobs.ts';

/** Settings of identity that decide here as well. */
const kept: ReadonlySet<string> = new Set([
  ...['timezone_default', 'ticket_number', 'ticket_number_increment', 'ticket_number_date'],
  'ticket_last_contact_behaviour',
]);

/** Keeps what identity says about the desk; where the desk is decides when schedules run. */
@Injectable()
export class KeepDeskSettings {
  constructor(
    private readonly desk: DeskSettingStore,
    private readonly schedules: ScheduleStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(tx: EntityManager, events: readonly Message<typeof settingChanged>[]): Promise<void> {
    const known = events.filter(({ data }) => kept.has(data.name));
    for (const { data, aggregateVersion } of known) {
      const { name, value, byUserId: by } = data;
      await this.desk.keep(tx, { name, value, by, at: epochMs(aggregateVersion) });
    }
    if (known.length === 0) return;
    const zone = await this.desk.zone(tx);
    for (const row of await this.schedules.lockLocal(tx)) {
      await this.schedules.planNext(tx, row.id, nextOf(row, this.clock.now(), zone));
    }
  }
}
