import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files of answers of the knowledge base. */
export class HelpFiles1799455000000 implements MigrationInterface {
  name = 'HelpFiles1799455000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE kb_file (
        id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        answer_id     integer NOT NULL REFERENCES kb_answer ON DELETE CASCADE,
        sha256        text NOT NULL,
        size          bigint NOT NULL,
        filename      text NOT NULL,
        content_type  text NOT NULL,
        created_by_id integer NOT NULL,
        created_at    timestamptz(3) NOT NULL
      );
      CREATE INDEX kb_file_answer ON kb_file (answer_id);
      CREATE INDEX kb_file_sha256 ON kb_file (sha256);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE kb_file');
  }
}
