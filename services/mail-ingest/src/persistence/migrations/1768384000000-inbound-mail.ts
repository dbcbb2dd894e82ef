import type { MigrationInterface, QueryRunner } from 'typeorm';

export class InboundMail1768384000000 implements MigrationInterface {
  name = 'InboundMail1768384000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One row for every mail we took responsibility for. Rows and raw files are never deleted here.
      CREATE TABLE inbound_mail (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- What the sender is told with the 250, to be found again in both logs.
        queue_id      uuid NOT NULL UNIQUE,
        channel       text NOT NULL,
        -- Empty: the null return path. Null: not known.
        envelope_from text,
        recipients    jsonb NOT NULL,
        client        text,
        sha256        text NOT NULL,
        size          bigint NOT NULL,
        -- Why only the header was kept (a mail in a mailbox that is too large to fetch); null: all of it was.
        withheld      text,
        received_at   timestamptz NOT NULL,
        -- W3C traceparent of the receipt.
        trace         text,
        state         text NOT NULL DEFAULT 'received'
                      CHECK (state IN ('received', 'parsed', 'duplicate', 'quarantined')),
        -- Starts of work. Counted before the work, so that a mail that ends the process runs out of them too.
        attempts      integer NOT NULL DEFAULT 0,
        -- Not to be claimed before: a retry, or the lease of whoever works on it.
        due_at        timestamptz NOT NULL DEFAULT now(),
        processed_at  timestamptz,
        cause         text,
        message_id    text,
        from_address  text,
        automatic     text,
        uid_validity  bigint,
        uid           bigint,
        UNIQUE (channel, uid_validity, uid)
      );
      CREATE INDEX inbound_mail_due ON inbound_mail (due_at, id) WHERE state = 'received';
      CREATE INDEX inbound_mail_quarantine ON inbound_mail (id) WHERE state = 'quarantined';
      ALTER TABLE inbound_mail SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

      -- Which mail was handed to the ticket service. A sender who missed our 250 sends the same bytes again, and a
      -- mailbox that is rebuilt gives its mails new numbers: the second row finds the key taken and stays a duplicate.
      CREATE TABLE filed_mail (
        key        text PRIMARY KEY,
        inbound_id bigint NOT NULL REFERENCES inbound_mail
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE filed_mail, inbound_mail');
  }
}
