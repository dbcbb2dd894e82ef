import type { MigrationInterface, QueryRunner } from 'typeorm';

/** All open pages may be asked to load themselves anew. */
export class ReloadPages1799463510000 implements MigrationInterface {
  name = 'ReloadPages1799463510000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`INSERT INTO settings (name, value) VALUES ('maintenance_reload_at', '""')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM settings WHERE name = 'maintenance_reload_at'`);
  }
}
