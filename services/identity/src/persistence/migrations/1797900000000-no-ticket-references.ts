import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whom tickets refer to is asked of the ticket service when somebody is to be deleted, not learnt from each event. */
export class NoTicketReferences1797900000000 implements MigrationInterface {
  name = 'NoTicketReferences1797900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ticket_references');
  }

  /** Empty: the release before refuses what comes from the events it hears again. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ticket_references (
        kind text NOT NULL CHECK (kind IN ('user', 'organization', 'group')),
        id   integer NOT NULL,
        PRIMARY KEY (kind, id)
      )
    `);
  }
}
