import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { PictureType } from '../domain/picture.ts';

type Read = EntityManager | DataSource;

export interface AvatarRow {
  id: number;
  hash: string;
  createdAt: Date;
}

/** Pictures of people. The one that is shown is the one whose hash is in `users.image`. */
@Injectable()
export class AvatarStore {
  /** Without their bytes, oldest first. */
  async of(tx: Read, userId: number): Promise<AvatarRow[]> {
    const rows = 'SELECT id, hash, created_at AS "createdAt" FROM user_avatars WHERE user_id = $1 ORDER BY id';
    return sql(tx, rows, [userId]);
  }

  async add(
    tx: EntityManager,
    userId: number,
    picture: { hash: string; type: PictureType; content: Buffer; at: Date },
  ): Promise<number> {
    const [row] = await sql<{ id: number }>(
      tx,
      `INSERT INTO user_avatars (user_id, hash, content_type, content, created_at) VALUES ($1, $2, $3, $4, $5)
       RETURNING id`,
      [userId, picture.hash, picture.type, picture.content, picture.at],
    );
    return (row as { id: number }).id;
  }

  async remove(tx: EntityManager, userId: number, ids: readonly number[]): Promise<void> {
    await sql(tx, 'DELETE FROM user_avatars WHERE user_id = $1 AND id = ANY ($2::int[])', [userId, ids]);
  }

  async content(tx: Read, hash: string): Promise<{ type: PictureType; content: Buffer } | undefined> {
    const [row] = await sql<{ type: PictureType; content: Buffer }>(
      tx,
      'SELECT content_type AS type, content FROM user_avatars WHERE hash = $1',
      [hash],
    );
    return row;
  }
}
