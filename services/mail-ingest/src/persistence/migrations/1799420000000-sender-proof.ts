import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who stands behind each mail, what is done about those that nobody does, and the mails that wait because of it. */
export class SenderProof1799420000000 implements MigrationInterface {
  name = 'SenderProof1799420000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sender_policy (
        -- There is one row.
        id              integer PRIMARY KEY DEFAULT 1 CHECK (id = 1),
        policy          text NOT NULL CHECK (policy IN ('off', 'mark', 'suspend')),
        -- In lower case: authserv-ids (RFC 8601) and domains that seal (RFC 8617).
        trusted_servers text[] NOT NULL,
        updated_at      timestamptz(3) NOT NULL
      );
      INSERT INTO sender_policy (policy, trusted_servers, updated_at) VALUES ('mark', '{}', now());

      ALTER TABLE inbound_mail
        -- Null: nobody has looked, or there was nothing to look at.
        ADD COLUMN proof jsonb,
        -- When somebody let it in although its sender is not proven.
        ADD COLUMN released_at timestamptz,
        DROP CONSTRAINT inbound_mail_state_check,
        ADD CONSTRAINT inbound_mail_state_check
          CHECK (state IN ('received', 'parsed', 'duplicate', 'quarantined', 'ignored', 'suspended', 'discarded')) NOT VALID;
      CREATE INDEX inbound_mail_suspended ON inbound_mail (id) WHERE state = 'suspended';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX inbound_mail_suspended;
      -- The release before knows mails that are kept from being filed by another word.
      UPDATE inbound_mail SET state = 'ignored' WHERE state = 'suspended';
      ALTER TABLE inbound_mail DROP COLUMN proof, DROP COLUMN released_at, DROP CONSTRAINT inbound_mail_state_check,
        ADD CONSTRAINT inbound_mail_state_check
          CHECK (state IN ('received', 'parsed', 'duplicate', 'quarantined', 'ignored', 'discarded')) NOT VALID;
      DROP TABLE sender_policy;
    `);
  }
}
