import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is due is taken from both ends: what changed last, and now and then what has waited longest. */
export class LongestWaiting1799460000000 implements MigrationInterface {
  name = 'LongestWaiting1799460000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE link SET waiting_since = due_at WHERE waiting_since IS NULL AND due_at IS NOT NULL AND ended_at IS NULL;
      CREATE INDEX link_waiting ON link (peer_id, waiting_since) WHERE due_at IS NOT NULL AND ended_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX link_waiting');
  }
}
