import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What attachments say is found by searches. `words` is null until the file was looked at, and empty where there is
 * nothing to read; `search_doc.files_read` counts how often words of files came to a document.
 */
export class FileWords1799460600000 implements MigrationInterface {
  name = 'FileWords1799460600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE article_attachment ADD COLUMN words text, ADD COLUMN reading_until timestamptz;
      CREATE INDEX article_attachment_unread ON article_attachment (id) WHERE words IS NULL;
      ALTER TABLE search_doc ADD COLUMN files_read integer NOT NULL DEFAULT 0;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE search_doc DROP COLUMN files_read;
      ALTER TABLE article_attachment DROP COLUMN words, DROP COLUMN reading_until;
    `);
  }
}
