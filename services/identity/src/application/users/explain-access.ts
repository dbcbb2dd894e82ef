import type { Actor, OutputOf, userAccess } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayUsers } from '../../domain/access.ts';
import { grants } from '../../domain/permissions.ts';
import { accessLevels } from '../../domain/rights.ts';
import { AccessSourceStore, type GivenBy } from '../../persistence/access-source.store.ts';
import { refusals } from '../refusals.ts';

type Explanation = OutputOf<typeof userAccess>;
type Source = Explanation['permissions'][number]['from'][number];

/** Says what somebody may do, and by what they may: what counts is the union of everything that is told here. */
@Injectable()
export class ExplainAccess {
  constructor(
    private readonly db: DataSource,
    private readonly sources: AccessSourceStore,
  ) {}

  /** @throws AppError forbidden, not-found */
  async run(actor: Actor, userId: number): Promise<Explanation> {
    if (!mayUsers.grant(actor)) throw refusals.notAuthorized();
    const found = await this.sources.of(this.db, userId);
    if (!found) throw refusals.notFound('User', userId);
    const { active, permissions, groups, organizations } = found;
    const byName = Map.groupBy(permissions, ({ name }) => name);
    const byGroup = Map.groupBy(groups, ({ id }) => id);
    return {
      active,
      agent: active && grants([...byName.keys()], 'ticket.agent'),
      permissions: [...byName].map(([name, rows]) => ({ name, from: rows.map(sourceOf) })),
      groups: [...byGroup.values()].map((rows) => {
        const [{ id, name, active: open }] = rows as [(typeof rows)[number]];
        const levels = accessLevels.flatMap((level) => {
          const given = rows.filter(({ access }) => access === level);
          return given.length === 0 ? [] : [{ level, from: given.map(sourceOf) }];
        });
        return { id, name, active: open, levels };
      }),
      organizations,
    };
  }
}

function sourceOf({ roleId, role, local }: GivenBy): Source {
  return { role: roleId === null ? null : { id: roleId, name: role ?? '' }, local };
}
