import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether programs may show passwords and tokens, and since when a customer waits, is chosen. */
export class DeskChoices1799462220000 implements MigrationInterface {
  name = 'DeskChoices1799462220000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO settings (name, value) VALUES ('api_token_access', 'true'), ('api_password_access', 'true'),
        ('ticket_last_contact_behaviour', '"check_if_agent_already_replied"');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM settings
      WHERE name IN ('api_token_access', 'api_password_access', 'ticket_last_contact_behaviour');
    `);
  }
}
