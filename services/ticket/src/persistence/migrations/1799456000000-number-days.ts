import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tickets may be numbered by the day: the counter that each day began after, where that is chosen. */
export class NumberDays1799456000000 implements MigrationInterface {
  name = 'NumberDays1799456000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE ticket_number_day (day date PRIMARY KEY, before bigint NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE ticket_number_day;
      DELETE FROM desk_setting WHERE name LIKE 'ticket\\_number%';
    `);
  }
}
