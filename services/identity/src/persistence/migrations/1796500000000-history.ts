import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happened to users, organizations, groups and roles, for those who look after them. */
export class History1796500000000 implements MigrationInterface {
  name = 'History1796500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Beside the audit log, which forgets nothing and therefore tells no values of a person: these rows go with
      -- their object. That something was created is in its own row, and not here.
      CREATE TABLE history (
        id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        object        text NOT NULL CHECK (object IN ('User', 'Organization', 'Group', 'Role')),
        o_id          integer NOT NULL,
        type          text NOT NULL CHECK (type IN ('updated', 'added', 'removed')),
        attribute     text NOT NULL,
        value_from    text,
        value_to      text,
        id_from       integer,
        id_to         integer,
        created_by_id integer NOT NULL,
        created_at    timestamptz(3) NOT NULL
      );
      CREATE INDEX history_object ON history (object, o_id, id);
      -- Whom history names cannot be deleted.
      CREATE INDEX history_created_by ON history (created_by_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE history');
  }
}
