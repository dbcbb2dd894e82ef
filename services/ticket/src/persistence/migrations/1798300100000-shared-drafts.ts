import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Answers and new tickets that somebody else of the group may go on with. */
export class SharedDrafts1798300100000 implements MigrationInterface {
  name = 'SharedDrafts1798300100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE shared_draft (
        id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- Of a ticket there is one at most; of tickets that are not opened yet as many as a group likes.
        ticket_id     integer UNIQUE REFERENCES ticket ON DELETE CASCADE,
        group_id      integer,
        name          text,
        content       jsonb NOT NULL,
        attributes    jsonb NOT NULL DEFAULT '{}',
        files         jsonb NOT NULL DEFAULT '[]',
        created_by_id integer NOT NULL,
        updated_by_id integer NOT NULL,
        created_at    timestamptz(3) NOT NULL,
        updated_at    timestamptz(3) NOT NULL,
        CHECK ((ticket_id IS NULL) = (group_id IS NOT NULL))
      );
      CREATE INDEX shared_draft_group ON shared_draft (group_id) WHERE ticket_id IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shared_draft');
  }
}
