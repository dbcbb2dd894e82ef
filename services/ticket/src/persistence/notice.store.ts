import { sql } from '@helpmesh/persistence';
import type { EntityManager } from 'typeorm';
import { deskZone } from './desk-setting.store.ts';

/** A person as notices need them. */
export interface NoticePerson {
  id: number;
  login: string;
  email: string | null;
  firstname: string;
  lastname: string;
  locale: string;
  active: boolean;
  agent: boolean;
  fullGroupIds: number[];
  readGroupIds: number[];
  away: { from: string; until: string; replacementId: number } | null;
  /** `notification_config`, as it was written. */
  notices: Record<string, unknown> | null;
}

export interface NoticeFacts {
  people: NoticePerson[];
  /** With who made it, and when. */
  subscriptions: { ticketId: number; userId: number; by: number; at: string }[];
  /** Those of the tickets that are still there. */
  ticketIds: number[];
  /** Of the other tickets of merges. */
  numbers: { id: number; number: string }[];
  /** Where the desk is. */
  timezone: string;
}

/** Everything that decides who is told, for all events of a batch at once. */
export class NoticeStore {
  /** @param people  who is looked at whatever their rights: owners, authors */
  async facts(
    tx: EntityManager,
    asked: { groupIds: number[]; ticketIds: number[]; people: number[]; otherIds: number[] },
  ): Promise<NoticeFacts> {
    const { groupIds, ticketIds, people, otherIds } = asked;
    const [row] = await sql<NoticeFacts>(tx, facts, [groupIds, ticketIds, people, otherIds]);
    return row as NoticeFacts;
  }
}

/** The first part of `agents` is read from its index: agents are few among those who write. */
const facts = `WITH RECURSIVE agents AS (
    SELECT u.id FROM replica_user u WHERE u.agent AND u.active AND NOT u.deleted AND u.full_group_ids && $1::int[]
    UNION SELECT m.user_id FROM mention m WHERE m.ticket_id = ANY ($2::int[])
    UNION SELECT unnest($3::int[])),
  asked AS (
    SELECT id FROM agents
    UNION SELECT u.replacement_id FROM asked JOIN replica_user u USING (id) WHERE u.replacement_id IS NOT NULL)
  SELECT (SELECT coalesce(json_agg(json_build_object('id', u.id, 'login', u.login, 'email', u.email,
      'firstname', u.firstname, 'lastname', u.lastname, 'locale', u.locale, 'active', u.active, 'agent', u.agent,
      'fullGroupIds', u.full_group_ids, 'readGroupIds', u.read_group_ids, 'notices', u.notices,
      'away', CASE WHEN u.replacement_id IS NOT NULL THEN json_build_object('from', u.away_from, 'until', u.away_until,
        'replacementId', u.replacement_id) END)
      ORDER BY u.id), '[]') FROM replica_user u JOIN asked USING (id) WHERE NOT u.deleted) AS people,
    (SELECT coalesce(json_agg(json_build_object('ticketId', m.ticket_id, 'userId', m.user_id, 'by', m.created_by_id,
      'at', iso(m.created_at))),
      '[]') FROM mention m WHERE m.ticket_id = ANY ($2::int[])) AS subscriptions,
    ARRAY(SELECT id FROM ticket WHERE id = ANY ($2::int[])) AS "ticketIds",
    (SELECT coalesce(json_agg(json_build_object('id', id, 'number', number)), '[]') FROM ticket
     WHERE id = ANY ($4::int[])) AS numbers,
    ${deskZone} AS timezone`;
