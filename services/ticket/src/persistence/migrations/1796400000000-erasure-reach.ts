import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What erasures of people have reached: neighbours ask for it, and files wait here until nothing refers to them. */
export class ErasureReach1796400000000 implements MigrationInterface {
  name = 'ErasureReach1796400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE erasure_reach (
        task_id integer NOT NULL,
        kind    text NOT NULL CHECK (kind IN ('ticket', 'mail')),
        -- Of a mail: the row of mail-ingest.
        id      bigint NOT NULL,
        PRIMARY KEY (task_id, kind, id)
      );
      -- Removed from the store when no article and no upload refers to them.
      CREATE TABLE unwanted_file (sha256 text PRIMARY KEY);
      CREATE INDEX article_attachment_sha256 ON article_attachment (sha256);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX article_attachment_sha256;
      DROP TABLE unwanted_file, erasure_reach;
    `);
  }
}
