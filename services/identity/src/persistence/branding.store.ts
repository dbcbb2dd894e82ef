import type { HelpLocale } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { insertRow, updateRow } from './write.ts';

type Read = EntityManager | DataSource;

export interface BrandingValues {
  name: string;
  mail_sender: string | null;
  accent: string | null;
  support: string | null;
  footer: string | null;
  host: string | null;
  slug: string | null;
  locales: HelpLocale[];
}
export interface BrandingRow extends BrandingValues {
  id: number;
  standard: boolean;
  group_ids: number[];
  /** Of the picture. */
  logo: string | null;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

const columns = `b.id, b.standard, b.name, b.mail_sender, b.accent, b.support, b.footer, b.host, b.slug, b.locales, l.hash AS logo,
  ARRAY(SELECT group_id FROM branding_groups WHERE branding_id = b.id ORDER BY group_id) AS group_ids,
  b.created_by_id, b.updated_by_id, b.created_at, b.updated_at`;
const from = 'brandings b LEFT JOIN branding_logos l ON l.branding_id = b.id';

/** How pages and mails look; there are as many as communities. */
@Injectable()
export class BrandingStore {
  /** That of the desk first. */
  async all(on: Read): Promise<BrandingRow[]> {
    return sql<BrandingRow>(on, `SELECT ${columns} FROM ${from} ORDER BY b.standard DESC, lower(b.name)`);
  }

  async byId(on: Read, id: number): Promise<BrandingRow | undefined> {
    return (await sql<BrandingRow>(on, `SELECT ${columns} FROM ${from} WHERE b.id = $1::bigint`, [id]))[0];
  }

  async standard(on: Read): Promise<BrandingRow> {
    return (await sql<BrandingRow>(on, `SELECT ${columns} FROM ${from} WHERE b.standard`))[0] as BrandingRow;
  }

  /** The one below a path. */
  async bySlug(on: Read, slug: string): Promise<BrandingRow | undefined> {
    return (await sql<BrandingRow>(on, `SELECT ${columns} FROM ${from} WHERE b.slug = $1`, [slug]))[0];
  }

  /** That of a host or a group, else that of the desk. */
  async fitting(on: Read, host: string | null, groupId: number | null): Promise<BrandingRow> {
    const rows = await sql<BrandingRow>(
      on,
      `SELECT ${columns} FROM ${from}
       WHERE b.standard OR b.host = $1 OR b.id = (SELECT branding_id FROM branding_groups WHERE group_id = $2::bigint)
       ORDER BY b.standard LIMIT 1`,
      [host, groupId],
    );
    return rows[0] as BrandingRow;
  }

  insert(tx: EntityManager, values: BrandingValues, by: { userId: number; at: Date }): Promise<number> {
    return insertRow(tx, 'brandings', values, by);
  }

  update(tx: EntityManager, id: number, values: BrandingValues, by: { userId: number; at: Date }): Promise<void> {
    return updateRow(tx, 'brandings', id, values, by);
  }

  async delete(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM brandings WHERE id = $1', [id]);
  }

  /** A group that another branding had is taken from it. */
  async setGroups(tx: EntityManager, id: number, groupIds: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM branding_groups WHERE branding_id = $1 OR group_id = ANY ($2::int[])', [id, groupIds]);
    await sql(tx, 'INSERT INTO branding_groups (group_id, branding_id) SELECT unnest($2::int[]), $1', [id, groupIds]);
  }

  /** Groups that no community's branding has. */
  async unbrandedGroups(tx: EntityManager): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      'SELECT id FROM groups WHERE id NOT IN (SELECT group_id FROM branding_groups) ORDER BY id',
    );
    return rows.map(({ id }) => id);
  }

  async setLogo(
    tx: EntityManager,
    id: number,
    logo: { hash: string; type: string; content: Buffer } | null,
  ): Promise<void> {
    await sql(tx, 'DELETE FROM branding_logos WHERE branding_id = $1', [id]);
    if (logo === null) return;
    await sql(tx, 'INSERT INTO branding_logos (branding_id, hash, type, content) VALUES ($1, $2, $3, $4)', [
      ...[id, logo.hash, logo.type, logo.content],
    ]);
  }

  async logo(on: Read, hash: string): Promise<{ type: string; content: Buffer } | undefined> {
    const found = await sql<{ type: string; content: Buffer }>(
      on,
      'SELECT type, content FROM branding_logos WHERE hash = $1',
      [hash],
    );
    return found[0];
  }
}
