import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AccessLevel, accessLevels, type GroupAccess, groupAccess } from '../../domain/rights.ts';
import { GroupStore } from '../../persistence/group.store.ts';
import { allKnown, allNamed } from '../references.ts';
import { refusals } from '../refusals.ts';

type Levels = Record<string, string | string[]>;

/** Reads the access to groups that a user or a role is given: by id or by name; where both are there the ids win. */
@Injectable()
export class ResolveGroupAccess {
  constructor(private readonly groups: GroupStore) {}

  /** @returns undefined when none was written @throws AppError invalid: an unknown group or level */
  async run(
    tx: EntityManager,
    input: { groups?: Levels | undefined; group_ids?: Levels | undefined },
  ): Promise<GroupAccess | undefined> {
    if (input.group_ids) {
      const entries = Object.entries(input.group_ids);
      const ids = entries.map(([id]) => (/^\d{1,9}$/.test(id) ? Number(id) : 0));
      allKnown('groups', ids, await this.groups.names(tx, ids));
      return accessOf(entries.map(([, levels], i) => [ids[i] as number, levels]));
    }
    if (!input.groups) return undefined;
    const entries = Object.entries(input.groups);
    const names = entries.map(([name]) => name);
    const ids = allNamed('groups', names, await this.groups.idsByNames(tx, names));
    return accessOf(entries.map(([, levels], i) => [ids[i] as number, levels]));
  }
}

/** In the form in which stored access is read, so that both can be compared. */
function accessOf(entries: readonly [number, string | string[]][]): GroupAccess {
  return groupAccess(entries.flatMap(([groupId, levels]) => levelsOf(levels).map((access) => ({ groupId, access }))));
}

function levelsOf(levels: string | string[]): AccessLevel[] {
  const list = [levels].flat();
  const stranger = list.find((level) => !(accessLevels as readonly string[]).includes(level));
  if (stranger !== undefined) throw refusals.badParameter('groups', stranger);
  return list as AccessLevel[];
}
