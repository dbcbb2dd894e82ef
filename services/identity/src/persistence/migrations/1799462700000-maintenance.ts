import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The desk may be closed for a while to all but those who look after it. */
export class Maintenance1799462700000 implements MigrationInterface {
  name = 'Maintenance1799462700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `INSERT INTO settings (name, value) VALUES ('maintenance_mode', 'false'), ('maintenance_login', 'false'),
         ('maintenance_login_message', '""')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DELETE FROM settings WHERE name IN ('maintenance_mode', 'maintenance_login', 'maintenance_login_message')`,
    );
  }
}
