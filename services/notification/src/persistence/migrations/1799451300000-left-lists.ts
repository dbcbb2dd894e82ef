import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails that can be stopped by a link in them. */
export class LeftLists1799451300000 implements MigrationInterface {
  name = 'LeftLists1799451300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Who wants no mails of a list any more. The key is an HMAC of their address.
      CREATE TABLE left_list (
        list    text NOT NULL,
        key     text NOT NULL,
        left_at timestamptz(3) NOT NULL,
        PRIMARY KEY (list, key)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE left_list');
  }
}
