import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tickets in which nothing was said yet, which programs do not find by words. */
export class SilentTickets1798800000000 implements MigrationInterface {
  name = 'SilentTickets1798800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ticket_silent ON ticket (id) WHERE article_count IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ticket_silent');
  }
}
