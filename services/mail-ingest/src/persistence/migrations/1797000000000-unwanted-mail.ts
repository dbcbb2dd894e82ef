import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bytes of mails that nobody needs as they came; removed from the store when no kept mail has them. */
export class UnwantedMail1797000000000 implements MigrationInterface {
  name = 'UnwantedMail1797000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE unwanted_mail (sha256 text PRIMARY KEY)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE unwanted_mail');
  }
}
