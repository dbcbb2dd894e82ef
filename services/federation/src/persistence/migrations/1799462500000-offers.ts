import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Until when a helpdesk is to answer when a ticket is offered to it. */
export class Offers1799462500000 implements MigrationInterface {
  name = 'Offers1799462500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Working hours; 0: no matter when.
      ALTER TABLE agreement ADD COLUMN answer_hours integer NOT NULL DEFAULT 8 CHECK (answer_hours >= 0);

      -- Offers that wait for an answer: the word itself is a field of the ticket.
      CREATE TABLE offered_ticket (
        uuid          uuid PRIMARY KEY REFERENCES shared_ticket ON DELETE CASCADE,
        offer_id      uuid NOT NULL,
        peer_id       bigint NOT NULL REFERENCES peer ON DELETE CASCADE,
        -- The peer is to answer; else we are.
        outgoing      boolean NOT NULL,
        offered_by_id bigint,
        offered_at    timestamptz NOT NULL,
        due_at        timestamptz,
        -- When agents were told that nobody has answered.
        told_at       timestamptz
      );
      CREATE INDEX offered_ticket_peer ON offered_ticket (peer_id);
      INSERT INTO offered_ticket (uuid, offer_id, peer_id, outgoing, offered_at)
      SELECT s.uuid, (s.fields #>> '{handover,id}')::uuid, p.id, s.fields #>> '{handover,to}' = p.node,
        (s.fields #>> '{handover,at}')::timestamptz
      FROM shared_ticket s JOIN link l ON l.uuid = s.uuid AND l.ended_at IS NULL JOIN peer p ON p.id = l.peer_id
      WHERE s.fields #>> '{handover,status}' = 'offered'
        AND p.node IN (s.fields #>> '{handover,to}', s.fields #>> '{handover,from}')
      ON CONFLICT DO NOTHING;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE offered_ticket; ALTER TABLE agreement DROP COLUMN answer_hours;');
  }
}
