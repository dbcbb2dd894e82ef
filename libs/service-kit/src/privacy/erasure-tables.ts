import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Erasures that this service has to carry out, the same in every service that keeps personal data. */
export class ErasureTables1796300000000 implements MigrationInterface {
  name = 'ErasureTables1796300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE erasure_work (
        task_id    integer PRIMARY KEY,
        round      integer NOT NULL,
        -- Next try; while it is worked on the end of the lease; null: through with this round.
        due_at     timestamptz,
        attempts   integer NOT NULL DEFAULT 0,
        last_error text,
        -- How far each stream was looked through.
        looked     jsonb NOT NULL DEFAULT '{}'
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE erasure_work');
  }
}
