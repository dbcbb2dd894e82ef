import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As whom an administrator looks at the desk in a session, and until when. */
export class ViewAs1799454000002 implements MigrationInterface {
  name = 'ViewAs1799454000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE sessions
        ADD COLUMN viewing_id integer REFERENCES users ON DELETE SET NULL,
        ADD COLUMN viewing_until timestamptz(3);
      CREATE INDEX sessions_viewing_id ON sessions (viewing_id) WHERE viewing_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN viewing_id, DROP COLUMN viewing_until');
  }
}
