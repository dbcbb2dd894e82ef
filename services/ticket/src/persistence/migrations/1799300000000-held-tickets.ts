import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What waits to be sent may be the first article of a ticket that is opened by it. */
export class HeldTickets1799300000000 implements MigrationInterface {
  name = 'HeldTickets1799300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE held_article
        ADD COLUMN opens boolean NOT NULL DEFAULT false,
        ALTER COLUMN ticket_id DROP NOT NULL,
        ADD CONSTRAINT held_article_ticket_check CHECK (opens OR ticket_id IS NOT NULL);
      CREATE INDEX held_article_opens ON held_article (user_id) WHERE opens;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM held_article WHERE opens;
      DROP INDEX held_article_opens;
      ALTER TABLE held_article DROP CONSTRAINT held_article_ticket_check, ALTER COLUMN ticket_id SET NOT NULL,
        DROP COLUMN opens;
    `);
  }
}
