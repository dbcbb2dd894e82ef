import type { MigrationInterface, QueryRunner } from 'typeorm';

const indexes = {
  article_without_excerpt: '(id) WHERE excerpt IS NULL',
  // The last message of a ticket that people wrote to each other, however many notes follow it (3: the system).
  article_said: '(ticket_id, id) WHERE NOT internal AND sender_id <> 3',
};

/** Made beside the work of the desk: articles are the largest table. One that was broken off is made again. */
export class ExcerptIndexes1799463300001 implements MigrationInterface {
  name = 'ExcerptIndexes1799463300001';
  transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, of] of Object.entries(indexes)) {
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON article ${of}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(indexes)) await runner.query(`DROP INDEX IF EXISTS ${name}`);
  }
}
