import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people typed on a ticket and did not send yet: one text of each kind for each of them. */
export class OwnDrafts1797530000000 implements MigrationInterface {
  name = 'OwnDrafts1797530000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE own_draft (
        user_id    integer NOT NULL,
        ticket_id  integer NOT NULL REFERENCES ticket ON DELETE CASCADE,
        kind       text NOT NULL CHECK (kind IN ('reply', 'note')),
        -- The uploads that hang on it are kept as long as it is.
        form_id    text NOT NULL,
        content    jsonb NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        PRIMARY KEY (ticket_id, user_id, kind)
      );
      CREATE INDEX own_draft_form ON own_draft (user_id, form_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE own_draft');
  }
}
