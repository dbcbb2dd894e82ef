import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the customers of a group are asked how it went when their tickets are closed. */
export class AskRating1799446000000 implements MigrationInterface {
  name = 'AskRating1799446000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE groups ADD COLUMN ask_rating boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE groups DROP COLUMN ask_rating');
  }
}
