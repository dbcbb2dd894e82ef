import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface Reference {
  kind: 'user' | 'organization' | 'group';
  id: number;
}

@Injectable()
export class ReferenceStore {
  async add(tx: EntityManager, references: readonly Reference[]): Promise<void> {
    const unique = [...new Map(references.map((one) => [`${one.kind} ${one.id}`, one])).entries()].sort();
    await sql(
      tx,
      `INSERT INTO ticket_references (kind, id) SELECT * FROM unnest($1::text[], $2::int[]) ON CONFLICT DO NOTHING`,
      [unique.map(([, one]) => one.kind), unique.map(([, one]) => one.id)],
    );
  }
}
