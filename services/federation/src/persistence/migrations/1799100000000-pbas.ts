import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Pbas1799100000000 implements MigrationInterface {
  name = 'Pbas1799100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One row at most: what an administrator chose, and the phrases, sealed with HELPMESH_SECRETS_KEY.
      CREATE TABLE pbas_setting (
        singleton       boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        choices         jsonb NOT NULL,
        secret          bytea,
        previous_secret bytea,
        previous_until  timestamptz,
        updated_by_id   bigint NOT NULL,
        updated_at      timestamptz NOT NULL
      );

      -- A contact of the panel and the customer it is here; a customer is one contact at most.
      CREATE TABLE pbas_account (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        pbas_id    text NOT NULL UNIQUE,
        user_id    bigint NOT NULL UNIQUE,
        accounts   text[] NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      );

      -- Sign-in links that were not opened yet; the token itself is nowhere.
      CREATE TABLE pbas_link (
        token_hash bytea PRIMARY KEY,
        user_id    bigint NOT NULL,
        act        text NOT NULL CHECK (act IN ('add', 'list')),
        ip         text,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX pbas_link_expiry ON pbas_link (expires_at);
      CREATE INDEX pbas_link_user ON pbas_link (user_id);

      -- Envelopes that are good once, as long as they could be sent again.
      CREATE TABLE pbas_seen (
        envelope_hash bytea PRIMARY KEY,
        expires_at    timestamptz NOT NULL
      );
      CREATE INDEX pbas_seen_expiry ON pbas_seen (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE pbas_seen, pbas_link, pbas_account, pbas_setting');
  }
}
