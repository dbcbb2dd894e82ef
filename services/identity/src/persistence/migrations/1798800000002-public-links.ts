import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links on the pages that strangers see. */
export class PublicLinks1798800000002 implements MigrationInterface {
  name = 'PublicLinks1798800000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE public_links (
        id            integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        link          text NOT NULL,
        title         text NOT NULL,
        description   text,
        screen        text[] NOT NULL,
        new_tab       boolean NOT NULL,
        prio          integer NOT NULL,
        created_by_id integer NOT NULL,
        updated_by_id integer NOT NULL,
        created_at    timestamptz(3) NOT NULL,
        updated_at    timestamptz(3) NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE public_links');
  }
}
