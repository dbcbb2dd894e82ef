import type { Values } from '@helpmesh/attributes';
import type { GroupSnapshot, PriorityMatrix } from '@helpmesh/contracts';
import { lockInTransaction, sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type BrandFacts, mailBrandOf } from '../domain/mail-brand.ts';
import { plainText } from '../domain/plain-text.ts';
import type { ListWindow, SearchTerm, Window } from '../domain/reading.ts';
import type { Found } from './organization.store.ts';
import { customText, insertRow, updateRow } from './write.ts';

type Read = EntityManager | DataSource;

export interface GroupRow {
  id: number;
  signature_id: number | null;
  email_address_id: number | null;
  /** Full path. */
  name: string;
  name_last: string;
  parent_id: number | null;
  assignment_timeout: number | null;
  follow_up_possible: string;
  reopen_time_in_days: number | null;
  priority_matrix: PriorityMatrix | null;
  ask_rating: boolean;
  follow_up_assignment: boolean;
  active: boolean;
  shared_drafts: boolean;
  note: string | null;
  summary_generation: string;
  /** Of the address it sends from. */
  email_name: string | null;
  email_address: string | null;
  /** The name of its signature. */
  signature: string | null;
  custom: Values;
  updated_by_id: number;
  created_by_id: number;
  created_at: Date;
  updated_at: Date;
  user_ids: number[];
}

type Shown = 'user_ids' | 'email_name' | 'email_address' | 'signature';
export type GroupValues = Partial<Omit<GroupRow, 'id' | Shown | `${'created' | 'updated'}_${'by_id' | 'at'}`>>;

const columns = `g.id, g.signature_id, g.email_address_id, g.name, g.name_last, g.parent_id, g.assignment_timeout,
  g.follow_up_possible, g.reopen_time_in_days, g.follow_up_assignment, g.priority_matrix, g.ask_rating, g.active, g.shared_drafts, g.note,
  g.summary_generation, g.custom, a.name AS email_name, a.email AS email_address, s.name AS signature, g.updated_by_id,
  g.created_by_id, g.created_at, g.updated_at, ARRAY(SELECT DISTINCT user_id FROM user_group WHERE group_id = g.id ORDER BY user_id) AS user_ids`;
const senders =
  'LEFT JOIN email_addresses a ON a.id = g.email_address_id LEFT JOIN signatures s ON s.id = g.signature_id';

export const groupSearchFields = ['name', 'note'];

@Injectable()
export class GroupStore {
  /** Rows in the order of the ids; unknown ids are left out. */
  async byIds(tx: Read, ids: readonly number[]): Promise<GroupRow[]> {
    return sql<GroupRow>(
      tx,
      `SELECT ${columns} FROM unnest($1::bigint[]) WITH ORDINALITY AS asked (id, place)
       JOIN groups g ON g.id = asked.id ${senders} ORDER BY place`,
      [ids],
    );
  }

  /** Names are paths: whoever changes the tree has it for themselves until the transaction ends. */
  async lockTree(tx: EntityManager): Promise<void> {
    await lockInTransaction(tx, 'identity.group-tree');
  }

  async page(
    tx: Read,
    { limit, offset, orderBy, above, below }: ListWindow,
    /** Those that are switched off only if they are among these; null: all. */
    { onlyActiveBut }: { onlyActiveBut: readonly number[] | null },
  ): Promise<Found> {
    const rows = await sql<{ id: number; total: number }>(
      tx,
      `SELECT id, count(*) OVER () AS total FROM groups
       WHERE (active OR $3::int[] IS NULL OR id = ANY ($3)) AND id > $4 AND id < $5 ORDER BY ${orderBy} LIMIT $1 OFFSET $2`,
      [limit, offset, onlyActiveBut, above, below],
    );
    return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
  }

  /** @param ids  only these; null: all */
  async search(
    tx: Read,
    terms: readonly SearchTerm[],
    ids: readonly number[] | null,
    { limit, offset, orderBy }: Window,
  ): Promise<Found> {
    const words = terms.map(
      ({ field }, i) =>
        `AND ${field ? (groupSearchFields.includes(field) ? field : customText('groups', field)) : "concat_ws(' ', name, note)"} ILIKE $${i + 2}`,
    );
    const rows = await sql<{ id: number; total: number }>(
      tx,
      `SELECT id, count(*) OVER () AS total FROM groups WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) ${words.join(' ')}
       ORDER BY ${orderBy} LIMIT ${limit} OFFSET ${offset}`,
      [ids, ...terms.map((term) => term.pattern)],
    );
    return { ids: rows.map((row) => row.id), total: rows[0]?.total ?? 0 };
  }

  insert(tx: EntityManager, values: GroupValues, by: { userId: number; at: Date }): Promise<number> {
    return insertRow(tx, 'groups', values, by);
  }

  update(tx: EntityManager, id: number, values: GroupValues, by: { userId: number; at: Date }): Promise<void> {
    return updateRow(tx, 'groups', id, values, by);
  }

  /** All descendants of the group with this full name. */
  async below(tx: Read, name: string): Promise<GroupRow[]> {
    return sql(tx, `SELECT ${columns} FROM groups g ${senders} WHERE starts_with(g.name, $1 || '::') ORDER BY g.name`, [
      name,
    ]);
  }

  /** After a rename: the paths of all descendants start with the new one. */
  async movePaths(tx: EntityManager, from: string, to: string, by: { userId: number; at: Date }): Promise<void> {
    if (from === to) return;
    await sql(
      tx,
      `UPDATE groups SET name = $2 || substr(name, length($1) + 1), version = version + 1,
              updated_by_id = $3, updated_at = $4
       WHERE starts_with(name, $1 || '::')`,
      [from, to, by.userId, by.at],
    );
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM groups WHERE id = $1', [id]);
  }

  async isReferenced(tx: EntityManager, id: number): Promise<boolean> {
    const [row] = await sql<{ referenced: boolean }>(
      tx,
      `SELECT EXISTS (SELECT 1 FROM groups WHERE parent_id = $1)
         OR EXISTS (SELECT 1 FROM user_group WHERE group_id = $1)
         OR EXISTS (SELECT 1 FROM role_group WHERE group_id = $1)
         OR EXISTS (SELECT 1 FROM entitlement_mappings WHERE group_id = $1)
         OR EXISTS (SELECT 1 FROM directory_mappings WHERE group_id = $1) AS referenced`,
      [id],
    );
    return row?.referenced === true;
  }

  /** What groups refer to changed: what neighbours hold of them is older than what they are told next. */
  async outdate(tx: EntityManager, ids: readonly number[]): Promise<void> {
    await sql(tx, 'UPDATE groups SET version = version + 1 WHERE id = ANY ($1::bigint[])', [ids]);
  }

  /** Nothing is sent with an address or a signature that is not active. @param ids  null: every group */
  async snapshots(tx: Read, ids: readonly number[] | null): Promise<{ version: number; group: GroupSnapshot }[]> {
    type Told = Omit<GroupSnapshot, 'signature' | 'brand'>;
    const rows = await sql<Told & { version: number; signatureHtml: string | null; brand: BrandFacts | null }>(
      tx,
      `SELECT g.id, g.name, g.active, g.follow_up_possible AS "followUpPossible",
              g.follow_up_assignment AS "followUpAssignment", g.reopen_time_in_days AS "reopenTimeInDays",
              CASE WHEN a.active THEN json_build_object('name', a.name, 'address', a.email,
                'channelId', a.channel_id) END AS email,
              CASE WHEN s.active THEN s.body END AS "signatureHtml",
              g.shared_drafts AS "sharedDrafts", g.assignment_timeout AS "assignmentTimeout",
              g.priority_matrix AS "priorityMatrix", g.ask_rating AS "askRating", g.version,
              (SELECT json_build_object('id', b.id, 'standard', b.standard, 'host', b.host, 'name', b.name,
                        'mail_sender', b.mail_sender, 'accent', b.accent,
                        'support', b.support, 'footer', b.footer, 'logo', l.hash)
               FROM brandings b LEFT JOIN branding_logos l ON l.branding_id = b.id
               WHERE b.standard OR b.id = (SELECT branding_id FROM branding_groups WHERE group_id = g.id)
               ORDER BY b.standard LIMIT 1) AS brand
       FROM groups g ${senders} WHERE $1::bigint[] IS NULL OR g.id = ANY ($1) ORDER BY g.id`,
      [ids],
    );
    return rows.map(({ version, brand, ...group }) => {
      const signature = group.signatureHtml === null ? null : plainText(group.signatureHtml);
      return { version, group: { ...group, signature, brand: brand && mailBrandOf(brand) } };
    });
  }

  /** Ids by full name; names that no group has are left out. */
  async idsByNames(tx: Read, names: readonly string[]): Promise<Map<string, number>> {
    const rows = await sql<{ asked: string; id: number }>(
      tx,
      'SELECT asked, id FROM unnest($1::text[]) AS asked JOIN groups ON lower(name) = lower(asked)',
      [names],
    );
    return new Map(rows.map((row) => [row.asked, row.id]));
  }

  async names(tx: Read, ids: readonly number[]): Promise<Map<number, string>> {
    const rows = await sql<{ id: number; name: string }>(
      tx,
      'SELECT id, name FROM groups WHERE id = ANY ($1::bigint[])',
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row.name]));
  }
}
