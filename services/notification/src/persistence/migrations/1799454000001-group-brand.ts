import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How the mails of a group look, where a branding says so. */
export class GroupBrand1799454000001 implements MigrationInterface {
  name = 'GroupBrand1799454000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE group_address ADD COLUMN brand jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE group_address DROP COLUMN brand');
  }
}
