import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A run over people or organizations takes them page by page: `object_ids` is the page, and this is how far it is. */
export class PeopleRunPosition1799463500001 implements MigrationInterface {
  name = 'PeopleRunPosition1799463500001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE schedule_run
        -- Who has no higher id had their turn.
        ADD COLUMN objects_after integer NOT NULL DEFAULT 0,
        -- How often it was gone on with since it last came further.
        ADD COLUMN tries integer NOT NULL DEFAULT 0;
      UPDATE schedule_run SET objects_after = coalesce(object_ids[objects_done], 0) WHERE finished_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE schedule_run DROP COLUMN objects_after, DROP COLUMN tries');
  }
}
