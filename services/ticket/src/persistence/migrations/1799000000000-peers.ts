import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What came from other helpdesks, by its name there: whatever is told twice is here once. */
export class Peers1799000000000 implements MigrationInterface {
  name = 'Peers1799000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE peer_ticket (
        uuid      uuid PRIMARY KEY,
        ticket_id integer NOT NULL UNIQUE REFERENCES ticket ON DELETE CASCADE
      );
      CREATE TABLE peer_article (
        uuid       uuid NOT NULL,
        ticket_id  integer NOT NULL REFERENCES ticket ON DELETE CASCADE,
        article_id integer NOT NULL UNIQUE REFERENCES article ON DELETE CASCADE,
        PRIMARY KEY (ticket_id, uuid)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE peer_article, peer_ticket');
  }
}
