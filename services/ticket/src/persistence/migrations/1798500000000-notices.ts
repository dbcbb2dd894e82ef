import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What of people decides who is told of something: what they may read, and what they chose. */
export class Notices1798500000000 implements MigrationInterface {
  name = 'Notices1798500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE replica_user
        ADD COLUMN read_group_ids integer[] NOT NULL DEFAULT '{}',
        ADD COLUMN notices jsonb;
      CREATE INDEX replica_user_agent ON replica_user (id) WHERE agent AND active AND NOT deleted;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX replica_user_agent;
      ALTER TABLE replica_user DROP COLUMN read_group_ids, DROP COLUMN notices;
    `);
  }
}
