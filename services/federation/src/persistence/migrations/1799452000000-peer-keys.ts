import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Helpdesks prove who they are by a signature. Those that are known already go on as they are: nobody's keys count. */
export class PeerKeys1799452000000 implements MigrationInterface {
  name = 'PeerKeys1799452000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE peer
        ADD COLUMN key_source text NOT NULL DEFAULT 'none'
          CHECK (key_source IN ('none', 'published', 'url', 'given')),
        ADD COLUMN key_url text,
        ADD COLUMN key_set jsonb,
        -- It is called without a token of its making.
        ADD COLUMN by_key boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT peer_keys_of_their_source CHECK (
          (key_url IS NOT NULL) = (key_source = 'url') AND (key_set IS NOT NULL) = (key_source = 'given'));

      -- What a peer got for a signature, for minutes.
      CREATE TABLE peer_access (
        hash          bytea PRIMARY KEY,
        peer_id       bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        -- Null: all that there are.
        agreement_ids bigint[],
        expires_at    timestamptz NOT NULL,
        created_at    timestamptz NOT NULL
      );
      CREATE INDEX peer_access_peer ON peer_access (peer_id);
      -- Signatures that were shown, for as long as they would be good.
      CREATE TABLE peer_assertion (
        peer_id    bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        jti_hash   bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (peer_id, jti_hash)
      );
      CREATE INDEX peer_assertion_end ON peer_assertion (expires_at);

      -- Keys of this desk; the private part is sealed with HELPMESH_SECRETS_KEY.
      CREATE TABLE node_key (
        kid        text PRIMARY KEY,
        public     jsonb NOT NULL,
        private    bytea NOT NULL,
        signs_from timestamptz NOT NULL,
        ends_at    timestamptz,
        created_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE node_key, peer_assertion, peer_access;
      ALTER TABLE peer DROP CONSTRAINT peer_keys_of_their_source, DROP COLUMN by_key, DROP COLUMN key_set,
        DROP COLUMN key_url, DROP COLUMN key_source;
    `);
  }
}
