import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails that were set aside and that somebody has looked after: nobody needs to see them any more. */
export class DiscardedMail1799220000000 implements MigrationInterface {
  name = 'DiscardedMail1799220000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE inbound_mail
        -- Why, in the words of whoever did so; null unless it is discarded.
        ADD COLUMN discarded_because text,
        DROP CONSTRAINT inbound_mail_state_check,
        ADD CONSTRAINT inbound_mail_state_check
          CHECK (state IN ('received', 'parsed', 'duplicate', 'quarantined', 'ignored', 'discarded')) NOT VALID;
      CREATE INDEX inbound_mail_discarded ON inbound_mail (id) WHERE state = 'discarded';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX inbound_mail_discarded;
      -- They were worked on; the release before knows no other word for it.
      UPDATE inbound_mail SET state = 'parsed' WHERE state = 'discarded';
      ALTER TABLE inbound_mail DROP COLUMN discarded_because, DROP CONSTRAINT inbound_mail_state_check,
        ADD CONSTRAINT inbound_mail_state_check
          CHECK (state IN ('received', 'parsed', 'duplicate', 'quarantined', 'ignored')) NOT VALID;
    `);
  }
}
