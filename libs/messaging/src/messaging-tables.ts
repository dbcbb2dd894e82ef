import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tables of the bus, the same in every service's database; each service lists this migration first.
 * See docs/adr/0004-outbox-relay.md and docs/adr/0005-event-log.md.
 */
export class MessagingTables1700000000000 implements MigrationInterface {
  name = 'MessagingTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id         uuid NOT NULL,
        subject    text NOT NULL,
        kind       text NOT NULL CHECK (kind IN ('event', 'command')),
        payload    text NOT NULL,
        headers    jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        due_at     timestamptz
      );
      CREATE INDEX outbox_delayed ON outbox (due_at) WHERE due_at IS NOT NULL;
      -- A queue: rows live for milliseconds, so vacuum must come by rows changed, not by share of the table.
      ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

      CREATE TABLE event_log (
        seq          bigint NOT NULL,
        id           uuid NOT NULL,
        stream       text NOT NULL,
        subject      text NOT NULL,
        kind         text NOT NULL,
        payload      text NOT NULL,
        headers      jsonb,
        created_at   timestamptz NOT NULL,
        published_at timestamptz NOT NULL DEFAULT now()
      ) PARTITION BY RANGE (published_at);
      CREATE INDEX event_log_seq ON event_log (seq);

      -- Which incarnation of a stream holds everything that event_log has for it.
      CREATE TABLE bus_stream (
        stream   text PRIMARY KEY,
        created  text NOT NULL,
        last_seq bigint NOT NULL
      );

      CREATE TABLE inbox (
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        done_at  timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, event_id)
      );

      -- Tries of messages that were delivered more than once; a row lives until its message is done or dead.
      CREATE TABLE delivery (
        consumer   text NOT NULL,
        event_id   uuid NOT NULL,
        starts     integer NOT NULL,
        last_error text,
        at         timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer, event_id)
      );

      CREATE TABLE dead_letter (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer    text NOT NULL,
        message_id  text NOT NULL,
        subject     text NOT NULL,
        payload     text NOT NULL,
        headers     jsonb NOT NULL,
        cause       text NOT NULL,
        tries       integer NOT NULL,
        died_at     timestamptz NOT NULL DEFAULT now(),
        replayed_at timestamptz,
        UNIQUE (consumer, message_id)
      );
      CREATE INDEX dead_letter_open ON dead_letter (died_at) WHERE replayed_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dead_letter, delivery, inbox, bus_stream, event_log, outbox');
  }
}
