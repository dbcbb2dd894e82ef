import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls that telephone systems told of, and tickets by the host that a monitoring opened them about. */
export class Integrations1799445000000 implements MigrationInterface {
  name = 'Integrations1799445000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE phone_call (
        id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        call_id         text NOT NULL UNIQUE,
        direction       text NOT NULL CHECK (direction IN ('in', 'out')),
        state           text NOT NULL CHECK (state IN ('newCall', 'answer', 'hangup')),
        from_number     text NOT NULL,
        to_number       text NOT NULL,
        from_comment    text,
        to_comment      text,
        queue           text,
        comment         text,
        -- Who has the number of the other side, in the order of their ids.
        caller_ids      integer[] NOT NULL,
        callers         jsonb NOT NULL,
        initialized_at  timestamptz(3) NOT NULL,
        start_at        timestamptz(3),
        end_at          timestamptz(3),
        done            boolean NOT NULL,
        updated_at      timestamptz(3) NOT NULL
      );
      CREATE INDEX phone_call_age ON phone_call (initialized_at);
      CREATE INDEX phone_call_callers ON phone_call USING gin (caller_ids);
      CREATE INDEX ticket_check_mk ON ticket ((preferences #>> '{check_mk,host}')) WHERE preferences ? 'check_mk';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ticket_check_mk; DROP TABLE phone_call');
  }
}
