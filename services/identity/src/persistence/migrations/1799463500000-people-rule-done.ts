import type { MigrationInterface, QueryRunner } from 'typeorm';

/** To whom a run of a schedule was done: asked for them once more, it is not done again. */
export class PeopleRuleDone1799463500000 implements MigrationInterface {
  name = 'PeopleRuleDone1799463500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE people_rule_done (
        run_id    bigint NOT NULL,
        object    text NOT NULL,
        object_id integer NOT NULL,
        -- By the names of the actions.
        did       jsonb NOT NULL,
        at        timestamptz(3) NOT NULL,
        PRIMARY KEY (run_id, object, object_id)
      );
      CREATE INDEX people_rule_done_at ON people_rule_done (at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE people_rule_done');
  }
}
