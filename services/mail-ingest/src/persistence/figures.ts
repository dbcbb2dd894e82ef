import { sql } from '@helpmesh/persistence';
import type { OwnFigures } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';

/** Mails that came in, for programs that watch; ages in seconds. */
export async function readFigures(on: DataSource): Promise<OwnFigures> {
  const [row] = await sql<{
    waiting: number;
    oldest: number;
    quarantined: number;
    suspended: number;
    last: Date | null;
  }>(
    on,
    `SELECT (SELECT count(*) FROM inbound_mail WHERE state = 'received') AS waiting,
       (SELECT coalesce(extract(epoch FROM now() - min(received_at)), 0)::float8
        FROM inbound_mail WHERE state = 'received') AS oldest,
       (SELECT count(*) FROM inbound_mail WHERE state = 'quarantined') AS quarantined,
       (SELECT count(*) FROM inbound_mail WHERE state = 'suspended') AS suspended,
       (SELECT received_at FROM inbound_mail ORDER BY id DESC LIMIT 1) AS last`,
  );
  const { waiting = 0, oldest = 0, quarantined = 0, suspended = 0, last = null } = row ?? {};
  return {
    counts: {
      ...{ mails_waiting: waiting, mails_waiting_oldest: oldest },
      ...{ mails_quarantined: quarantined, mails_suspended: suspended },
    },
    last_created_at: { mails: last?.toISOString() ?? null },
  };
}
