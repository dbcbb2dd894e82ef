import type { AuditChanges, Caller } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Schemas } from 'scimmy';
import { DataSource, type EntityManager } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { type MemberStep, memberChange } from '../../domain/scim/members.ts';
import { groupAttributes } from '../../domain/scim/query.ts';
import type { DirectoryRow } from '../../persistence/directory.store.ts';
import { DirectoryAccountStore } from '../../persistence/directory-account.store.ts';
import {
  type DirectoryGroupRow,
  DirectoryGroupStore,
  type DirectoryGroupValues,
} from '../../persistence/directory-group.store.ts';
import { Audit } from '../audit/audit.ts';
import { FederatedRights } from '../federated/federated-rights.ts';
import { scimBase } from './base.ts';
import { DirectoryWrite } from './directory-write.ts';
import { type GroupChange, groupChangeOf, groupOf, groupResource } from './group-resource.ts';
import { GROUP_SCHEMA, withLibrary, withSchemas } from './library.ts';
import { listingOf, listResponse, type Query, type Wanted, wantedOf } from './listing.ts';
import { scimRefusals } from './refusals.ts';
import { type Answer, refuseStale } from './versions.ts';

/** Groups of a directory: what they are worth here, mappings say. */
@Injectable()
export class ScimGroups {
  private readonly base: string;

  constructor(
    private readonly db: DataSource,
    private readonly writing: DirectoryWrite,
    private readonly groups: DirectoryGroupStore,
    private readonly accounts: DirectoryAccountStore,
    private readonly rights: FederatedRights,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: IdentityConfig,
  ) {
    this.base = scimBase(config);
  }

  async list(actor: Caller, query: Query): Promise<Answer> {
    const directory = await this.writing.reading(actor);
    const [listing, wanted] = [await listingOf(query, groupAttributes), await wantedOf(query)];
    const { ids, total } = await this.groups.page(this.db, directory.id, listing);
    const rows = await this.groups.byIds(this.db, directory.id, ids);
    return { status: 200, body: listResponse(await this.shown(this.db, rows, wanted), total, listing.startIndex) };
  }

  async get(actor: Caller, id: string, query: Query): Promise<Answer> {
    const directory = await this.writing.reading(actor);
    const [row] = await this.groups.byIds(this.db, directory.id, [numberOf(id)]);
    if (!row) throw scimRefusals.notFound('Groups', id);
    return this.answer(this.db, row, 200, query);
  }

  /** @throws AppError conflict `scim.uniqueness`; unreadable `scim.…` */
  async create(actor: Caller, body: unknown, query: Query): Promise<Answer> {
    const { values, steps } = await groupOf(body);
    return this.writing.run(actor, async (tx, directory) => {
      await this.refuseTaken(tx, directory, values, 0);
      const id = await this.groups.add(tx, directory.id, values, this.now());
      const { added } = await this.setMembers(tx, directory, id, steps);
      await this.rights.settle(tx, added, { lastAdmin: 'stays' });
      const changes = { name: { to: values.displayName }, ...membersTold(added, []) };
      await this.record(tx, actor, directory, { id, name: values.displayName, what: 'created', changes });
      const [row] = await this.groups.byIds(tx, directory.id, [id]);
      return this.answer(tx, row as DirectoryGroupRow, 201, query);
    });
  }

  /** @throws AppError not-found, stale, conflict `scim.uniqueness`, forbidden `scim.last-admin`; unreadable `scim.…` */
  async replace(actor: Caller, id: string, body: unknown, query: Query, ifMatch?: string): Promise<Answer> {
    const group = await groupOf(body);
    return this.update(actor, id, async () => group, query, ifMatch);
  }

  /** @throws AppError as `replace` */
  async patch(actor: Caller, id: string, body: unknown, query: Query, ifMatch?: string): Promise<Answer> {
    return this.update(actor, id, (row) => groupChangeOf(row, body), query, ifMatch);
  }

  /** @throws AppError not-found, stale, forbidden `scim.last-admin` */
  async delete(actor: Caller, id: string, ifMatch?: string): Promise<Answer> {
    return this.writing.run(actor, async (tx, directory) => {
      const row = await this.found(tx, directory, id, ifMatch);
      const members = await this.groups.memberIds(tx, row.id);
      await this.groups.delete(tx, row.id);
      await this.rights.settle(tx, members, { lastAdmin: 'stays' });
      const changes = { name: { from: row.display_name }, ...membersTold([], members) };
      await this.record(tx, actor, directory, { id: row.id, name: row.display_name, what: 'deleted', changes });
      return { status: 204 };
    });
  }

  private async update(
    actor: Caller,
    id: string,
    changeFor: (row: DirectoryGroupRow) => Promise<GroupChange>,
    query: Query,
    ifMatch: string | undefined,
  ): Promise<Answer> {
    return this.writing.run(actor, async (tx, directory) => {
      const row = await this.found(tx, directory, id, ifMatch);
      const { values, steps } = await changeFor(row);
      await this.refuseTaken(tx, directory, values, row.id);
      const renamed = values.displayName !== row.display_name;
      const { added, removed } = await this.setMembers(tx, directory, row.id, steps);
      const different = renamed || values.externalId !== row.external_id || added.length + removed.length > 0;
      if (different) {
        await this.groups.change(tx, row.id, values, this.now());
        // A group goes by its name: another one is worth something else to everybody in it.
        const stayed = renamed ? await this.groups.memberIds(tx, row.id) : [];
        await this.rights.settle(tx, [...new Set([...added, ...removed, ...stayed])], { lastAdmin: 'stays' });
        const changes = {
          ...(renamed && { name: { from: row.display_name, to: values.displayName } }),
          ...membersTold(added, removed),
        };
        await this.record(tx, actor, directory, { id: row.id, name: values.displayName, what: 'changed', changes });
      }
      const [after] = different ? await this.groups.byIds(tx, directory.id, [row.id]) : [row];
      return this.answer(tx, after as DirectoryGroupRow, 200, query);
    });
  }

  /** However many come and go: three statements. @throws AppError unreadable `scim.invalid-value` */
  private async setMembers(
    tx: EntityManager,
    directory: DirectoryRow,
    groupId: number,
    steps: readonly MemberStep[],
  ): Promise<{ added: number[]; removed: number[] }> {
    const { clear, add, remove } = memberChange(steps);
    const wanted = [...add].map(numberOf);
    const known = wanted.length === 0 ? [] : await this.accounts.idsIn(tx, directory.id, wanted);
    if (known.length < add.size) throw scimRefusals.invalidValue('A member is no user of this directory.');
    const gone = [...remove].map(numberOf);
    const removed = clear
      ? await this.groups.removeMembers(tx, groupId, 'all-but', wanted)
      : gone.length === 0
        ? []
        : await this.groups.removeMembers(tx, groupId, 'these', gone);
    const added = wanted.length === 0 ? [] : await this.groups.addMembers(tx, groupId, wanted);
    return { added, removed };
  }

  private async found(
    tx: EntityManager,
    directory: DirectoryRow,
    id: string,
    ifMatch: string | undefined,
  ): Promise<DirectoryGroupRow> {
    const [row] = await this.groups.byIds(tx, directory.id, [numberOf(id)]);
    if (!row) throw scimRefusals.notFound('Groups', id);
    refuseStale(ifMatch, row.version);
    return row;
  }

  private async refuseTaken(
    tx: EntityManager,
    directory: DirectoryRow,
    values: DirectoryGroupValues,
    ownId: number,
  ): Promise<void> {
    if (!(await this.groups.taken(tx, directory.id, values, ownId))) return;
    throw scimRefusals.uniqueness("A group with this 'displayName' or 'externalId' exists already.");
  }

  private async record(
    tx: EntityManager,
    actor: Caller,
    directory: DirectoryRow,
    {
      id,
      name,
      what,
      changes,
    }: { id: number; name: string; what: 'created' | 'changed' | 'deleted'; changes: AuditChanges },
  ): Promise<void> {
    await this.audit.record(tx, actor, {
      action: `directory-group.${what}`,
      object: { type: 'DirectoryGroup', id, label: name },
      changes: { directory: { to: directory.name }, ...changes },
    });
  }

  private async answer(
    tx: DataSource | EntityManager,
    row: DirectoryGroupRow,
    status: number,
    query: Query,
  ): Promise<Answer> {
    const [body] = await this.shown(tx, [row], await wantedOf(query));
    return { status, body, etag: `W/"${row.version}"`, location: `${this.base}/Groups/${row.id}` };
  }

  private async shown(
    tx: DataSource | EntityManager,
    rows: readonly DirectoryGroupRow[],
    wanted: Wanted,
  ): Promise<unknown[]> {
    const withMembers = wanted.wants('members');
    const members = withMembers
      ? await this.groups.members(
          tx,
          rows.map(({ id }) => id),
        )
      : [];
    const of = Map.groupBy(members, (membership) => membership.of);
    return withLibrary(() =>
      rows.map((row) => {
        const resource = new Schemas.Group(
          groupResource(row) as never,
          'out',
          `${this.base}/Groups`,
          wanted.filter as never,
        );
        const shown = withSchemas(resource, [GROUP_SCHEMA]);
        if (!withMembers) return shown;
        // Past the library, which takes its time for each value: there may be thousands.
        const list = (of.get(row.id) ?? []).map(({ id, display }) => ({
          value: String(id),
          $ref: `${this.base}/Users/${id}`,
          display,
          type: 'User',
        }));
        return { ...shown, members: list };
      }),
    );
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}

/** An audit entry is read by people: of many, how many. */
const MOST_TOLD = 100;

function membersTold(added: readonly number[], removed: readonly number[]): AuditChanges {
  const told = (ids: readonly number[]) => (ids.length > MOST_TOLD ? { to: `${ids.length} users` } : { to: [...ids] });
  return {
    ...(added.length > 0 && { members_added: told(added) }),
    ...(removed.length > 0 && { members_removed: told(removed) }),
  };
}

/** An id of SCIM is a text; what is none of ours is the id of nothing. */
function numberOf(id: string): number {
  return /^[1-9]\d{0,8}$/.test(id) ? Number(id) : 0;
}
