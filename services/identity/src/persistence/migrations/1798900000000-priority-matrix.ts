import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which priority follows from impact and urgency in a group; null where its agents choose priorities themselves. */
export class PriorityMatrix1798900000000 implements MigrationInterface {
  name = 'PriorityMatrix1798900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE groups ADD COLUMN priority_matrix jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE groups DROP COLUMN priority_matrix');
  }
}
