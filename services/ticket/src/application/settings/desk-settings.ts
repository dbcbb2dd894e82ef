import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  recordAudit,
  type DeskSettings as ShownSettings,
} from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DeskSettingStore } from '../../persistence/desk-setting.store.ts';
import { ReplicaStore } from '../../persistence/replica.store.ts';
import { requireAnyOf } from '../access.ts';

type Settings = Omit<ShownSettings, 'own_addresses'>;

/** What holds until somebody chooses otherwise. */
const untouched: Settings = {
  time_accounting: false,
  time_accounting_unit: '',
  undo_send_seconds: 10,
  auto_assign: false,
};

/** Whose business each setting is. */
const permissions: Record<keyof Settings, string> = {
  time_accounting: 'admin.time_accounting',
  time_accounting_unit: 'admin.time_accounting',
  undo_send_seconds: 'admin.ticket',
  auto_assign: 'admin.ticket_auto_assignment',
};
const names = Object.keys(permissions) as (keyof Settings)[];

/** How tickets are worked on here. Read where it is needed and nowhere else: no write of a ticket asks for it. */
@Injectable()
export class DeskSettings {
  constructor(
    private readonly db: DataSource,
    private readonly store: DeskSettingStore,
    private readonly replicas: ReplicaStore,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async current(on: DataSource | EntityManager = this.db): Promise<Settings> {
    const all = await this.store.all(on);
    // Others have their settings in the same table.
    return { ...untouched, ...Object.fromEntries(names.flatMap((name) => (name in all ? [[name, all[name]]] : []))) };
  }

  async read(actor: Actor): Promise<ShownSettings> {
    requireAnyOf(actor, ['ticket.agent', ...Object.values(permissions)]);
    return this.shown(await this.current());
  }

  async update(actor: Caller, input: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<ShownSettings> {
    const given = names.filter((name) => input[name] !== undefined);
    requireAnyOf(actor, Object.values(permissions));
    for (const name of given) requireAnyOf(actor, [permissions[name]]);
    const settings = await transaction(this.db, async (tx) => {
      const before = await this.current(tx);
      await this.store.set(
        tx,
        Object.fromEntries(given.map((name) => [name, input[name]])),
        actor.userId,
        this.clock.now(),
      );
      const after = await this.current(tx);
      const changes = changesBetween(before, after, names);
      if (Object.keys(changes).length > 0) {
        const object = { type: 'Setting', id: 0, label: given.join(', ') };
        await this.outbox.add(
          tx,
          recordAudit,
          auditMessage(actor, { action: 'desk-setting.changed', object, changes }),
        );
      }
      return after;
    });
    return this.shown(settings);
  }

  private async shown(settings: Settings): Promise<ShownSettings> {
    const groups = await this.replicas.mailGroups(this.db);
    return { ...settings, own_addresses: [...new Set(groups.flatMap(({ address }) => address ?? []))].sort() };
  }
}
