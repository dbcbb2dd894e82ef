import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The bytes of attachments travel: what peers may fetch here, and what is held of theirs. */
export class Files1799443000000 implements MigrationInterface {
  name = 'Files1799443000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agreement
        ADD COLUMN max_attachment_bytes bigint NOT NULL DEFAULT 20000000 CHECK (max_attachment_bytes >= 0),
        -- None: every type.
        ADD COLUMN attachment_types text[] NOT NULL DEFAULT '{}';

      -- What a peer was told of, and may fetch while the ticket is shared with it.
      CREATE TABLE link_file (
        link_id    bigint NOT NULL REFERENCES link ON DELETE CASCADE,
        uuid       uuid NOT NULL,
        sha256     text NOT NULL,
        size       bigint NOT NULL,
        media_type text NOT NULL,
        PRIMARY KEY (link_id, uuid)
      );
      -- What a peer has told us of and is not in an article yet.
      CREATE TABLE peer_file (
        peer_id      bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        uuid         uuid NOT NULL,
        -- Null: the bytes are not here yet.
        sha256       text,
        size         bigint,
        -- When it first could not be fetched.
        failing_since timestamptz,
        created_at   timestamptz NOT NULL,
        PRIMARY KEY (peer_id, uuid)
      );
      CREATE INDEX peer_file_age ON peer_file (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE peer_file, link_file;
      ALTER TABLE agreement DROP COLUMN max_attachment_bytes, DROP COLUMN attachment_types;
    `);
  }
}
