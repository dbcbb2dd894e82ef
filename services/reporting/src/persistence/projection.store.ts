import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { TicketPoint } from '../domain/ticket-point.ts';
import { CLOSED } from './closed.ts';

const columns = [
  ...['number', 'group_id', 'group_name', 'state', 'state_type', 'priority', 'customer_id', 'organization_id'],
  ...['owner_id', 'created_at', 'close_at', 'deleted'],
].join(', ');

/** Newest version wins, whatever came first. The row is locked even when it stays as it is: that orders replicas. */
const upsertFacts = (source: string) => `
  INSERT INTO ticket_fact (ticket_id, version, ${columns})
  SELECT DISTINCT ON (ticket_id) ticket_id, version, ${columns} FROM ${source} ORDER BY ticket_id, version DESC
  ON CONFLICT (ticket_id) DO UPDATE SET
    version = excluded.version, number = excluded.number, group_id = excluded.group_id, group_name = excluded.group_name,
    state = excluded.state, state_type = excluded.state_type, priority = excluded.priority,
    customer_id = excluded.customer_id, organization_id = excluded.organization_id, owner_id = excluded.owner_id,
    created_at = excluded.created_at, close_at = excluded.close_at, deleted = excluded.deleted
  WHERE ticket_fact.version < excluded.version`;

/**
 * The intervals of some tickets from all their points. A ticket whose first events nobody has any more is taken to have
 * been since its creation what it is in the first event there is. Clocks of two machines may disagree by some
 * milliseconds, so an instant never lies before that of an earlier version; of changes at one instant the last stands.
 */
const insertIntervals = (which: string) => `
  INSERT INTO state_interval (ticket_id, from_at, to_at, group_id, state_type, opening, closing)
  WITH known AS (
    SELECT *, row_number() OVER (PARTITION BY ticket_id ORDER BY version) AS nth FROM ticket_point ${which}
  ), point AS (
    SELECT ticket_id, version, group_id, state_type, deleted,
           max(CASE WHEN nth = 1 THEN least(at, created_at) ELSE at END) OVER (PARTITION BY ticket_id ORDER BY version) AS at
      FROM known
  ), standing AS (
    SELECT DISTINCT ON (ticket_id, at) * FROM point ORDER BY ticket_id, at, version DESC
  ), step AS (
    SELECT *, lag(group_id) OVER ticket AS before_group, lag(state_type) OVER ticket AS before_type,
           state_type IN ${CLOSED} AS is_closed,
           coalesce(lag(state_type) OVER ticket IN ${CLOSED}, false) AS was_closed
      FROM standing WINDOW ticket AS (PARTITION BY ticket_id ORDER BY at)
  ), move AS (
    SELECT *, lead(at) OVER (PARTITION BY ticket_id ORDER BY at) AS until
      FROM step
     WHERE before_type IS NULL OR deleted OR group_id <> before_group OR state_type <> before_type
  )
  SELECT ticket_id, at, until, group_id, state_type, before_type IS NULL, is_closed AND NOT was_closed
    FROM move WHERE NOT deleted`;

export class ProjectionStore {
  /** Takes points in any order and any number of times; the tables come out the same. */
  async take(tx: EntityManager, points: readonly TicketPoint[]): Promise<void> {
    if (points.length === 0) return;
    // In one order for everybody: replicas that take the same points wait for each other and never in a circle.
    const sorted = [...points].sort((a, b) => a.ticketId - b.ticketId || a.version - b.version);
    const ids = [...new Set(sorted.map(({ ticketId }) => ticketId))];
    await sql(
      tx,
      `INSERT INTO ticket_point (ticket_id, version, at, ${columns})
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::bigint[], $6::text[],
         $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::timestamptz[],
         $14::timestamptz[], $15::boolean[])
       ON CONFLICT (ticket_id, version) DO NOTHING`,
      columnsOf(sorted),
    );
    const moved = await this.moved(tx, sorted, ids);
    await sql(tx, upsertFacts('ticket_point WHERE ticket_id = ANY($1)'), [ids]);
    if (moved.length === 0) return;
    await sql(tx, 'DELETE FROM state_interval WHERE ticket_id = ANY($1)', [moved]);
    await sql(tx, insertIntervals('WHERE ticket_id = ANY($1)'), [moved]);
  }

  /**
   * Tickets whose intervals these points may change. Most points tell of something else, an article that was added:
   * they are newer than the newest and in the same group and state. The rows compared with are locked before they are
   * read, which orders replicas; tickets without one are ordered by the insert that makes it.
   */
  private async moved(tx: EntityManager, points: readonly TicketPoint[], ids: readonly number[]): Promise<number[]> {
    const held = await sql<{
      ticket_id: number;
      version: number;
      group_id: number;
      state_type: string;
      deleted: boolean;
    }>(
      tx,
      `SELECT ticket_id, version, group_id, state_type, deleted FROM ticket_fact
       WHERE ticket_id = ANY($1) ORDER BY ticket_id FOR UPDATE`,
      [ids],
    );
    const facts = new Map(held.map((fact) => [fact.ticket_id, fact]));
    const moved = points.filter((point) => {
      const fact = facts.get(point.ticketId);
      if (!fact || point.version < fact.version) return true;
      return point.groupId !== fact.group_id || point.stateType !== fact.state_type || point.deleted !== fact.deleted;
    });
    return [...new Set(moved.map(({ ticketId }) => ticketId))];
  }

  /** Derives everything again from the points. */
  async deriveAll(tx: EntityManager): Promise<void> {
    await sql(tx, 'TRUNCATE ticket_fact, state_interval');
    await sql(tx, upsertFacts('ticket_point'));
    await sql(tx, insertIntervals(''));
  }

  /** Makes the consumers of this service take every message again. */
  async forgetInbox(tx: EntityManager): Promise<void> {
    await sql(tx, `DELETE FROM inbox WHERE consumer LIKE 'reporting\\_\\_%'`);
  }

  async keepGroup(tx: EntityManager, groupId: number, name: string, version: number): Promise<void> {
    await sql(
      tx,
      `INSERT INTO group_name (group_id, name, version) VALUES ($1, $2, $3)
       ON CONFLICT (group_id) DO UPDATE SET name = $2, version = $3 WHERE group_name.version < $3`,
      [groupId, name, version],
    );
  }

  /** Open tickets by group and state type, for the gauges. */
  async openByStateType(db: DataSource): Promise<{ groupId: number; stateType: string; count: number }[]> {
    const rows = await sql<{ group_id: number; state_type: string; count: number }>(
      db,
      `SELECT group_id, state_type, count(*) AS count FROM ticket_fact
        WHERE NOT deleted AND state_type NOT IN ${CLOSED} GROUP BY group_id, state_type`,
    );
    return rows.map((row) => ({ groupId: row.group_id, stateType: row.state_type, count: row.count }));
  }
}

function columnsOf(points: readonly TicketPoint[]): unknown[][] {
  const all = <T>(pick: (point: TicketPoint) => T): T[] => points.map(pick);
  const time = (at: number | null) => (at === null ? null : new Date(at));
  return [
    all((p) => p.ticketId),
    all((p) => p.version),
    all((p) => time(p.at)),
    all((p) => p.number),
    all((p) => p.groupId),
    all((p) => p.groupName),
    all((p) => p.state),
    all((p) => p.stateType),
    all((p) => p.priority),
    all((p) => p.customerId),
    all((p) => p.organizationId),
    all((p) => p.ownerId),
    all((p) => time(p.createdAt)),
    all((p) => time(p.closeAt)),
    all((p) => p.deleted),
  ];
}
