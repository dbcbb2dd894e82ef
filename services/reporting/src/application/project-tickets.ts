import { gauge } from '@helpmesh/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { pointOf, type TicketEvent } from '../domain/ticket-point.ts';
import type { ProjectionStore } from '../persistence/projection.store.ts';

/** Turns what happened to tickets into tables that can be counted. */
export class ProjectTickets {
  constructor(
    private readonly db: DataSource,
    private readonly projection: ProjectionStore,
  ) {}

  async run(tx: EntityManager, events: readonly TicketEvent[]): Promise<void> {
    await this.projection.take(tx, events.map(pointOf));
  }

  async nameGroup(tx: EntityManager, groupId: number, name: string, version: number): Promise<void> {
    await this.projection.keepGroup(tx, groupId, name, version);
  }

  /** Open tickets as gauges, counted when Prometheus asks. */
  measure(): void {
    gauge({
      name: 'helpmesh_tickets_open_items',
      help: 'Open tickets by group id and state type.',
      labels: ['group_id', 'state_type'],
      read: async (metric) => {
        const counts = await this.projection.openByStateType(this.db);
        metric.reset();
        for (const { groupId, stateType, count } of counts)
          metric.set({ group_id: String(groupId), state_type: stateType }, count);
      },
    });
  }
}
