import {
  groupCreated,
  groupDeleted,
  groupUpdated,
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
import { type GroupEvent, KeepReplicas, type OrganizationEvent, type UserEvent } from '../application/keep-replicas.ts';

/** Hears who people are and what groups there are. */
@Controller()
export class IdentityConsumer {
  constructor(private readonly replicas: KeepReplicas) {}

  @ConsumesBatch(userCreated, userUpdated, userDeleted)
  onUsers(events: UserEvent[], tx: EntityManager): Promise<void> {
    return this.replicas.users(tx, events);
  }

  @ConsumesBatch(organizationCreated, organizationUpdated, organizationDeleted)
  onOrganizations(events: OrganizationEvent[], tx: EntityManager): Promise<void> {
    return this.replicas.organizations(tx, events);
  }

  @ConsumesBatch(groupCreated, groupUpdated, groupDeleted)
  onGroups(events: GroupEvent[], tx: EntityManager): Promise<void> {
    return this.replicas.groups(tx, events);
  }
}
