import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever works on a link says so every few seconds: one that has died is known after a few, and not after minutes. */
export class Leases1799443100000 implements MigrationInterface {
  name = 'Leases1799443100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Another one with each turn; what is written needs the one of the turn.
      ALTER TABLE link ADD COLUMN lease uuid;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE link DROP COLUMN lease');
  }
}
