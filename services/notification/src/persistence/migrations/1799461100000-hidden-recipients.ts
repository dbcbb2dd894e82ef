import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who gets a mail without the others knowing; of the mails before, nobody. */
export class HiddenRecipients1799461100000 implements MigrationInterface {
  name = 'HiddenRecipients1799461100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE outbound_mail ADD COLUMN bcc jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbound_mail DROP COLUMN bcc');
  }
}
