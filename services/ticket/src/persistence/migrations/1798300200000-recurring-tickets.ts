import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tickets that are opened again and again. */
export class RecurringTickets1798300200000 implements MigrationInterface {
  name = 'RecurringTickets1798300200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE recurring_ticket (
        id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name           text NOT NULL,
        active         boolean NOT NULL,
        rrule          text NOT NULL,
        -- The clock of the zone, so without one.
        starts_at      text NOT NULL,
        timezone       text NOT NULL,
        catch_up       text NOT NULL CHECK (catch_up IN ('each', 'once', 'skip')),
        ticket         jsonb NOT NULL,
        note           text,
        -- The occurrence that is waited for. Whoever opens its ticket moves it on in the same transaction.
        next_at        timestamptz(3),
        last_at        timestamptz(3),
        last_ticket_id integer REFERENCES ticket ON DELETE SET NULL,
        last_error     text,
        created_by_id  integer NOT NULL,
        updated_by_id  integer NOT NULL,
        created_at     timestamptz(3) NOT NULL,
        updated_at     timestamptz(3) NOT NULL
      );
      CREATE INDEX recurring_ticket_due ON recurring_ticket (next_at) WHERE active;
      CREATE INDEX recurring_ticket_last ON recurring_ticket (last_ticket_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE recurring_ticket');
  }
}
