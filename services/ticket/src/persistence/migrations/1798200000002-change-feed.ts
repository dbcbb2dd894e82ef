import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events of tickets in the order in which they were published, for those who read along. */
export class ChangeFeed1798200000002 implements MigrationInterface {
  name = 'ChangeFeed1798200000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX event_log_changes ON event_log (published_at, seq) WHERE subject LIKE 'ticket.v1.%'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX event_log_changes');
  }
}
