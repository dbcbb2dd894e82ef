import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What those who look after the mesh need to see and to set. */
export class Operations1799400000000 implements MigrationInterface {
  name = 'Operations1799400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE peer ADD COLUMN calls_per_minute integer NOT NULL DEFAULT 6000 CHECK (calls_per_minute > 0);
      -- The last turn after which nothing was left to do.
      ALTER TABLE link ADD COLUMN synced_at timestamptz;

      -- What a peer wants otherwise and is ours to say; the last of each field.
      CREATE TABLE link_wish (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        link_id    bigint NOT NULL REFERENCES link ON DELETE CASCADE,
        field      text NOT NULL,
        value      jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE (link_id, field)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE link_wish;
      ALTER TABLE link DROP COLUMN synced_at;
      ALTER TABLE peer DROP COLUMN calls_per_minute;
    `);
  }
}
