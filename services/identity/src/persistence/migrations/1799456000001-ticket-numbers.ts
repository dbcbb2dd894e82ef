import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How tickets are numbered can be chosen. */
export class TicketNumbers1799456000001 implements MigrationInterface {
  name = 'TicketNumbers1799456000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO settings (name, value) VALUES
        ('ticket_number', '"Ticket::Number::Increment"'),
        ('ticket_number_increment', '{"checksum": false, "min_size": 5}'),
        ('ticket_number_date', '{"checksum": false}');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM settings WHERE name LIKE 'ticket\\_number%'`);
  }
}
