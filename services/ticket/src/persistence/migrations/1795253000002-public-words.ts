import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Customers search by public words alone, so those have an index of their own; most tickets have nothing internal. */
export class PublicWords1795253000002 implements MigrationInterface {
  name = 'PublicWords1795253000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX search_doc_public_words ON search_doc USING gin (public_tsv) WHERE public_tsv IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX search_doc_public_words');
  }
}
