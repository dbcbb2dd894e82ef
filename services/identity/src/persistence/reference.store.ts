import { afterCommit, sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface Reference {
  kind: 'user' | 'organization' | 'group';
  id: number;
}

/** Pairs remembered; some dozen bytes each. */
const MAX_KNOWN = 100_000;

@Injectable()
export class ReferenceStore {
  /** Pairs that are stored for certain: a row is never taken back, and nearly all tickets name the same few. */
  private readonly known = new Set<string>();

  async add(tx: EntityManager, references: readonly Reference[]): Promise<void> {
    const unique = new Map(references.map((one) => [`${one.kind} ${one.id}`, one]));
    const fresh = [...unique].filter(([key]) => !this.known.has(key)).sort();
    if (fresh.length === 0) return;
    await sql(
      tx,
      `INSERT INTO ticket_references (kind, id) SELECT * FROM unnest($1::text[], $2::int[]) ON CONFLICT DO NOTHING`,
      [fresh.map(([, one]) => one.kind), fresh.map(([, one]) => one.id)],
    );
    afterCommit(tx, () => this.remember(fresh.map(([key]) => key)));
  }

  private remember(keys: readonly string[]): void {
    if (this.known.size + keys.length > MAX_KNOWN) this.known.clear();
    for (const key of keys) this.known.add(key);
  }
}
