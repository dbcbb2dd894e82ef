import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A document knows what it was made of, so that a new article is added to it instead of all being read again. Null:
 * not known, made anew the next time.
 */
export class GrowingDocuments1795253000005 implements MigrationInterface {
  name = 'GrowingDocuments1795253000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE search_doc
        -- Of the ticket, when its articles were read.
        ADD COLUMN version        integer,
        ADD COLUMN articles       integer,
        ADD COLUMN newest_article integer;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE search_doc DROP COLUMN version, DROP COLUMN articles, DROP COLUMN newest_article');
  }
}
