import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tickets that are deleted by order of whoever looks after data protection; tasks like those of people, with ids of one row. */
export class TicketDeletions1797000000000 implements MigrationInterface {
  name = 'TicketDeletions1797000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE data_privacy_ticket (
        id            integer PRIMARY KEY DEFAULT nextval('data_privacy_task_id_seq'),
        ticket_id     integer NOT NULL,
        -- Null: not told yet.
        outcome       text CHECK (outcome IN ('deleted', 'gone', 'held')),
        counts        jsonb NOT NULL DEFAULT '{}',
        created_by_id integer NOT NULL,
        created_at    timestamptz(3) NOT NULL,
        completed_at  timestamptz(3),
        CHECK ((outcome IS NULL) = (completed_at IS NULL))
      );
      CREATE UNIQUE INDEX data_privacy_ticket_under_way ON data_privacy_ticket (ticket_id) WHERE completed_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE data_privacy_ticket');
  }
}
