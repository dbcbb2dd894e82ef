import { type GroupSnapshot, lookup } from '@helpmesh/contracts';
import { Answers, messagingTables } from '@helpmesh/messaging';
import { baseConfig, loadConfig, type RunningService, runService } from '@helpmesh/service-kit';
import { infra } from '@helpmesh/testing';
import { Controller, Module } from '@nestjs/common';
import type { TestDesk } from './desk.ts';

const groups: GroupSnapshot[] = [];

@Controller()
class IdentityStandIn {
  @Answers(lookup)
  async answer() {
    return { users: [], organizations: [], groups };
  }
}

@Module({ controllers: [IdentityStandIn] })
class StandInModule {}

export interface Identity {
  service: RunningService;
  /** What `lookup` answers. */
  groups: GroupSnapshot[];
}

/** The identity service as far as it is asked here: it knows groups. */
export async function identityStandIn(desk: TestDesk): Promise<Identity> {
  const config = loadConfig(baseConfig, {
    ...desk.env,
    ...desk.keys.envOf('identity'),
    DATABASE_URL: await infra().database('identity'),
  });
  const service = runService({ name: 'identity', config, module: StandInModule, migrations: [messagingTables] });
  await service.migrate();
  await service.start();
  return { service, groups };
}

export function aGroup(id: number, address: string | null): GroupSnapshot {
  return {
    id,
    name: `Group ${id}`,
    active: true,
    followUpPossible: 'yes',
    followUpAssignment: true,
    reopenTimeInDays: null,
    email: address === null ? null : { name: '', address },
    signature: null,
  };
}
