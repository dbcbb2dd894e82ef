import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;

/** A helpdesk that has been away for long. */
export interface Outage {
  /** Of the task. */
  uuid: string;
  peer: { id: number; name: string };
  failingSince: Date;
  lastError: string | null;
  /** Tickets that wait for it. */
  waiting: number;
  /** Where its tickets are looked after here; null: there is no agreement with it any more. */
  groupId: number | null;
  /** Null: the task is still to be opened, as far as that is known. */
  ticketId: number | null;
  /** It answers again, or has in between. */
  isBack: boolean;
}

/** Tasks about helpdesks that do not answer. */
export class OutageStore {
  /**
   * Notes each helpdesk that has not answered since `since`, once an outage. One that is paused, or to which nothing is
   * sent at all, is away on purpose; one that nobody calls because nothing waits for it may be there again.
   */
  async note(on: On, since: EpochMs): Promise<void> {
    await sql(
      on,
      `INSERT INTO peer_outage (peer_id, uuid, failing_since)
       SELECT p.id, gen_random_uuid(), p.failing_since FROM peer p
       WHERE p.failing_since <= $1 AND NOT p.paused AND NOT coalesce((SELECT stopped FROM sync_switch), false)
         AND (EXISTS (SELECT 1 FROM link l WHERE l.peer_id = p.id AND l.ended_at IS NULL AND l.due_at IS NOT NULL)
           OR EXISTS (SELECT 1 FROM peer_adapter a WHERE a.peer_id = p.id))
       ON CONFLICT DO NOTHING`,
      [new Date(since)],
    );
  }

  /** Those of which there is something to do: a task is to be opened, or is done. */
  async due(on: On, limit: number): Promise<Outage[]> {
    return sql<Outage>(
      on,
      `SELECT o.uuid, json_build_object('id', p.id, 'name', p.name) AS peer, o.failing_since AS "failingSince",
         p.last_error AS "lastError", o.ticket_id AS "ticketId",
         p.failing_since IS DISTINCT FROM o.failing_since AS "isBack",
         (SELECT count(*)::int FROM link l
          WHERE l.peer_id = p.id AND l.ended_at IS NULL AND l.due_at IS NOT NULL) AS waiting,
         (SELECT a.group_id FROM agreement a WHERE a.peer_id = p.id ORDER BY a.active DESC, a.id LIMIT 1) AS "groupId"
       FROM peer_outage o JOIN peer p ON p.id = o.peer_id
       WHERE o.ticket_id IS NULL OR p.failing_since IS DISTINCT FROM o.failing_since
       ORDER BY o.failing_since, o.peer_id LIMIT $1`,
      [limit],
    );
  }

  async opened(on: On, uuid: string, ticketId: number): Promise<void> {
    await sql(on, 'UPDATE peer_outage SET ticket_id = $2 WHERE uuid = $1', [uuid, ticketId]);
  }

  async over(on: On, uuid: string): Promise<void> {
    await sql(on, 'DELETE FROM peer_outage WHERE uuid = $1', [uuid]);
  }
}
