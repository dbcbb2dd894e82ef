import type { StoredSet } from '@helpmesh/attributes';
import type { AttributeDefinition, AttributeObject } from '@helpmesh/contracts';
import { askAside, sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Whose values are kept here. */
const tables = { User: 'users', Organization: 'organizations', Group: 'groups' } as const;

/** The copy of the definitions of custom attributes. */
@Injectable()
export class AttributeStore {
  /** By a connection of its own: a write asks for it with its transaction open. @param url  of the database */
  async sets(url: string): Promise<StoredSet[]> {
    return askAside<StoredSet>(
      { url, name: 'identity attributes' },
      `SELECT s.object, s.revision, (
         SELECT coalesce(json_agg(definition), '[]') FROM attribute_definition a WHERE a.object = s.object) AS attributes
       FROM attribute_set s`,
    );
  }

  async keep(
    tx: EntityManager,
    object: AttributeObject,
    definition: AttributeDefinition,
    revision: number,
  ): Promise<void> {
    await this.reach(tx, object, revision);
    await sql(
      tx,
      `INSERT INTO attribute_definition AS held (id, object, definition, revision) VALUES ($1, $2, $3::json, $4)
       ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, revision = excluded.revision
       WHERE held.revision < excluded.revision`,
      [definition.id, object, JSON.stringify(definition), revision],
    );
  }

  /** With all values under its name, unless another attribute has the name by now. */
  async drop(tx: EntityManager, object: AttributeObject, id: number, name: string, revision: number): Promise<void> {
    await this.reach(tx, object, revision);
    await sql(tx, 'DELETE FROM attribute_definition WHERE id = $1', [id]);
    if (object === 'Ticket') return;
    await sql(
      tx,
      `UPDATE ${tables[object]} SET custom = nullif(custom - $1, '{}') WHERE custom ? $1 AND NOT EXISTS (
         SELECT FROM attribute_definition WHERE object = $2 AND definition ->> 'name' = $1)`,
      [name, object],
    );
  }

  private async reach(tx: EntityManager, object: AttributeObject, revision: number): Promise<void> {
    await sql(
      tx,
      `INSERT INTO attribute_set AS held (object, revision) VALUES ($1, $2)
       ON CONFLICT (object) DO UPDATE SET revision = greatest(held.revision, excluded.revision)`,
      [object, revision],
    );
  }
}
