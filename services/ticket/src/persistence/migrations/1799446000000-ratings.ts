import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What customers think of how their tickets went, in groups that ask for it. */
export class Ratings1799446000000 implements MigrationInterface {
  name = 'Ratings1799446000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE replica_group ADD COLUMN ask_rating boolean NOT NULL DEFAULT false;
      CREATE TABLE ticket_rating (
        ticket_id  integer PRIMARY KEY REFERENCES ticket ON DELETE CASCADE,
        -- When the customer was asked, if a mail did.
        asked_at   timestamptz,
        score      smallint CHECK (score BETWEEN 1 AND 5),
        comment    text NOT NULL DEFAULT '',
        rated_at   timestamptz,
        -- It can be changed once.
        changed_at timestamptz,
        CHECK ((score IS NULL) = (rated_at IS NULL))
      );
      -- Reports count them by the time they were given.
      CREATE INDEX ticket_rating_at ON ticket_rating (rated_at);
      CREATE INDEX ticket_rating_score ON ticket_rating (score);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ticket_rating; ALTER TABLE replica_group DROP COLUMN ask_rating');
  }
}
