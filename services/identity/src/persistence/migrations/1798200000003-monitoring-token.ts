import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The token of programs that watch the installation, as a hash. There is at most one. */
export class MonitoringToken1798200000003 implements MigrationInterface {
  name = 'MonitoringToken1798200000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE monitoring_token (
        one        boolean PRIMARY KEY DEFAULT true CHECK (one),
        hash       bytea NOT NULL,
        created_at timestamptz(3) NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE monitoring_token');
  }
}
