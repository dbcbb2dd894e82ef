import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happens is told to addresses that a peer has named. */
export class PeerWebhooks1799452100000 implements MigrationInterface {
  name = 'PeerWebhooks1799452100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What peers with webhooks were told, for a week; the id is the place in it.
      CREATE TABLE peer_event (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        peer_id      bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        agreement_id bigint NOT NULL,
        -- Of the ticket.
        uuid         uuid NOT NULL,
        event        jsonb NOT NULL,
        created_at   timestamptz NOT NULL
      );
      CREATE INDEX peer_event_order ON peer_event (peer_id, id);
      CREATE INDEX peer_event_ticket ON peer_event (uuid);

      CREATE TABLE peer_webhook (
        id            uuid PRIMARY KEY,
        peer_id       bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        url           text NOT NULL,
        description   text NOT NULL,
        -- None: all.
        event_types   text[] NOT NULL,
        -- Null: all with the peer.
        agreement_ids bigint[],
        -- pending: whoever is there has not said yes; paused: by the peer; disabled: by us, for the reason.
        status        text NOT NULL CHECK (status IN ('pending', 'active', 'paused', 'disabled')),
        reason        text,
        challenge     text NOT NULL,
        -- A call that tells nothing is wanted.
        ping          boolean NOT NULL,
        -- Sealed: the secret of v1 and the seed of v1a; and those before, which sign until then.
        keys          bytea NOT NULL,
        old_keys      bytea,
        old_until     timestamptz,
        -- Everything up to here was taken.
        cursor        bigint NOT NULL,
        -- Things that may be to be told, counted.
        events        bigint NOT NULL DEFAULT 0,
        -- Null: nothing to do.
        due_at        timestamptz,
        leased_until  timestamptz,
        lease         uuid,
        failures      integer NOT NULL DEFAULT 0,
        failing_since timestamptz,
        version       integer NOT NULL DEFAULT 1,
        created_at    timestamptz NOT NULL,
        updated_at    timestamptz NOT NULL
      );
      CREATE INDEX peer_webhook_peer ON peer_webhook (peer_id);
      CREATE INDEX peer_webhook_due ON peer_webhook (due_at) WHERE due_at IS NOT NULL;

      -- The last calls of each.
      CREATE TABLE peer_webhook_call (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        webhook_id  uuid NOT NULL REFERENCES peer_webhook ON DELETE CASCADE,
        event_id    uuid NOT NULL,
        type        text NOT NULL,
        status      integer,
        error       text,
        duration_ms integer NOT NULL,
        at          timestamptz NOT NULL
      );
      CREATE INDEX peer_webhook_call_of ON peer_webhook_call (webhook_id, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE peer_webhook_call, peer_webhook, peer_event');
  }
}
