import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Values of custom attributes beside the rows, and what the ticket service tells of the attributes there are. */
export class Attributes1797400000000 implements MigrationInterface {
  name = 'Attributes1797400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE attribute_set (object text PRIMARY KEY, revision integer NOT NULL);
      CREATE TABLE attribute_definition (
        id         integer PRIMARY KEY,
        object     text NOT NULL REFERENCES attribute_set,
        -- Not jsonb: options keep the order in which they were written.
        definition json NOT NULL,
        revision   integer NOT NULL
      );
      ALTER TABLE users ADD COLUMN custom jsonb CHECK (jsonb_typeof(custom) = 'object');
      ALTER TABLE organizations ADD COLUMN custom jsonb CHECK (jsonb_typeof(custom) = 'object');
      ALTER TABLE groups ADD COLUMN custom jsonb CHECK (jsonb_typeof(custom) = 'object');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE groups DROP COLUMN custom;
      ALTER TABLE organizations DROP COLUMN custom;
      ALTER TABLE users DROP COLUMN custom;
      DROP TABLE attribute_definition, attribute_set;
    `);
  }
}
