import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where calendars have days off from. Beside `calendar`, for each of its updates counts due times anew. */
export class CalendarFeeds1798400000001 implements MigrationInterface {
  name = 'CalendarFeeds1798400000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE calendar_feed (
        calendar_id integer PRIMARY KEY REFERENCES calendar ON DELETE CASCADE,
        url         text NOT NULL,
        -- When it is read next; whoever reads it moves this on first, so that no other does.
        next_at     timestamptz(3) NOT NULL,
        synced_at   timestamptz(3),
        -- Why it could not be read the last time.
        log         text
      );
      CREATE INDEX calendar_feed_next ON calendar_feed (next_at);
    `);
  }

  /** Days that came from feeds stay as if somebody had written them. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE calendar_feed');
  }
}
