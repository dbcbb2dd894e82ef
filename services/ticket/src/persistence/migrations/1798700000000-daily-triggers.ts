import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far today's round of time triggers over waiting and escalated tickets is. */
export class DailyTriggers1798700000000 implements MigrationInterface {
  name = 'DailyTriggers1798700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE trigger_round (
        one      boolean PRIMARY KEY DEFAULT true CHECK (one),
        day      date NOT NULL,
        after_id integer NOT NULL DEFAULT 0
      );
      INSERT INTO trigger_round (day) VALUES ('1970-01-01');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE trigger_round');
  }
}
