import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Imports from other helpdesks: where from, how far each is, what was left out, and which tickets are here. */
export class Imports1799463400000 implements MigrationInterface {
  name = 'Imports1799463400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE desk_import (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind          text NOT NULL,
        address       text NOT NULL CHECK (address <> ''),
        account       text NOT NULL,
        sign_in       text NOT NULL,
        secret        bytea,
        group_id      bigint NOT NULL,
        groups        jsonb NOT NULL,
        state         text NOT NULL CHECK (state IN ('ready', 'running', 'waiting', 'stopped', 'done', 'failed')),
        doing         text,
        phase         text,
        cursor        text,
        counts        jsonb NOT NULL,
        words         jsonb NOT NULL,
        found         jsonb,
        detail        text,
        due_at        timestamptz(3),
        leased_until  timestamptz(3),
        started_by_id bigint,
        started_at    timestamptz(3),
        finished_at   timestamptz(3),
        created_by_id bigint NOT NULL,
        updated_by_id bigint NOT NULL,
        created_at    timestamptz(3) NOT NULL,
        updated_at    timestamptz(3) NOT NULL
      );
      -- One at a time.
      CREATE UNIQUE INDEX desk_import_busy ON desk_import ((true)) WHERE state IN ('running', 'waiting');

      CREATE TABLE desk_import_problem (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        import_id  bigint NOT NULL REFERENCES desk_import ON DELETE CASCADE,
        object     text NOT NULL,
        remote     text NOT NULL,
        detail     text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        UNIQUE (import_id, object, remote)
      );

      -- By the helpdesk and not by the import: who names it once more has nothing twice.
      CREATE TABLE past_ticket (
        address    text NOT NULL,
        remote_id  text NOT NULL,
        changed_at text NOT NULL,
        PRIMARY KEY (address, remote_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE desk_import_problem, desk_import, past_ticket');
  }
}
