import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Cmdb1799100200000 implements MigrationInterface {
  name = 'Cmdb1799100200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- One row at most; both secrets are sealed with HELPMESH_SECRETS_KEY.
      CREATE TABLE cmdb_setting (
        singleton     boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        active        boolean NOT NULL,
        url           text NOT NULL,
        api_key       bytea,
        user_name     text NOT NULL,
        password      bytea,
        tenant        text NOT NULL,
        logbook       boolean NOT NULL,
        updated_by_id bigint NOT NULL,
        updated_at    timestamptz NOT NULL
      );

      -- What is still to be written into logbooks of the CMDB: one row for one step of a ticket.
      CREATE TABLE cmdb_logbook (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id    uuid NOT NULL UNIQUE,
        ticket_id   bigint NOT NULL,
        object_ids  text[] NOT NULL,
        message     text NOT NULL,
        description text NOT NULL,
        comment     text NOT NULL,
        attempts    integer NOT NULL DEFAULT 0,
        due_at      timestamptz NOT NULL,
        created_at  timestamptz NOT NULL
      );
      CREATE INDEX cmdb_logbook_due ON cmdb_logbook (due_at);
      CREATE INDEX cmdb_logbook_ticket ON cmdb_logbook (ticket_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE cmdb_logbook, cmdb_setting');
  }
}
