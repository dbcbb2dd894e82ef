import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';

type Read = EntityManager | DataSource;

export interface PublicLinkValues {
  link: string;
  title: string;
  description: string | null;
  screen: string[];
  new_tab: boolean;
  prio: number;
}
export interface PublicLinkRow extends PublicLinkValues {
  id: number;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

/** Links on the pages that strangers see; there are a few. */
@Injectable()
export class PublicLinkStore {
  async all(on: Read): Promise<PublicLinkRow[]> {
    return sql<PublicLinkRow>(on, 'SELECT * FROM public_links ORDER BY prio, id');
  }

  async byId(on: Read, id: number): Promise<PublicLinkRow | undefined> {
    return (await sql<PublicLinkRow>(on, 'SELECT * FROM public_links WHERE id = $1::bigint', [id]))[0];
  }

  async add(tx: EntityManager, values: PublicLinkValues, by: { userId: number; at: Date }): Promise<PublicLinkRow> {
    const { link, title, description, screen, new_tab, prio } = values;
    const [row] = await sql<PublicLinkRow>(
      tx,
      `INSERT INTO public_links (link, title, description, screen, new_tab, prio, created_by_id, updated_by_id,
         created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $8) RETURNING *`,
      [link, title, description, screen, new_tab, prio, by.userId, by.at],
    );
    return row as PublicLinkRow;
  }

  async change(
    tx: EntityManager,
    id: number,
    values: PublicLinkValues,
    by: { userId: number; at: Date },
  ): Promise<PublicLinkRow> {
    const { link, title, description, screen, new_tab, prio } = values;
    const [row] = await sql<PublicLinkRow>(
      tx,
      `UPDATE public_links SET link = $2, title = $3, description = $4, screen = $5, new_tab = $6, prio = $7,
         updated_by_id = $8, updated_at = $9 WHERE id = $1 RETURNING *`,
      [id, link, title, description, screen, new_tab, prio, by.userId, by.at],
    );
    return row as PublicLinkRow;
  }

  async remove(tx: EntityManager, id: number): Promise<void> {
    await sql(tx, 'DELETE FROM public_links WHERE id = $1', [id]);
  }
}
