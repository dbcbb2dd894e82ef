import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The catalogue: what communities offer, and under which agreement a request for it is dealt with. */
export class Services1799460100001 implements MigrationInterface {
  name = 'Services1799460100001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE service_entry (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name          text NOT NULL CHECK (name <> ''),
        summary       text NOT NULL DEFAULT '',
        agreement_id  bigint NOT NULL REFERENCES agreement,
        position      integer NOT NULL DEFAULT 0,
        active        boolean NOT NULL,
        created_by_id bigint NOT NULL,
        updated_by_id bigint NOT NULL,
        created_at    timestamptz(3) NOT NULL,
        updated_at    timestamptz(3) NOT NULL
      );
      CREATE UNIQUE INDEX service_entry_name ON service_entry (lower(name));
      CREATE INDEX service_entry_agreement ON service_entry (agreement_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE service_entry');
  }
}
