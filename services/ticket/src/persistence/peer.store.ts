import type { OutputOf, readForPeer } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';

type On = DataSource | EntityManager;
type ForPeer = NonNullable<OutputOf<typeof readForPeer>>;

/** What is told to other helpdesks, and what came from there. */
export class PeerStore {
  /** @param known  articles that are left out */
  async read(
    on: On,
    ticketId: number,
    {
      known,
      only = null,
      internal,
      limit,
    }: { known: readonly number[]; only?: readonly number[] | null; internal: boolean; limit: number },
  ): Promise<ForPeer | undefined> {
    const [row] = await sql<{ told: ForPeer }>(
      on,
      `SELECT json_build_object(
         'number', t.number, 'title', t.title, 'groupId', t.group_id, 'stateType', y.name, 'priority', p.name,
         'owner', CASE WHEN t.owner_id <> 1 THEN ${nameOf('o')} END,
         'customer', json_build_object('id', t.customer_id, 'name', coalesce(${nameOf('c')}, '-'), 'email', c.email),
         'tags', (SELECT coalesce(json_agg(w.name ORDER BY h.place), '[]') FROM ticket_tag h JOIN tag w ON w.id = h.tag_id
                  WHERE h.ticket_id = t.id),
         'details', json_build_object('group', g.name, 'service', t.preferences #>> '{service,name}',
           'impact', t.impact, 'urgency', t.urgency,
           'firstResponseDue', iso(t.first_response_escalation_at), 'solutionDue', iso(t.close_escalation_at)),
         'createdAt', iso(t.created_at), 'version', t.version,
         'articles', (SELECT coalesce(json_agg(a.told ORDER BY a.id), '[]') FROM (
           SELECT a.id, json_build_object(
             'id', a.id, 'uuid', q.uuid, 'sender', s.name, 'internal', a.internal,
             'author', coalesce(${nameOf('u')}, a."from", '-'),
             'contentType', a.content_type, 'body', a.body, 'createdAt', iso(a.created_at),
             'files', (SELECT coalesce(json_agg(json_build_object('id', f.id, 'sha256', f.sha256, 'size', f.size,
                         'filename', f.filename, 'contentType', f.content_type) ORDER BY f.id), '[]')
                       FROM article_attachment f WHERE f.article_id = a.id)) AS told
           FROM article a
           JOIN article_sender s ON s.id = a.sender_id AND s.name <> 'System'
           LEFT JOIN peer_article q ON q.article_id = a.id
           LEFT JOIN replica_user u ON u.id = coalesce(a.origin_by_id, a.created_by_id) AND u.id <> 1
           WHERE a.ticket_id = t.id AND (NOT a.internal OR $3) AND a.id <> ALL ($2::int[])
             AND ($5::int[] IS NULL OR a.id = ANY ($5))
           ORDER BY a.id LIMIT $4) AS a)
       ) AS told
       FROM ticket t
       JOIN ticket_state x ON x.id = t.state_id JOIN ticket_state_type y ON y.id = x.state_type_id
       JOIN ticket_priority p ON p.id = t.priority_id
       LEFT JOIN replica_user o ON o.id = t.owner_id
       LEFT JOIN replica_user c ON c.id = t.customer_id
       LEFT JOIN replica_group g ON g.id = t.group_id
       WHERE t.id = $1`,
      [ticketId, known, internal, limit, only],
    );
    return row?.told;
  }

  /**
   * The ticket that was made of another helpdesk's.
   * @param past  one that was imported: no helpdesk has a say in these, whatever names it finds for them
   */
  async ticketOf(on: On, uuid: string, past = false): Promise<number | undefined> {
    const text = 'SELECT ticket_id AS id FROM peer_ticket WHERE uuid = $1 AND past = $2';
    const [row] = await sql<{ id: number }>(on, text, [uuid, past]);
    return row?.id;
  }

  /** Whom a ticket of another helpdesk was opened for, whoever is its customer by now; undefined: there is no such ticket. */
  async requesterOf(on: On, ticketId: number): Promise<number | undefined> {
    const [row] = await sql<{ id: number }>(
      on,
      `SELECT coalesce((SELECT h.id_from FROM history h
                        WHERE h.ticket_id = t.id AND h.attribute = 'customer' AND h.id_from IS NOT NULL
                        ORDER BY h.id LIMIT 1), t.customer_id) AS id
       FROM ticket t JOIN peer_ticket p ON p.ticket_id = t.id WHERE t.id = $1`,
      [ticketId],
    );
    return row?.id;
  }

  /** Other tickets in which articles of a ticket of another helpdesk are by now. */
  async heldBy(on: On, ticketId: number): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `SELECT DISTINCT a.ticket_id AS id FROM peer_article q JOIN article a ON a.id = q.article_id
       WHERE q.ticket_id = $1 AND a.ticket_id <> $1`,
      [ticketId],
    );
    return rows.map(({ id }) => id);
  }

  /** Who asked there writes under another name. @returns tickets in which that is news */
  async signRequesters(tx: EntityManager, ticketId: number, author: string): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      tx,
      `UPDATE article a SET "from" = $2 FROM peer_article q, article_sender s
       WHERE q.ticket_id = $1 AND a.id = q.article_id AND s.id = a.sender_id AND s.name = 'Customer'
         AND a."from" IS DISTINCT FROM $2
       RETURNING a.ticket_id AS id`,
      [ticketId, author],
    );
    return [...new Set(rows.map(({ id }) => id))];
  }

  /**
   * Nobody stands where somebody stood, in this ticket and what was merged of it alone; what they have written as an agent
   * stays theirs. @returns whether they were its customer
   */
  async replace(tx: EntityManager, ticketId: number, userId: number, nobody: { id: number; login: string }) {
    const params = [ticketId, userId, nobody.id];
    await sql(
      tx,
      `UPDATE article SET created_by_id = CASE WHEN created_by_id = $2 THEN $3 ELSE created_by_id END,
         updated_by_id = CASE WHEN updated_by_id = $2 THEN $3 ELSE updated_by_id END,
         origin_by_id = CASE WHEN origin_by_id = $2 THEN $3 ELSE origin_by_id END
       WHERE (ticket_id = $1 OR id IN (SELECT article_id FROM peer_article WHERE ticket_id = $1))
         AND sender_id <> (SELECT id FROM article_sender WHERE name = 'Agent')
         AND $2 IN (created_by_id, updated_by_id, origin_by_id)`,
      params,
    );
    await sql(
      tx,
      `UPDATE history SET
         value_from = CASE WHEN id_from = $2 THEN $4 ELSE value_from END, id_from = CASE WHEN id_from = $2 THEN $3 ELSE id_from END,
         value_to = CASE WHEN id_to = $2 THEN $4 ELSE value_to END, id_to = CASE WHEN id_to = $2 THEN $3 ELSE id_to END
       WHERE ticket_id = $1 AND attribute = 'customer' AND $2 IN (id_from, id_to)`,
      [...params, nobody.login],
    );
    await sql(tx, 'DELETE FROM mention WHERE ticket_id = $1 AND user_id = $2', [ticketId, userId]);
    const rows = await sql(
      tx,
      'UPDATE ticket SET customer_id = $3, organization_id = NULL WHERE id = $1 AND customer_id = $2 RETURNING id',
      params,
    );
    return rows.length > 0;
  }

  /** Articles that are there, by uuid. */
  async articlesOf(on: On, ticketId: number): Promise<Map<string, number>> {
    const rows = await sql<{ uuid: string; id: number }>(
      on,
      'SELECT uuid, article_id AS id FROM peer_article WHERE ticket_id = $1',
      [ticketId],
    );
    return new Map(rows.map(({ uuid, id }) => [uuid, id]));
  }

  async keepTicket(tx: EntityManager, uuid: string, ticketId: number, past = false): Promise<void> {
    await sql(tx, 'INSERT INTO peer_ticket (uuid, ticket_id, past) VALUES ($1, $2, $3)', [uuid, ticketId, past]);
  }

  async keepArticles(
    tx: EntityManager,
    ticketId: number,
    articles: readonly { uuid: string; id: number }[],
  ): Promise<void> {
    if (articles.length === 0) return;
    await sql(
      tx,
      `INSERT INTO peer_article (ticket_id, uuid, article_id)
       SELECT $1, uuid, id FROM unnest($2::uuid[], $3::int[]) AS kept (uuid, id)`,
      [ticketId, articles.map(({ uuid }) => uuid), articles.map(({ id }) => id)],
    );
  }
}

const nameOf = (person: string) =>
  `coalesce(nullif(trim(${person}.firstname || ' ' || ${person}.lastname), ''), ${person}.login)`;
