import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Reports read what happened within a month or a year. Both tables grow at their end, so that a summary of each piece of
 * them is enough to find it, and costs a write nothing that could be measured.
 */
export class ReportTimes1798800000001 implements MigrationInterface {
  name = 'ReportTimes1798800000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX history_times ON history USING brin (created_at);
      CREATE INDEX article_times ON article USING brin (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX history_times, article_times');
  }
}
