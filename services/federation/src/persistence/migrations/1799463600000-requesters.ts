import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As whom both sides of a link know the requesters of its ticket, also those of before. */
export class Requesters1799463600000 implements MigrationInterface {
  name = 'Requesters1799463600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE link_requester (
        id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        link_id   bigint NOT NULL REFERENCES link ON DELETE CASCADE,
        pseudonym text NOT NULL,
        -- Name and address, as the peer has told them; empty: we have told them.
        told      jsonb NOT NULL
      );
      CREATE INDEX link_requester_link ON link_requester (link_id, id);
      CREATE INDEX link_requester_pseudonym ON link_requester (pseudonym);
      INSERT INTO link_requester (link_id, pseudonym, told)
      SELECT l.id, l.shadow #>> '{requester,pseudonym}',
        CASE WHEN s.via ->> -1 = p.node THEN (l.shadow -> 'requester') - 'pseudonym' ELSE '{}' END
      FROM link l JOIN peer p ON p.id = l.peer_id JOIN shared_ticket s ON s.uuid = l.uuid
      WHERE l.shadow #>> '{requester,pseudonym}' IS NOT NULL ORDER BY l.id;
      CREATE INDEX link_changed ON link (peer_id, changed_at, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX link_changed; DROP TABLE link_requester;');
  }
}
