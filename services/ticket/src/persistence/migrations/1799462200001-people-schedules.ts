import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Schedules over people and organizations, which identity keeps: here is for which ones, how far, and what was done. */
export class PeopleSchedules1799462200001 implements MigrationInterface {
  name = 'PeopleSchedules1799462200001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE schedule DROP CONSTRAINT schedule_object_check,
        ADD CONSTRAINT schedule_object_check CHECK (object IN ('Ticket', 'User', 'Organization'));
      -- Null: of tickets, which are in schedule_work, or not asked for yet.
      ALTER TABLE schedule_run ADD COLUMN object_ids integer[], ADD COLUMN objects_done integer NOT NULL DEFAULT 0;
      ALTER TABLE rule_run ADD COLUMN object text, ADD COLUMN object_id integer;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM schedule WHERE object <> 'Ticket';
      ALTER TABLE schedule DROP CONSTRAINT schedule_object_check,
        ADD CONSTRAINT schedule_object_check CHECK (object = 'Ticket');
      ALTER TABLE schedule_run DROP COLUMN object_ids, DROP COLUMN objects_done;
      ALTER TABLE rule_run DROP COLUMN object, DROP COLUMN object_id;
    `);
  }
}
