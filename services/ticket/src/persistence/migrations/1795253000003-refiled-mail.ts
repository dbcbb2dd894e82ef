import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A mail that could not be read may come again once it can: one inbound mail, two articles. */
export class RefiledMail1795253000003 implements MigrationInterface {
  name = 'RefiledMail1795253000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE article ADD COLUMN inbound_unreadable boolean NOT NULL DEFAULT false;
      UPDATE article SET inbound_unreadable = true
      WHERE inbound_id IS NOT NULL AND body LIKE 'This mail could not be read; it is attached as it arrived.%';
      DROP INDEX article_inbound;
      CREATE UNIQUE INDEX article_inbound ON article (inbound_id, inbound_unreadable) WHERE inbound_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX article_inbound;
      -- Of the two articles of a mail the one that can be read stays known as the mail's.
      UPDATE article a SET inbound_id = NULL WHERE inbound_unreadable AND EXISTS (
        SELECT FROM article b WHERE b.inbound_id = a.inbound_id AND NOT b.inbound_unreadable);
      CREATE UNIQUE INDEX article_inbound ON article (inbound_id) WHERE inbound_id IS NOT NULL;
      ALTER TABLE article DROP COLUMN inbound_unreadable;
    `);
  }
}
