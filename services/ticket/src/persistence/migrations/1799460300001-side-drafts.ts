import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Drafts of words to somebody beside the ticket. */
export class SideDrafts1799460300001 implements MigrationInterface {
  name = 'SideDrafts1799460300001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE own_draft DROP CONSTRAINT own_draft_kind_check;
      ALTER TABLE own_draft ADD CONSTRAINT own_draft_kind_check CHECK (kind IN ('reply', 'note', 'side'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM own_draft WHERE kind = 'side';
      ALTER TABLE own_draft DROP CONSTRAINT own_draft_kind_check;
      ALTER TABLE own_draft ADD CONSTRAINT own_draft_kind_check CHECK (kind IN ('reply', 'note'));
    `);
  }
}
