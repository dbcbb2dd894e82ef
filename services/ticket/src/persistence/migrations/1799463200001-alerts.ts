import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What monitoring systems have told of, each thing with its ticket. */
export class Alerts1799463200001 implements MigrationInterface {
  name = 'Alerts1799463200001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE alert (
        -- What it is about, as the monitoring calls it.
        dedup_key text PRIMARY KEY,
        -- The last one; an earlier one may be closed.
        ticket_id integer NOT NULL REFERENCES ticket ON DELETE CASCADE,
        memory    jsonb NOT NULL,
        -- Moves with each word of it.
        version   integer NOT NULL,
        opened_at timestamptz(3) NOT NULL,
        heard_at  timestamptz(3) NOT NULL,
        -- It flaps, and what it has come to is looked at then.
        settle_at timestamptz(3)
      );
      CREATE INDEX alert_ticket ON alert (ticket_id);
      CREATE INDEX alert_opened ON alert (opened_at);
      CREATE INDEX alert_heard ON alert (heard_at);
      CREATE INDEX alert_settle ON alert (settle_at) WHERE settle_at IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE alert');
  }
}
