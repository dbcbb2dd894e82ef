import type { Actor, ObjectHistory } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayHistories } from '../../domain/access.ts';
import { GroupStore } from '../../persistence/group.store.ts';
import { type HistoryObject, type HistoryRow, HistoryStore } from '../../persistence/history.store.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Present } from '../present.ts';
import { refusals } from '../refusals.ts';

/** What happened to an object since it is there, oldest first, with everybody it names. */
@Injectable()
export class ReadHistory {
  constructor(
    private readonly db: DataSource,
    private readonly histories: HistoryStore,
    private readonly users: UserStore,
    private readonly organizations: OrganizationStore,
    private readonly groups: GroupStore,
    private readonly roles: RoleStore,
    private readonly present: Present,
  ) {}

  /** @throws AppError forbidden, not-found */
  async run(actor: Actor, object: HistoryObject, id: number): Promise<ObjectHistory> {
    if (!mayHistories[object](actor)) throw refusals.notAuthorized();
    const rows = await this.rows(object, id);
    const [row] = Object.values(rows).flat();
    if (!row) throw refusals.notFound(object, id);
    const lines = await this.histories.of(this.db, object, id);
    const authors = lines.map(({ createdById }) => createdById).filter((author) => object !== 'User' || author !== id);
    const people = await this.users.byIds(this.db, [...new Set(authors)]);
    const all = { ...rows, users: [...(rows.users ?? []), ...people] };
    return {
      history: [created(object, row), ...lines.map((line) => shown(object, line))],
      assets: await this.present.assets(this.db, actor, all),
    };
  }

  private async rows(object: HistoryObject, id: number) {
    switch (object) {
      case 'User':
        return { users: await this.users.byIds(this.db, [id]) };
      case 'Organization':
        return { organizations: await this.organizations.byIds(this.db, [id]) };
      case 'Group':
        return { groups: await this.groups.byIds(this.db, [id]) };
      case 'Role':
        return { roles: await this.roles.byIds(this.db, [id]) };
    }
  }
}

type Entry = ObjectHistory['history'][number];

/** The row tells by itself when it was created and by whom: the entry before all that are kept. */
function created(object: HistoryObject, row: { id: number; created_by_id: number; created_at: Date }): Entry {
  return {
    id: 0,
    object,
    type: 'created',
    o_id: row.id,
    created_by_id: row.created_by_id,
    created_at: row.created_at.toISOString(),
  };
}

function shown(object: HistoryObject, line: HistoryRow): Entry {
  return {
    id: line.id,
    object,
    type: line.type,
    o_id: line.oId,
    attribute: line.attribute,
    ...(line.valueFrom !== null && { value_from: line.valueFrom }),
    ...(line.valueTo !== null && { value_to: line.valueTo }),
    ...(line.idFrom !== null && { id_from: line.idFrom }),
    ...(line.idTo !== null && { id_to: line.idTo }),
    ...(line.cause && {
      ...{ sourceable_type: line.cause.type, sourceable_id: line.cause.id, sourceable_name: line.cause.name },
    }),
    created_by_id: line.createdById,
    created_at: line.createdAt.toISOString(),
  };
}
