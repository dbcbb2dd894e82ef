import type { Values } from '@helpmesh/attributes';
import type { OrganizationSnapshot } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ListWindow, SearchTerm, Window } from '../domain/reading.ts';
import { type Picked, pickedSql } from './people-rule.store.ts';
import { customText, insertRow, updateRow } from './write.ts';

type Read = EntityManager | DataSource;

export interface OrganizationRow {
  id: number;
  name: string;
  shared: boolean;
  domain: string;
  domain_assignment: boolean;
  active: boolean;
  vip: boolean;
  note: string;
  custom: Values;
  updated_by_id: number;
  created_by_id: number;
  created_at: Date;
  updated_at: Date;
  member_ids: number[];
  secondary_member_ids: number[];
}

export type OrganizationValues = Partial<
  Pick<OrganizationRow, 'name' | 'shared' | 'domain' | 'domain_assignment' | 'active' | 'vip' | 'note' | 'custom'>
>;

const columns = `o.id, o.name, o.shared, o.domain, o.domain_assignment, o.active, o.vip, o.note,
  o.custom, o.updated_by_id, o.created_by_id, o.created_at, o.updated_at,
  ARRAY(SELECT id FROM users WHERE organization_id = o.id ORDER BY id) AS member_ids,
  ARRAY(SELECT user_id FROM user_organization WHERE organization_id = o.id ORDER BY user_id) AS secondary_member_ids`;

export const organizationSearchFields = ['name', 'domain', 'note'];

@Injectable()
export class OrganizationStore {
  /** Rows in the order of the ids; unknown ids are left out. */
  async byIds(tx: Read, ids: readonly number[]): Promise<OrganizationRow[]> {
    return sql<OrganizationRow>(
      tx,
      `SELECT ${columns} FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, place)
       JOIN organizations o ON o.id = asked.id ORDER BY place`,
      [ids],
    );
  }

  async lock(tx: EntityManager, id: number): Promise<OrganizationRow | undefined> {
    const [found] = await sql(tx, 'SELECT 1 FROM organizations WHERE id = $1::bigint FOR UPDATE', [id]);
    return found && (await this.byIds(tx, [id]))[0];
  }

  /** @param only  ids that may be listed; null: all */
  async page(
    tx: Read,
    only: readonly number[] | null,
    { limit, offset, orderBy, above, below }: ListWindow,
  ): Promise<Found> {
    const rows = await sql<{ id: number; total: number }>(
      tx,
      `SELECT id, count(*) OVER () AS total FROM organizations
       WHERE ($1::int[] IS NULL OR id = ANY ($1)) AND id > $4 AND id < $5
       ORDER BY ${orderBy} LIMIT $2 OFFSET $3`,
      [only, limit, offset, above, below],
    );
    return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
  }

  /** @param ids  only these; null: all */
  async search(
    tx: Read,
    {
      terms,
      ids,
      picked,
    }: { terms: readonly SearchTerm[]; ids: readonly number[] | null; picked?: Picked | undefined },
    { limit, offset, orderBy }: Window,
  ): Promise<Found> {
    const params: unknown[] = [ids];
    const param = (value: unknown, type: string) => `$${params.push(value)}::${type}`;
    const words = terms.map(({ field, pattern }) => {
      const own = field && (organizationSearchFields.includes(field) ? `o.${field}` : customText('o', field));
      return `AND ${own ?? "concat_ws(' ', o.name, o.domain, o.note)"} ILIKE ${param(pattern, 'text')}`;
    });
    const narrowed = picked ? `AND ${pickedSql('Organization', picked.condition, picked.circumstances, param)}` : '';
    const rows = await sql<{ id: number; total: number }>(
      tx,
      `SELECT id, count(*) OVER () AS total FROM (SELECT o.* FROM organizations o
         WHERE ($1::bigint[] IS NULL OR o.id = ANY ($1)) ${words.join(' ')} ${narrowed}) AS found
       ORDER BY ${orderBy} LIMIT ${limit} OFFSET ${offset}`,
      params,
    );
    return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
  }

  insert(tx: EntityManager, values: OrganizationValues, by: { userId: number; at: Date }): Promise<number> {
    return insertRow(tx, 'organizations', values, by);
  }

  update(tx: EntityManager, id: number, values: OrganizationValues, by: { userId: number; at: Date }): Promise<void> {
    return updateRow(tx, 'organizations', id, values, by);
  }

  /** Makes exactly these users the members; whoever writes the users themselves tells that they changed. */
  async setMembers(tx: EntityManager, id: number, memberIds: readonly number[]): Promise<void> {
    await sql(
      tx,
      `UPDATE users SET organization_id = CASE WHEN id = ANY ($2::int[]) THEN $1::int END
       WHERE (organization_id = $1) IS DISTINCT FROM (id = ANY ($2::int[]))
         AND (organization_id = $1 OR id = ANY ($2::int[]))`,
      [id, memberIds],
    );
  }

  /** The same for those who belong to it beside another one. */
  async setSecondaryMembers(tx: EntityManager, id: number, memberIds: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM user_organization WHERE organization_id = $1 AND user_id <> ALL ($2::int[])', [
      id,
      memberIds,
    ]);
    await sql(
      tx,
      `INSERT INTO user_organization (user_id, organization_id) SELECT unnest($2::int[]), $1 ON CONFLICT DO NOTHING`,
      [id, memberIds],
    );
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM organizations WHERE id = $1', [id]);
  }

  async isReferenced(tx: EntityManager, id: number): Promise<boolean> {
    const [row] = await sql<{ referenced: boolean }>(
      tx,
      `SELECT EXISTS (SELECT 1 FROM users WHERE organization_id = $1)
         OR EXISTS (SELECT 1 FROM user_organization WHERE organization_id = $1)
         OR EXISTS (SELECT 1 FROM directories WHERE organization_id = $1) AS referenced`,
      [id],
    );
    return row?.referenced === true;
  }

  async snapshots(
    tx: Read,
    ids: readonly number[],
  ): Promise<{ version: number; organization: OrganizationSnapshot }[]> {
    const rows = await sql<OrganizationSnapshot & { version: number }>(
      tx,
      'SELECT id, name, shared, active, version FROM organizations WHERE id = ANY ($1::bigint[]) ORDER BY id',
      [ids],
    );
    return rows.map(({ version, ...organization }) => ({ version, organization }));
  }

  /** Ids by name; names that no organization has are left out. */
  async idsByNames(tx: Read, names: readonly string[]): Promise<Map<string, number>> {
    const rows = await sql<{ asked: string; id: number }>(
      tx,
      `SELECT asked, id FROM unnest($1::text[]) AS asked JOIN organizations ON lower(name) = lower(asked)`,
      [names],
    );
    return new Map(rows.map((row) => [row.asked, row.id]));
  }

  /** The active organization that takes the people of a mail domain. */
  async idByDomain(tx: Read, domain: string): Promise<number | null> {
    const [row] = await sql<{ id: number }>(
      tx,
      `SELECT id FROM organizations
       WHERE domain_assignment AND active AND domain <> '' AND lower(domain) = $1 ORDER BY id LIMIT 1`,
      [domain],
    );
    return row?.id ?? null;
  }

  async names(tx: Read, ids: readonly number[]): Promise<Map<number, string>> {
    const rows = await sql<{ id: number; name: string }>(
      tx,
      'SELECT id, name FROM organizations WHERE id = ANY ($1::bigint[])',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row.name]));
  }
}

export interface Found {
  ids: number[];
  /** Of all pages; 0 past the end. */
  total: number;
}
