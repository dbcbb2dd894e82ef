import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OutboundMail1768400000000 implements MigrationInterface {
  name = 'OutboundMail1768400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbound_mail (
        id             uuid PRIMARY KEY,
        kind           text NOT NULL,
        ticket_id      bigint,
        article_id     bigint,
        correlation_id text NOT NULL,
        causation_id   text NOT NULL,
        traceparent    text,
        automatic      boolean NOT NULL,
        -- Lower case; set on automatic answers only: whom they count against.
        guard_address  text,
        sender         jsonb NOT NULL,
        reply_to       jsonb,
        recipients     jsonb NOT NULL,
        cc             jsonb NOT NULL,
        -- Envelope recipients that have neither accepted nor refused yet.
        remaining      text[] NOT NULL,
        refused        jsonb NOT NULL,
        subject        text NOT NULL,
        -- Null once a credential in them was wiped.
        body_text      text,
        body_html      text,
        secret         boolean NOT NULL,
        message_id     text NOT NULL,
        in_reply_to    text,
        refs           text[] NOT NULL,
        attachments    jsonb NOT NULL,
        state          text NOT NULL
          CHECK (state IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'suppressed')),
        -- Counted before the wire is touched; the value at the claim fences off whoever was too slow.
        attempts       integer NOT NULL DEFAULT 0,
        -- Next try; of a mail being sent the end of its lease; null when nothing follows.
        due_at         timestamptz,
        last_error     text,
        response       text,
        queued_at      timestamptz NOT NULL,
        created_at     timestamptz NOT NULL,
        updated_at     timestamptz NOT NULL,
        CHECK ((state IN ('queued', 'sending', 'deferred')) = (due_at IS NOT NULL))
      );
      CREATE INDEX outbound_mail_due ON outbound_mail (due_at) WHERE due_at IS NOT NULL;
      CREATE INDEX outbound_mail_guard ON outbound_mail (guard_address, created_at) WHERE guard_address IS NOT NULL;
      CREATE INDEX outbound_mail_newest ON outbound_mail (created_at DESC, id DESC);
      CREATE INDEX outbound_mail_failed ON outbound_mail (created_at DESC, id DESC) WHERE state = 'failed';

      -- Replica: the sending address of each group, which is also an address of our own. Null: it has none.
      CREATE TABLE group_address (
        group_id bigint PRIMARY KEY,
        name     text,
        address  text,
        version  bigint NOT NULL
      );
      CREATE INDEX group_address_own ON group_address (lower(address));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE group_address, outbound_mail');
  }
}
