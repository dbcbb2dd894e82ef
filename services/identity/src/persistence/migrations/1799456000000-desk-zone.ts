import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the desk is. */
export class DeskZone1799456000000 implements MigrationInterface {
  name = 'DeskZone1799456000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`INSERT INTO settings (name, value) VALUES ('timezone_default', '""')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM settings WHERE name = 'timezone_default'`);
  }
}
