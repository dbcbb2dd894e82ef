import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails of people who were erased: the row stays, so that the mail is never filed again; the mail itself is gone. */
export class ErasedMail1796400000000 implements MigrationInterface {
  name = 'ErasedMail1796400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE inbound_mail ADD COLUMN erased_at timestamptz;
      CREATE INDEX inbound_mail_sha256 ON inbound_mail (sha256);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX inbound_mail_sha256; ALTER TABLE inbound_mail DROP COLUMN erased_at;');
  }
}
