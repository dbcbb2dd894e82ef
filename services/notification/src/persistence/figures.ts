import { sql } from '@helpmesh/persistence';
import type { OwnFigures } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';

/** What goes out, for programs that watch; ages in seconds. Failures are those of the last day. */
export async function readFigures(on: DataSource): Promise<OwnFigures> {
  const [row] = await sql<{ queued: number; overdue: number; failed: number; webhooks: number; last: Date | null }>(
    on,
    `SELECT (SELECT count(*) FROM outbound_mail WHERE due_at IS NOT NULL) AS queued,
       (SELECT greatest(coalesce(extract(epoch FROM now() - min(due_at)), 0), 0)::float8
        FROM outbound_mail WHERE due_at IS NOT NULL) AS overdue,
       (SELECT count(*) FROM outbound_mail WHERE state = 'failed' AND created_at > now() - interval '1 day') AS failed,
       (SELECT count(*) FROM webhook_health WHERE failing_since < now() - interval '1 hour') AS webhooks,
       (SELECT max(created_at) FROM outbound_mail) AS last`,
  );
  const { queued = 0, overdue = 0, failed = 0, webhooks = 0, last = null } = row ?? {};
  return {
    counts: { mails_queued: queued, mails_overdue: overdue, mails_failed: failed, webhooks_failing: webhooks },
    last_created_at: { sent_mails: last?.toISOString() ?? null },
  };
}
