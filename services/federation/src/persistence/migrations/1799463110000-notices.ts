import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What peers are told beside the tickets themselves, and what they are to do when a requester is erased. */
export class Notices1799463110000 implements MigrationInterface {
  name = 'Notices1799463110000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- In the feed of peers that read by themselves, in one order with link_outbox.
      CREATE TABLE peer_notice (
        id           bigint PRIMARY KEY DEFAULT nextval(pg_get_serial_sequence('link_outbox', 'id')),
        peer_id      bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        agreement_id bigint NOT NULL,
        -- Of the ticket; null: it is about the agreement.
        uuid         uuid,
        event        jsonb NOT NULL,
        created_at   timestamptz NOT NULL
      );
      CREATE INDEX peer_notice_order ON peer_notice (peer_id, id);
      ALTER TABLE peer_event ALTER COLUMN uuid DROP NOT NULL;

      -- Peers that know a requester who was erased here, until they say that they know them no longer.
      CREATE TABLE requester_erasure (
        event_id        uuid PRIMARY KEY,
        link_id         bigint NOT NULL REFERENCES link ON DELETE CASCADE,
        pseudonym       text NOT NULL,
        asked_at        timestamptz NOT NULL,
        -- Null: nobody is to be called, or it was done.
        due_at          timestamptz,
        attempts        integer NOT NULL DEFAULT 0,
        error           text,
        acknowledged_at timestamptz,
        UNIQUE (link_id, pseudonym)
      );
      CREATE INDEX requester_erasure_due ON requester_erasure (due_at) WHERE due_at IS NOT NULL;
      -- Pseudonyms of requesters that the peer had us forget.
      ALTER TABLE link ADD COLUMN forgotten text[] NOT NULL DEFAULT '{}';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE link DROP COLUMN forgotten;
      DROP TABLE requester_erasure, peer_notice;
      DELETE FROM peer_event WHERE uuid IS NULL;
      ALTER TABLE peer_event ALTER COLUMN uuid SET NOT NULL;
    `);
  }
}
