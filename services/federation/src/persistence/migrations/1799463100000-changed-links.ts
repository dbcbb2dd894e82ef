import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When something was last told to a peer of a ticket, or taken in from it. */
export class ChangedLinks1799463100000 implements MigrationInterface {
  name = 'ChangedLinks1799463100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE link ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();
      UPDATE link SET changed_at = coalesce(synced_at, created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE link DROP COLUMN changed_at');
  }
}
