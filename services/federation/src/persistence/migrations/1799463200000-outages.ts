import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Helpdesks that have been away for so long that somebody was given the task to look after it. */
export class Outages1799463200000 implements MigrationInterface {
  name = 'Outages1799463200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE peer_outage (
        -- One at a time of a helpdesk.
        peer_id       bigint PRIMARY KEY REFERENCES peer ON DELETE CASCADE,
        -- Of the task: the ticket service opens one of it, however often it is asked.
        uuid          uuid NOT NULL,
        failing_since timestamptz NOT NULL,
        -- Null: it is not known to be open yet.
        ticket_id     bigint
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE peer_outage;');
  }
}
