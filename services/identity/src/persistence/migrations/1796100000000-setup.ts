import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether somebody set the installation up: one row, which says so for ever. */
export class Setup1796100000000 implements MigrationInterface {
  name = 'Setup1796100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE setup (
        one     boolean PRIMARY KEY DEFAULT true CHECK (one),
        -- Goes into the setup code, so that another database has another one; worth nothing without HELPMESH_SECRETS_KEY.
        nonce   bytea NOT NULL,
        -- When there was a first administrator. Never taken back: losing the last one must not open the door again.
        done_at timestamptz(3)
      );
      -- Earlier releases made an administrator with the first rows.
      INSERT INTO setup (nonce, done_at)
      SELECT uuid_send(gen_random_uuid()), (SELECT now() WHERE EXISTS (SELECT 1 FROM users));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE setup');
  }
}
