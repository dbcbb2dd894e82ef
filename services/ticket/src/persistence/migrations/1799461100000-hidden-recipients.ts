import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whom an agent copied in secret; of the articles before, nobody. */
export class HiddenRecipients1799461100000 implements MigrationInterface {
  name = 'HiddenRecipients1799461100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE article ADD COLUMN bcc text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE article DROP COLUMN bcc');
  }
}
