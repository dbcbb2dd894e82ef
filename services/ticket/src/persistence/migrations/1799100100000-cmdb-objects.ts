import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tickets are found by the objects of a CMDB that they are about; few are about any, and only those are in the index. */
export class CmdbObjects1799100100000 implements MigrationInterface {
  name = 'CmdbObjects1799100100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ticket_cmdb_objects ON ticket USING gin ((preferences #> '{idoit,object_ids}'))
      WHERE preferences ? 'idoit'
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ticket_cmdb_objects');
  }
}
