import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What agents are told of, and who is not written to for a while. */
export class Notices1798500000000 implements MigrationInterface {
  name = 'Notices1798500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE online_notification (
        id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id       integer NOT NULL,
        ticket_id     integer NOT NULL,
        kind          text NOT NULL,
        reason        text NOT NULL,
        seen          boolean NOT NULL,
        created_by_id integer NOT NULL,
        updated_by_id integer NOT NULL,
        created_at    timestamptz(3) NOT NULL,
        updated_at    timestamptz(3) NOT NULL
      );
      CREATE INDEX online_notification_of ON online_notification (user_id, created_at DESC, id DESC);
      CREATE INDEX online_notification_unseen ON online_notification (ticket_id) WHERE NOT seen;
      CREATE INDEX online_notification_ticket ON online_notification (ticket_id, user_id);
      CREATE INDEX online_notification_age ON online_notification (updated_at);

      -- What is told once a day was told on that day, also to who has taken it away since.
      CREATE TABLE notice_day (
        ticket_id integer NOT NULL,
        user_id   integer NOT NULL,
        kind      text NOT NULL,
        day       date NOT NULL,
        PRIMARY KEY (ticket_id, user_id, kind, day)
      );

      -- In lower case. A server said that there is no such mailbox: agents are told nothing there until then.
      CREATE TABLE paused_address (
        address text PRIMARY KEY,
        until   timestamptz(3) NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE online_notification, notice_day, paused_address');
  }
}
