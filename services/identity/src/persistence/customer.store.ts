import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';

export interface Customer {
  /** Normal form. */
  email: string;
  /** A mail came from there. */
  wrote: boolean;
  firstname: string;
  lastname: string;
}

/** Customers as mail brings them: by address, many at a time, and the same one from many sides at once. */
@Injectable()
export class CustomerStore {
  /**
   * The user of each address, in order; by e-mail, then by login; `undeliverable`: mail does not reach them. Id null:
   * nobody yet.
   */
  async find(
    tx: EntityManager | DataSource,
    emails: readonly string[],
  ): Promise<{ id: number | null; undeliverable: boolean | null }[]> {
    return sql(
      tx,
      // The index on e-mail leaves empty ones out, so it is used only where that is said.
      `SELECT found.id, found.undeliverable
       FROM unnest($1::text[]) WITH ORDINALITY AS asked (email, place) LEFT JOIN LATERAL (
         SELECT id, preferences @> '{"mail_delivery_failed": true}' AS undeliverable FROM users
         WHERE email = asked.email AND email <> ''
         UNION ALL
         SELECT id, preferences @> '{"mail_delivery_failed": true}' FROM users WHERE login = asked.email LIMIT 1) AS found ON true
       ORDER BY place`,
      [emails],
    );
  }

  /**
   * Makes customers of the addresses that nobody has yet: with the roles of a sign-up, in the organization of their
   * domain. A transaction that makes the same address at the same time is waited for, and wins.
   * @returns ids of those made here
   */
  async make(tx: EntityManager, customers: readonly Customer[], at: Date): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      // Sorted by address: two batches with the same new addresses wait for each other instead of deadlocking.
      `WITH wanted AS (
         SELECT DISTINCT ON (email) * FROM unnest($1::text[], $2::text[], $3::text[]) AS w (email, firstname, lastname)
         ORDER BY email
       ), made AS (
         INSERT INTO users (login, email, firstname, lastname, organization_id,
                            created_by_id, updated_by_id, created_at, updated_at)
         SELECT w.email, w.email, w.firstname, w.lastname,
                (SELECT id FROM organizations o
                 WHERE o.domain_assignment AND o.active AND o.domain <> ''
                   AND lower(o.domain) = split_part(w.email, '@', 2) ORDER BY id LIMIT 1),
                1, 1, $4, $4
         FROM wanted w
         WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = w.email AND email <> '')
           AND NOT EXISTS (SELECT 1 FROM users WHERE login = w.email)
         ON CONFLICT DO NOTHING
         RETURNING id
       ), with_roles AS (
         INSERT INTO user_role (user_id, role_id)
         SELECT made.id, roles.id FROM made CROSS JOIN roles WHERE roles.default_at_signup AND roles.active
       )
       SELECT id FROM made ORDER BY id`,
      [
        customers.map((customer) => customer.email),
        customers.map((customer) => customer.firstname),
        customers.map((customer) => customer.lastname),
        at,
      ],
    );
    return rows.map((row) => row.id);
  }
}
