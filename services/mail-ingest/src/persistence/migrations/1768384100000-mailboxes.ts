import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Mailboxes1768384100000 implements MigrationInterface {
  name = 'Mailboxes1768384100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Who fetches a mailbox, and how far it is read. fence grows with every new holder; a holder that lost its lease
      -- without noticing writes with an old one and is refused.
      CREATE TABLE mailbox (
        name         text PRIMARY KEY,
        holder       uuid,
        fence        bigint NOT NULL DEFAULT 0,
        leased_until timestamptz NOT NULL DEFAULT '-infinity',
        uid_validity bigint,
        -- Every mail up to this UID was stored, or was there before us.
        last_uid     bigint NOT NULL DEFAULT 0,
        looked_at    timestamptz
      );

      -- Replica of the groups' addresses: whom mail may be addressed to when only known recipients are accepted.
      CREATE TABLE group_address (
        group_id bigint PRIMARY KEY,
        version  bigint NOT NULL,
        -- Base address in lower case; null when the group has none or is not active.
        address  text
      );
      CREATE INDEX group_address_address ON group_address (address) WHERE address IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE group_address, mailbox');
  }
}
