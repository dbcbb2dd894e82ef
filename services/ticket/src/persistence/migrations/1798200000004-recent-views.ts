import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tickets that people looked at last; a few for each. */
export class RecentViews1798200000004 implements MigrationInterface {
  name = 'RecentViews1798200000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE recent_view (
        id        integer GENERATED ALWAYS AS IDENTITY UNIQUE,
        user_id   integer NOT NULL,
        ticket_id integer NOT NULL REFERENCES ticket ON DELETE CASCADE,
        seen_at   timestamptz(3) NOT NULL,
        PRIMARY KEY (user_id, ticket_id)
      );
      CREATE INDEX recent_view_ticket ON recent_view (ticket_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE recent_view');
  }
}
