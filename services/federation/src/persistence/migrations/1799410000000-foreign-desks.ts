import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Helpdesks that do not speak `/federation/v1`. Peers so far do: they have no row here. */
export class ForeignDesks1799410000000 implements MigrationInterface {
  name = 'ForeignDesks1799410000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE peer_adapter (
        peer_id       bigint PRIMARY KEY REFERENCES peer ON DELETE CASCADE,
        kind          text NOT NULL,
        settings      jsonb NOT NULL,
        -- Where the next look at what has changed there goes on; null: it has not been looked at.
        cursor        text,
        polled_at     timestamptz,
        due_at        timestamptz NOT NULL,
        leased_until  timestamptz,
        updated_by_id bigint NOT NULL,
        updated_at    timestamptz NOT NULL
      );

      -- A ticket there, with what it was known as when it was read last: the other end of its link.
      CREATE TABLE foreign_ticket (
        link_id   bigint PRIMARY KEY REFERENCES link ON DELETE CASCADE,
        peer_id   bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        remote_id text NOT NULL,
        uuid      uuid NOT NULL,
        state     jsonb NOT NULL,
        fields    jsonb NOT NULL,
        words     jsonb NOT NULL,
        spellings jsonb NOT NULL,
        UNIQUE (peer_id, remote_id)
      );
      -- Our comments, as the peer calls them.
      CREATE TABLE foreign_comment (
        link_id   bigint NOT NULL REFERENCES link ON DELETE CASCADE,
        uuid      uuid NOT NULL,
        remote_id text NOT NULL,
        PRIMARY KEY (link_id, uuid)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE foreign_comment, foreign_ticket, peer_adapter');
  }
}
