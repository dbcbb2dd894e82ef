import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Other helpdesks, and the tickets that are kept equal with them. Agreements so far stay what they are: redirects. */
export class Peers1799000000000 implements MigrationInterface {
  name = 'Peers1799000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE peer (
        id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name            text NOT NULL,
        -- Its address without a slash at the end; also its name among helpdesks.
        node            text NOT NULL UNIQUE,
        -- What we show when we call there, sealed with HELPMESH_SECRETS_KEY; null: it is not called, and reads by itself.
        token           bytea,
        -- Nothing is sent to it and nothing of what it sent is done; both are kept.
        paused          boolean NOT NULL DEFAULT false,
        last_success_at timestamptz,
        failing_since   timestamptz,
        last_error      text,
        -- It did not answer: nobody calls it before then.
        held_until      timestamptz,
        created_by_id   bigint NOT NULL,
        updated_by_id   bigint NOT NULL,
        created_at      timestamptz NOT NULL,
        updated_at      timestamptz NOT NULL
      );
      -- What it shows when it calls here. Two at a time, so that one can be replaced while the other works.
      CREATE TABLE peer_token (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        peer_id    bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        hash       bytea NOT NULL UNIQUE,
        created_at timestamptz NOT NULL,
        used_at    timestamptz
      );
      CREATE INDEX peer_token_peer ON peer_token (peer_id);

      -- One row. Stops everything that would be sent, to all peers.
      CREATE TABLE sync_switch (
        one     boolean PRIMARY KEY DEFAULT true CHECK (one),
        stopped boolean NOT NULL
      );
      INSERT INTO sync_switch (stopped) VALUES (false);

      ALTER TABLE agreement
        DROP CONSTRAINT agreement_kind_check,
        ADD CONSTRAINT agreement_kind_check CHECK (kind IN ('redirect', 'full', 'direct')),
        ALTER COLUMN list_address DROP NOT NULL,
        ADD COLUMN peer_id bigint REFERENCES peer,
        ADD COLUMN disclosure text NOT NULL DEFAULT 'none' CHECK (disclosure IN ('none', 'name', 'name+email')),
        ADD COLUMN internal_notes boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT agreement_of_its_kind CHECK (
          (list_address IS NOT NULL) = (kind = 'redirect') AND (peer_id IS NOT NULL) = (kind = 'full'));
      CREATE INDEX agreement_peer ON agreement (peer_id) WHERE peer_id IS NOT NULL;

      CREATE TABLE shared_ticket (
        uuid          uuid PRIMARY KEY,
        ticket_id     bigint NOT NULL UNIQUE,
        origin_node   text NOT NULL,
        -- The way it came, origin first; empty for our own.
        via           jsonb NOT NULL,
        -- In the words helpdesks share, and in ours when those were written: what did not change in ours did not change.
        fields        jsonb NOT NULL,
        own           jsonb NOT NULL,
        created_at    timestamptz NOT NULL
      );
      CREATE TABLE link (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        uuid          uuid NOT NULL,
        peer_id       bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        agreement_id  bigint NOT NULL,
        sequence_out  bigint NOT NULL DEFAULT 0,
        sequence_in   bigint NOT NULL DEFAULT 0,
        acknowledged  bigint NOT NULL DEFAULT 0,
        shadow        jsonb,
        told_at       jsonb NOT NULL DEFAULT '{}',
        behind        jsonb NOT NULL DEFAULT '[]',
        remote_number text,
        remote_url    text,
        -- Things that may have changed here or came in, counted.
        changes       bigint NOT NULL DEFAULT 0,
        -- Ask the peer where the ticket stands before anything else.
        ask           boolean NOT NULL DEFAULT false,
        -- Null: nothing to do.
        due_at        timestamptz,
        leased_until  timestamptz,
        attempts      integer NOT NULL DEFAULT 0,
        waiting_since timestamptz,
        error         text,
        ended_at      timestamptz,
        ended_why     text,
        created_at    timestamptz NOT NULL,
        UNIQUE (uuid, peer_id)
      );
      CREATE INDEX link_due ON link (due_at) WHERE due_at IS NOT NULL AND ended_at IS NULL;
      CREATE INDEX link_peer ON link (peer_id, ended_at);

      CREATE TABLE link_comment (
        link_id    bigint NOT NULL REFERENCES link ON DELETE CASCADE,
        uuid       uuid NOT NULL,
        article_id bigint NOT NULL,
        PRIMARY KEY (link_id, uuid)
      );
      CREATE TABLE link_inbox (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        link_id     bigint NOT NULL REFERENCES link ON DELETE CASCADE,
        event_id    uuid NOT NULL,
        sequence    bigint NOT NULL,
        change      jsonb NOT NULL,
        received_at timestamptz NOT NULL,
        UNIQUE (link_id, event_id)
      );
      CREATE INDEX link_inbox_order ON link_inbox (link_id, sequence);
      -- The id is the place in the feed of peers that read by themselves.
      CREATE TABLE link_outbox (
        id         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        link_id    bigint NOT NULL REFERENCES link ON DELETE CASCADE,
        sequence   bigint NOT NULL,
        event      jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (link_id, sequence)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM agreement WHERE kind <> 'redirect';
      ALTER TABLE agreement
        DROP CONSTRAINT agreement_of_its_kind,
        DROP CONSTRAINT agreement_kind_check,
        ADD CONSTRAINT agreement_kind_check CHECK (kind IN ('redirect')),
        ALTER COLUMN list_address SET NOT NULL,
        DROP COLUMN peer_id, DROP COLUMN disclosure, DROP COLUMN internal_notes;
      DROP TABLE link_outbox, link_inbox, link_comment, link, shared_ticket, sync_switch, peer_token, peer;
    `);
  }
}
