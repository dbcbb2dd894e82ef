import {
  groupCreated,
  groupDeleted,
  groupUpdated,
  type Message,
  organizationCreated,
  organizationDeleted,
  organizationUpdated,
  userCreated,
  userDeleted,
  userUpdated,
} from '@helpmesh/contracts';
import { ConsumesBatch } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { ReplicaStore } from '../persistence/replica.store.ts';

type UserEvent = Message<typeof userCreated | typeof userUpdated | typeof userDeleted>;
type OrganizationEvent = Message<typeof organizationCreated | typeof organizationUpdated | typeof organizationDeleted>;
type GroupEvent = Message<typeof groupCreated | typeof groupUpdated | typeof groupDeleted>;

/** Keeps the replicas of identity's rows. Versions decide, so order and repetition do not matter. */
@Controller()
export class IdentityConsumer {
  constructor(private readonly replicas: ReplicaStore) {}

  @ConsumesBatch(userCreated, userUpdated, userDeleted)
  async onUsers(events: UserEvent[], tx: EntityManager): Promise<void> {
    await this.replicas.keepUsers(tx, told(events, userDeleted.type));
    await this.replicas.forget(tx, 'replica_user', gone(events, userDeleted.type));
  }

  @ConsumesBatch(organizationCreated, organizationUpdated, organizationDeleted)
  async onOrganizations(events: OrganizationEvent[], tx: EntityManager): Promise<void> {
    await this.replicas.keepOrganizations(tx, told(events, organizationDeleted.type));
    await this.replicas.forget(tx, 'replica_organization', gone(events, organizationDeleted.type));
  }

  @ConsumesBatch(groupCreated, groupUpdated, groupDeleted)
  async onGroups(events: GroupEvent[], tx: EntityManager): Promise<void> {
    await this.replicas.keepGroups(tx, told(events, groupDeleted.type));
    await this.replicas.forget(tx, 'replica_group', gone(events, groupDeleted.type));
  }
}

interface Event<T> {
  type: string;
  aggregateVersion: number;
  data: T;
}

function told<T>(
  events: Event<T>[],
  deletion: string,
): { row: Exclude<T, { id: number; login?: never; name?: never }>; version: number }[] {
  return events
    .filter(({ type }) => type !== deletion)
    .map(({ data, aggregateVersion }) => ({ row: data as never, version: aggregateVersion }));
}

function gone(events: Event<{ id: number }>[], deletion: string): { id: number; version: number }[] {
  return events
    .filter(({ type }) => type === deletion)
    .map(({ data, aggregateVersion }) => ({ id: data.id, version: aggregateVersion }));
}
