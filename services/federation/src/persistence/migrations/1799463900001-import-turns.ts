import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which turn of work an import is in: who comes late from an earlier one has no say. */
export class ImportTurns1799463900001 implements MigrationInterface {
  name = 'ImportTurns1799463900001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE desk_import ADD COLUMN turn integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE desk_import DROP COLUMN turn');
  }
}
