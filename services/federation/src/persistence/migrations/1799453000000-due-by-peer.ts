import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is due is taken by peer: of one that does not answer a single ticket, of the others as many as there are hands. */
export class DueByPeer1799453000000 implements MigrationInterface {
  name = 'DueByPeer1799453000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX link_due;
      CREATE INDEX link_due ON link (peer_id, due_at) WHERE due_at IS NOT NULL AND ended_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX link_due;
      CREATE INDEX link_due ON link (due_at) WHERE due_at IS NOT NULL AND ended_at IS NULL;
    `);
  }
}
