import type { MigrationInterface, QueryRunner } from 'typeorm';

/** History says which rule did something. */
export class HistoryCause1799462200000 implements MigrationInterface {
  name = 'HistoryCause1799462200000';

  async up(runner: QueryRunner): Promise<void> {
    // {"type", "id", "name"}; null for what people and the desk itself did.
    await runner.query('ALTER TABLE history ADD COLUMN cause jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE history DROP COLUMN cause');
  }
}
