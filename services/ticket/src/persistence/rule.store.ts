import { type EpochMs, epochMs, isoTime, type PastMail } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Article } from '../domain/article/article.ts';
import { articleSenderOf, articleTypeOf } from '../domain/article/kinds.ts';
import type { QuotedArticle } from '../domain/template/values.ts';
import { deskZone } from './desk-setting.store.ts';
import { isVisible, type VisibleTickets } from './visible-tickets.ts';

type On = DataSource | EntityManager;
/** Lines of the log in one statement. */
const FORGOTTEN_AT_ONCE = 10_000;

export interface TriggerRow {
  id: number;
  name: string;
  condition: unknown;
  perform: unknown;
  disable_notification: boolean;
  localization: string | null;
  timezone: string | null;
  activator: 'action' | 'time';
  execution_condition_mode: 'selective' | 'always';
}

/** One line of the log. */
export interface LoggedRun {
  kind: 'Trigger' | 'Job';
  ruleId: number;
  ruleName: string;
  /** Null: it was somebody, or an organization. */
  ticketId: number | null;
  object?: 'User' | 'Organization';
  objectId?: number;
  cause: string;
  outcome: 'done' | 'partly' | 'held-back' | 'failed';
  chain: string[];
  did: string[];
  heldBack: { action: string; why: string }[];
  at: EpochMs;
}

/** As REST shows it. */
export type ShownRun = Record<string, unknown> & { id: number };

const shownRun = `json_build_object('id', r.id, 'rule', json_build_object('type', r.kind, 'id', r.rule_id, 'name', r.rule_name),
  'ticket', CASE WHEN t.id IS NOT NULL THEN json_build_object('id', t.id, 'number', t.number, 'title', t.title) END,
  'object', CASE r.object
    WHEN 'User' THEN (SELECT json_build_object('type', 'User', 'id', u.id,
      'label', coalesce(nullif(trim(u.firstname || ' ' || u.lastname), ''), u.login))
      FROM replica_user u WHERE u.id = r.object_id AND NOT u.deleted)
    WHEN 'Organization' THEN (SELECT json_build_object('type', 'Organization', 'id', o.id, 'label', o.name)
      FROM replica_organization o WHERE o.id = r.object_id AND NOT o.deleted) END,
  'at', iso(r.at), 'cause', r.cause, 'outcome', r.outcome, 'chain', r.chain, 'did', r.did, 'held_back', r.held_back)`;

/** The triggers in force, and what rules did. */
export class RuleStore {
  async triggers(on: On): Promise<{ revision: number; triggers: TriggerRow[] }> {
    const [row] = await sql<{ revision: number; triggers: TriggerRow[] }>(
      on,
      `SELECT (SELECT revision FROM automation_rules) AS revision,
        (SELECT coalesce(json_agg(row_to_json(t)), '[]') FROM ticket_trigger t WHERE t.active) AS triggers`,
    );
    return row as { revision: number; triggers: TriggerRow[] };
  }

  /** An id for each line that is about to be written: what it did refers to it. */
  async takeRunId(tx: EntityManager): Promise<number> {
    const [row] = await sql<{ id: string }>(tx, "SELECT nextval(pg_get_serial_sequence('rule_run', 'id')) AS id");
    return Number((row as { id: string }).id);
  }

  async log(tx: EntityManager, runs: readonly (LoggedRun & { id: number })[]): Promise<void> {
    if (runs.length === 0) return;
    await sql(
      tx,
      `INSERT INTO rule_run (id, kind, rule_id, rule_name, ticket_id, object, object_id, cause, outcome, chain, did,
         held_back, at)
       SELECT r.id, r.kind, r."ruleId", r."ruleName", r."ticketId", r.object, r."objectId", r.cause, r.outcome, r.chain, r.did, r."heldBack", r.iso
       FROM json_to_recordset($1::json) AS r (id bigint, kind text, "ruleId" int, "ruleName" text, "ticketId" int,
         object text, "objectId" int, cause text,
         outcome text, chain jsonb, did jsonb, "heldBack" jsonb, iso timestamptz)`,
      [JSON.stringify(runs.map(({ at, ...run }) => ({ ...run, iso: isoTime(at) })))],
    );
  }

  /** How often the rule ran for the ticket since then. */
  async runsSince(on: On, rule: { kind: string; id: number }, ticketId: number, since: EpochMs): Promise<number> {
    const [row] = await sql<{ count: number }>(
      on,
      `SELECT count(*)::int AS count FROM rule_run
       WHERE ticket_id = $1 AND kind = $2 AND rule_id = $3 AND at > $4 AND outcome <> 'held-back'`,
      [ticketId, rule.kind, rule.id, isoTime(since)],
    );
    return row?.count ?? 0;
  }

  /** When it last ran for the ticket because of this, and where the desk is. */
  async lastRun(on: On, rule: { kind: string; id: number }, ticketId: number, cause: string) {
    const [row] = await sql<{ at: Date; zone: string }>(
      on,
      `SELECT at, ${deskZone} AS zone FROM rule_run
       WHERE ticket_id = $1 AND kind = $2 AND rule_id = $3 AND cause = $4 ORDER BY id DESC LIMIT 1`,
      [ticketId, rule.kind, rule.id, cause],
    );
    return row && { at: epochMs(row.at), zone: row.zone };
  }

  /** Lines of a rule's log, newest first; tickets that the reader may not see are not named. */
  async runsOf(
    on: On,
    visible: VisibleTickets,
    rule: { kind: string; id: number },
    limit: number,
    before: number | undefined,
  ): Promise<ShownRun[]> {
    const rows = await sql<{ json: ShownRun }>(
      on,
      `SELECT ${shownRun} AS json FROM rule_run r LEFT JOIN ticket t ON t.id = r.ticket_id AND ${isVisible()}
       WHERE r.kind = $5 AND r.rule_id = $6 AND r.id < $7 ORDER BY r.id DESC LIMIT $8`,
      [...visible.params, rule.kind, rule.id, before ?? Number.MAX_SAFE_INTEGER, limit],
    );
    return rows.map(({ json }) => json);
  }

  /** What rules did to a ticket, oldest first, the latest 200. */
  async runsOn(on: On, visible: VisibleTickets, ticketId: number): Promise<ShownRun[]> {
    const rows = await sql<{ json: ShownRun }>(
      on,
      `SELECT json FROM (SELECT r.id, ${shownRun} AS json FROM rule_run r JOIN ticket t ON t.id = r.ticket_id
         WHERE t.id = $5 AND ${isVisible()} ORDER BY r.id DESC LIMIT 200) AS latest ORDER BY id`,
      [...visible.params, ticketId],
    );
    return rows.map(({ json }) => json);
  }

  /** Mails of rules to each address within the window of the guard. */
  async pastMails(tx: EntityManager, addresses: readonly string[], since: EpochMs): Promise<Map<string, PastMail[]>> {
    const rows = await sql<{ address: string; ticketId: number; at: Date }>(
      tx,
      'SELECT address, ticket_id AS "ticketId", at FROM rule_mail WHERE address = ANY ($1::text[]) AND at > $2',
      [addresses, isoTime(since)],
    );
    const past = new Map<string, PastMail[]>();
    for (const { address, ticketId, at } of rows) {
      past.set(address, [...(past.get(address) ?? []), { ticketId, at: epochMs(at) }]);
    }
    return past;
  }

  async countMails(tx: EntityManager, ticketId: number, addresses: readonly string[], now: EpochMs): Promise<void> {
    if (addresses.length === 0) return;
    await sql(tx, 'INSERT INTO rule_mail (address, ticket_id, at) SELECT unnest($1::text[]), $2, $3', [
      addresses,
      ticketId,
      isoTime(now),
    ]);
  }

  /** Agents who may do everything in the group: what Zammad calls the agents of a ticket. */
  async agentsOf(on: On, groupId: number): Promise<{ id: number; name: string; address: string }[]> {
    return sql(
      on,
      `SELECT id, trim(firstname || ' ' || lastname) AS name, email AS address FROM replica_user
       WHERE NOT deleted AND active AND agent AND email IS NOT NULL AND $1 = ANY (full_group_ids) ORDER BY id LIMIT 100`,
      [groupId],
    );
  }

  /** The articles that texts may quote: the first one, and the latest of either kind; oldest first. */
  async quotable(on: On, ticketId: number): Promise<QuotedArticle[]> {
    const rows = await sql<Record<string, unknown>>(
      on,
      `SELECT type_id, sender_id, "from", "to", cc, subject, content_type, body, internal, created_at, preferences FROM article
       WHERE id IN ((SELECT min(id) FROM article WHERE ticket_id = $1),
                    (SELECT max(id) FROM article WHERE ticket_id = $1 AND internal),
                    (SELECT max(id) FROM article WHERE ticket_id = $1 AND NOT internal)) ORDER BY id`,
      [ticketId],
    );
    return rows.map((row) => ({
      type: articleTypeOf(row.type_id as number) ?? 'note',
      sender: articleSenderOf(row.sender_id as number) ?? 'System',
      from: row.from as string | null,
      to: row.to as string | null,
      cc: row.cc as string | null,
      subject: row.subject as string | null,
      contentType: row.content_type as 'text/plain' | 'text/html',
      body: row.body as string,
      internal: row.internal as boolean,
      createdAt: epochMs(row.created_at as Date),
      preferences: row.preferences as Article['preferences'],
    }));
  }

  /** The ticket goes once this transaction is over. */
  async doom(tx: EntityManager, ticketId: number): Promise<void> {
    await sql(tx, 'INSERT INTO ticket_doomed (ticket_id) VALUES ($1) ON CONFLICT DO NOTHING', [ticketId]);
  }

  /** Some that are to go, taken off the list; what another replica is at is left to it. */
  async takeDoomed(tx: EntityManager, limit: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      `DELETE FROM ticket_doomed WHERE ticket_id IN (
         SELECT ticket_id FROM ticket_doomed ORDER BY ticket_id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING ticket_id AS id`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Forgets what is older: lines of the log, and mails that the guard no longer counts. */
  async forget(on: On, runsBefore: EpochMs, mailsBefore: EpochMs): Promise<void> {
    await sql(on, 'DELETE FROM rule_mail WHERE at < $1', [isoTime(mailsBefore)]);
    await sql(on, 'DELETE FROM schedule_run WHERE finished_at < $1', [isoTime(runsBefore)]);
    for (let gone = FORGOTTEN_AT_ONCE; gone === FORGOTTEN_AT_ONCE; ) {
      const [row] = await sql<{ gone: number }>(
        on,
        `WITH old AS (DELETE FROM rule_run
           WHERE id IN (SELECT id FROM rule_run WHERE at < $1 ORDER BY at LIMIT ${FORGOTTEN_AT_ONCE}) RETURNING 1)
         SELECT count(*)::int AS gone FROM old`,
        [isoTime(runsBefore)],
      );
      gone = row?.gone ?? 0;
    }
  }
}
