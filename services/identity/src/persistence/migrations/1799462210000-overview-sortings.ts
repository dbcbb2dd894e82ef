import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts show the rows of their own order of overviews, which the ticket service keeps. */
export class OverviewSortings1799462210000 implements MigrationInterface {
  name = 'OverviewSortings1799462210000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE users ADD COLUMN overview_sorting_ids integer[] NOT NULL DEFAULT '{}',
      ADD COLUMN overview_sorted_at timestamptz(3)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN overview_sorting_ids, DROP COLUMN overview_sorted_at');
  }
}
