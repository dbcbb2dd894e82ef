import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tickets that were imported have names that others can reckon: they are none of what helpdesks share. */
export class PastTickets1799463900000 implements MigrationInterface {
  name = 'PastTickets1799463900000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE peer_ticket ADD COLUMN past boolean NOT NULL DEFAULT false,
        DROP CONSTRAINT peer_ticket_pkey, ADD PRIMARY KEY (uuid, past);
      UPDATE peer_ticket p SET past = true WHERE EXISTS (
        SELECT FROM article a WHERE a.ticket_id = p.ticket_id AND a.body LIKE 'Imported from %, where it was ticket %');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM peer_ticket WHERE past;
      ALTER TABLE peer_ticket DROP CONSTRAINT peer_ticket_pkey, DROP COLUMN past, ADD PRIMARY KEY (uuid);
    `);
  }
}
