import type { MigrationInterface, QueryRunner } from 'typeorm';

/** From which network a live chat comes, told apart without its address. */
export class ChatNetworks1799461500000 implements MigrationInterface {
  name = 'ChatNetworks1799461500000';

  async up(runner: QueryRunner): Promise<void> {
    // Of chats that began before nobody knows.
    await runner.query("ALTER TABLE chat ADD network text NOT NULL DEFAULT ''");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE chat DROP COLUMN network');
  }
}
