import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files that are too large for a mail go as links; how large a mail may be is told for each account. */
export class LinkedFiles1799451000000 implements MigrationInterface {
  name = 'LinkedFiles1799451000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE outbound_mail ADD COLUMN linked jsonb NOT NULL DEFAULT '[]';
      -- Null: as for all.
      ALTER TABLE mail_account ADD COLUMN max_size_mb integer CHECK (max_size_mb > 0);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE outbound_mail DROP COLUMN linked;
      ALTER TABLE mail_account DROP COLUMN max_size_mb;
    `);
  }
}
