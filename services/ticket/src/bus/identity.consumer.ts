import {
  groupCreated,
  groupDeleted,
  groupUpdated,
  type Message,
  organizationCreated,
  organizationDeleted,
  organizationUpdated,
  settingChanged,
  userCreated,
  userDeleted,
  userUpdated,
} from '@helpmesh/contracts';
import { ConsumesBatch } from '@helpmesh/messaging';
import { Controller } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { type GroupEvent, KeepReplicas, type OrganizationEvent, type UserEvent } from '../application/keep-replicas.ts';
import { KeepDeskSettings } from '../application/settings/keep-desk-settings.ts';

/** Hears who people are, what groups there are, and where the desk is. */
@Controller()
export class IdentityConsumer {
  constructor(
    private readonly replicas: KeepReplicas,
    private readonly settings: KeepDeskSettings,
  ) {}

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

  @ConsumesBatch(settingChanged)
  onSettings(events: Message<typeof settingChanged>[], tx: EntityManager): Promise<void> {
    return this.settings.run(tx, events);
  }
}
