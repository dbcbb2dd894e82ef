import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Some agents want what they are told by mail later, and together. */
export class GatheredNotices1799451100000 implements MigrationInterface {
  name = 'GatheredNotices1799451100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Gone when its mail is in the queue.
      CREATE TABLE gathered_notice (
        id             uuid PRIMARY KEY,
        user_id        integer NOT NULL,
        ticket_id      integer NOT NULL,
        kind           text NOT NULL,
        title          text NOT NULL,
        number         text NOT NULL,
        address        text NOT NULL,
        name           text NOT NULL,
        locale         text NOT NULL,
        correlation_id uuid NOT NULL,
        due_at         timestamptz(3) NOT NULL,
        created_at     timestamptz(3) NOT NULL
      );
      CREATE INDEX gathered_notice_due ON gathered_notice (due_at);
      CREATE INDEX gathered_notice_of ON gathered_notice (user_id);
      CREATE INDEX gathered_notice_ticket ON gathered_notice (ticket_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE gathered_notice');
  }
}
