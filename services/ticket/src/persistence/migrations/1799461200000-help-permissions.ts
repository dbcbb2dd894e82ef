import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What roles may do in the knowledge base, and in each of its categories. */
export class HelpPermissions1799461200000 implements MigrationInterface {
  name = 'HelpPermissions1799461200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- By role id: none, reader, editor. A role that is not there: as above it.
      ALTER TABLE kb ADD COLUMN permissions jsonb NOT NULL DEFAULT '{}';
      ALTER TABLE kb_category ADD COLUMN permissions jsonb NOT NULL DEFAULT '{}';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE kb_category DROP COLUMN permissions; ALTER TABLE kb DROP COLUMN permissions');
  }
}
