import {
  type groupCreated,
  groupDeleted,
  type groupUpdated,
  type Message,
  type organizationCreated,
  organizationDeleted,
  type organizationUpdated,
  type userCreated,
  userDeleted,
  type userUpdated,
} from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ReplicaStore, type Told } from '../persistence/replica.store.ts';
import { keptGroup } from './kept-group.ts';

export type UserEvent = Message<typeof userCreated | typeof userUpdated | typeof userDeleted>;
export type OrganizationEvent = Message<
  typeof organizationCreated | typeof organizationUpdated | typeof organizationDeleted
>;
export type GroupEvent = Message<typeof groupCreated | typeof groupUpdated | typeof groupDeleted>;

/** Keeps the copies of identity's rows. Versions decide, so order and repetition do not matter. */
@Injectable()
export class KeepReplicas {
  constructor(private readonly replicas: ReplicaStore) {}

  async users(tx: EntityManager, events: UserEvent[]): Promise<void> {
    await this.replicas.keepUsers(tx, told(events, 'login'));
    await this.replicas.forget(tx, 'replica_user', gone(events, userDeleted.type));
  }

  async organizations(tx: EntityManager, events: OrganizationEvent[]): Promise<void> {
    await this.replicas.keepOrganizations(tx, told(events, 'name'));
    await this.replicas.forget(tx, 'replica_organization', gone(events, organizationDeleted.type));
  }

  async groups(tx: EntityManager, events: GroupEvent[]): Promise<void> {
    const groups = told(events, 'name').map(({ row, version }) => ({ row: keptGroup(row), version }));
    await this.replicas.keepGroups(tx, groups);
    await this.replicas.forget(tx, 'replica_group', gone(events, groupDeleted.type));
  }
}

interface Event<T> {
  type: string;
  aggregateVersion: number;
  data: T;
}

/** The rows that were told; a deletion carries the id only and lacks `field`. */
function told<T extends object, K extends string>(
  events: Event<T>[],
  field: K,
): Told<Extract<T, Record<K, unknown>>>[] {
  return events.flatMap(({ data, aggregateVersion }) =>
    field in data ? [{ row: data as Extract<T, Record<K, unknown>>, version: aggregateVersion }] : [],
  );
}

function gone(events: Event<{ id: number }>[], deletion: string): { id: number; version: number }[] {
  return events
    .filter(({ type }) => type === deletion)
    .map(({ data, aggregateVersion }) => ({ id: data.id, version: aggregateVersion }));
}
