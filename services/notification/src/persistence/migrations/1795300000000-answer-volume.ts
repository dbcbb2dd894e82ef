import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counting the automatic answers of an hour, to a domain and altogether, must not read the queue. */
export class AnswerVolume1795300000000 implements MigrationInterface {
  name = 'AnswerVolume1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX outbound_mail_answers_domain ON outbound_mail (substring(guard_address FROM '[^@]*$'), created_at)
        WHERE guard_address IS NOT NULL AND state <> 'suppressed';
      CREATE INDEX outbound_mail_answers ON outbound_mail (created_at)
        WHERE guard_address IS NOT NULL AND state <> 'suppressed';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX outbound_mail_answers, outbound_mail_answers_domain');
  }
}
