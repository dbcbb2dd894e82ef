import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Contact forms may be heard as whoever filled them in. */
export class SenderByReplyTo1799461100000 implements MigrationInterface {
  name = 'SenderByReplyTo1799461100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE sender_policy ADD COLUMN sender_based_on_reply_to text NOT NULL DEFAULT 'off'
        CHECK (sender_based_on_reply_to IN ('off', 'as_sender_of_email', 'as_sender_of_email_use_from_realname'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sender_policy DROP COLUMN sender_based_on_reply_to');
  }
}
