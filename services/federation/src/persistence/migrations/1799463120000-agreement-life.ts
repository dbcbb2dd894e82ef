import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Agreements that one side proposes and the other accepts; those that were made so far stand. */
export class AgreementLife1799463120000 implements MigrationInterface {
  name = 'AgreementLife1799463120000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agreement
        -- Null: proposed by the peer; who accepts it says which group it is about.
        ALTER COLUMN group_id DROP NOT NULL,
        -- proposed: by us; pending: by the peer, and nobody here has answered.
        ADD COLUMN status text NOT NULL DEFAULT 'accepted'
          CHECK (status IN ('proposed', 'pending', 'accepted', 'declined', 'ended')),
        ADD COLUMN paused_here boolean NOT NULL DEFAULT false,
        ADD COLUMN paused_there boolean NOT NULL DEFAULT false,
        -- Of the side that has declined or ended it, for people.
        ADD COLUMN reason text,
        -- Its number at the peer; null: it was not proposed by either.
        ADD COLUMN remote_id bigint,
        -- What the peer knows of us.
        ADD COLUMN told text,
        ADD COLUMN tell_at timestamptz,
        ADD COLUMN tell_attempts integer NOT NULL DEFAULT 0,
        ADD COLUMN tell_error text,
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD CONSTRAINT agreement_is_agreed CHECK (NOT active OR (status = 'accepted' AND group_id IS NOT NULL));
      CREATE UNIQUE INDEX agreement_remote ON agreement (peer_id, remote_id) WHERE remote_id IS NOT NULL;
      CREATE INDEX agreement_tell ON agreement (tell_at) WHERE tell_at IS NOT NULL;

      -- Deleted here, and the peer is still to hear of it.
      CREATE TABLE agreement_end (
        peer_id   bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        remote_id bigint NOT NULL,
        due_at    timestamptz NOT NULL,
        attempts  integer NOT NULL DEFAULT 0,
        PRIMARY KEY (peer_id, remote_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE agreement_end;
      DELETE FROM agreement WHERE group_id IS NULL;
      ALTER TABLE agreement
        DROP CONSTRAINT agreement_is_agreed,
        ALTER COLUMN group_id SET NOT NULL,
        DROP COLUMN status, DROP COLUMN paused_here, DROP COLUMN paused_there, DROP COLUMN reason, DROP COLUMN remote_id,
        DROP COLUMN told, DROP COLUMN tell_at, DROP COLUMN tell_attempts, DROP COLUMN tell_error, DROP COLUMN version;
    `);
  }
}
