import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An address can be tied to the account that its mails leave by. */
export class BoundAddresses1799451200000 implements MigrationInterface {
  name = 'BoundAddresses1799451200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE group_address ADD COLUMN channel_id integer');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE group_address DROP COLUMN channel_id');
  }
}
