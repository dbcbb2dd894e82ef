import type { Attribute, AttributeSet } from '@helpmesh/attributes';
import { referencingChecklists } from './checklist.store.ts';
import { linksOf } from './link.store.ts';
import { mentionsOf } from './mention.store.ts';
import { tagNamesOf } from './tag.store.ts';
import { timeIdsOf, timesOf } from './time.store.ts';
import { isVisible, seesAsAgent } from './visible-tickets.ts';

/**
 * How a row looks in JSON: select lists and whole-object expressions, so that PostgreSQL makes the text which the
 * gateway passes on. Statements built from these take the scope as $1 to $4 (see VisibleTickets).
 */

const instants = (t: string, names: readonly string[]) =>
  names.map((name) => `iso(${t}.${name}) AS ${name}`).join(', ');

/** Why a mail was kept from another ticket names that ticket, and objects of a CMDB are its own: for agents to know. */
const preferences = `(CASE WHEN ${seesAsAgent()} THEN t.preferences ELSE t.preferences - '{follow_up_refused,idoit}'::text[] END)::text`;

/** Time spent and checklists are for agents to know: `time_unit` and `checklist_id` of a ticket that has them. */
const keptFromCustomers = `'"time_unit":("[0-9.]+"|null),"checklist_id":([0-9]+|null)'`;
const own = `CASE WHEN (t.time_unit IS NULL AND t.checklist_id IS NULL) OR ${seesAsAgent()} THEN t.json
  ELSE regexp_replace(t.json, ${keptFromCustomers}, '"time_unit":null,"checklist_id":null') END`;

/** Members are joined as text: the ticket holds its own as it was last written (migration 6). */
const plainMembers = `${own} || ',"preferences":' || ${preferences}`;

/**
 * Custom attributes as further members, in their order. Most tickets have no values, and what is shown of these is the
 * same text for all. Names and defaults stand in the statement: it is a new one after a change of the attributes.
 */
function customMembers(attributes: readonly Attribute[]): string {
  if (attributes.length === 0) return `''`;
  const none = attributes.map(({ name, fallback }) => `,"${name}":${JSON.stringify(fallback)}`).join('');
  const names = literal(`{${attributes.map(({ name }) => name).join(',')}}`);
  const defaults = literal(
    JSON.stringify(Object.fromEntries(attributes.map(({ name, fallback }) => [name, fallback]))),
  );
  return `CASE WHEN t.custom IS NULL THEN ${literal(none)} ELSE (
    SELECT string_agg(',"' || name || '":' || coalesce(t.custom -> name, ${defaults}::jsonb -> name)::text, '')
    FROM unnest(${names}::text[]) AS name) END`;
}

/** A customer sees only what is on one of their screens. */
function membersWith(attributes: AttributeSet): string {
  if (attributes.isEmpty) return plainMembers;
  const permitted = (permission: string) => permission === 'ticket.customer';
  const [all, customers] = [attributes.all, attributes.seenBy({ everything: false, permitted })];
  const custom =
    all.length === customers.length
      ? customMembers(all)
      : `CASE WHEN ${seesAsAgent()} THEN ${customMembers(all)} ELSE ${customMembers(customers)} END`;
  return `${plainMembers} || (${custom})`;
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

const articleIds = `array_to_string(ARRAY(
  SELECT a.id FROM article a WHERE a.ticket_id = t.id AND (NOT a.internal OR ${seesAsAgent()}) ORDER BY a.id), ',')`;

/** Names of what a ticket refers to; what is not set is left out. */
const ticketNames = `
  SELECT json_strip_nulls(json_build_object(
    'group', (SELECT name FROM replica_group WHERE id = t.group_id),
    'organization', (SELECT name FROM replica_organization WHERE id = t.organization_id),
    'state', (SELECT name FROM ticket_state WHERE id = t.state_id),
    'priority', (SELECT name FROM ticket_priority WHERE id = t.priority_id),
    'original_priority', (SELECT name FROM ticket_priority WHERE id = t.original_priority_id),
    'owner', (SELECT login FROM replica_user WHERE id = t.owner_id),
    'customer', (SELECT login FROM replica_user WHERE id = t.customer_id),
    'created_by', (SELECT login FROM replica_user WHERE id = t.created_by_id),
    'updated_by', (SELECT login FROM replica_user WHERE id = t.updated_by_id),
    'create_article_type', (SELECT name FROM article_type WHERE id = t.create_article_type_id),
    'create_article_sender', (SELECT name FROM article_sender WHERE id = t.create_article_sender_id),
    'ticket_time_accounting', '[]'::json,
    'referencing_checklists', to_json(${referencingChecklists('t.id', 'name')})))`;

const joined = (object: string) => `left(${object}, -1) || ',' || substr((${ticketNames})::text, 2)`;

const attachments = `
  (SELECT coalesce(json_agg(json_build_object(
     'id', f.id, 'store_file_id', f.id, 'filename', f.filename, 'size', f.size::text,
     'preferences', json_strip_nulls(json_build_object('Content-Type', f.content_type, 'Mime-Type', f.content_type,
       'Content-ID', f.content_id, 'Content-Disposition', CASE WHEN f.inline THEN 'inline' END))) ORDER BY f.id), '[]')
   FROM article_attachment f WHERE f.article_id = a.id) AS attachments`;

/** Whom an agent copied in secret, and what a server said about them. */
const bcc = `CASE WHEN a.bcc IS NOT NULL AND ${seesAsAgent()} THEN a.bcc END AS bcc`;
const articlePreferences = `CASE WHEN a.bcc IS NULL OR ${seesAsAgent()} THEN a.preferences ELSE a.preferences - 'delivery' END AS preferences`;

const articleColumns = `
  a.id, a.ticket_id, a.type_id, a.sender_id, a."from", a."to", a.cc, ${bcc}, a.subject, a.reply_to, a.message_id,
  a.message_id_md5, a.in_reply_to, a.content_type, a."references", a.body, a.internal, ${articlePreferences},
  a.updated_by_id,
  a.created_by_id, a.origin_by_id, ${instants('a', ['created_at', 'updated_at'])}, ${attachments},
  (SELECT name FROM article_type WHERE id = a.type_id) AS type,
  (SELECT name FROM article_sender WHERE id = a.sender_id) AS sender,
  coalesce((SELECT login FROM replica_user WHERE id = a.created_by_id), '-') AS created_by,
  coalesce((SELECT login FROM replica_user WHERE id = a.updated_by_id), '-') AS updated_by,
  (SELECT login FROM replica_user WHERE id = a.origin_by_id) AS origin_by,
  CASE WHEN t.time_unit IS NOT NULL AND ${seesAsAgent()} THEN
    (SELECT time_units(x.time_unit)::text FROM time_accounting x WHERE x.article_id = a.id) END AS time_unit`;

/** The article `a` as an object. */
export const articleJson = `(SELECT row_to_json(article_row) FROM (SELECT ${articleColumns}) AS article_row)`;

/** Condition over the article `a` of the visible ticket `t`. */
export const articleIsVisible = `(NOT a.internal OR ${seesAsAgent()})`;

/** The articles of the ticket `t` that the actor may see, read once for everything that is said of them. */
const thread = `
  SELECT coalesce(string_agg(a.id::text, ','), '') AS ids, coalesce(json_object_agg(a.id, a.json), '{}') AS articles,
    coalesce(array_agg(a.created_by_id) || array_agg(a.updated_by_id) || array_agg(a.origin_by_id), '{}') AS people
  FROM (SELECT a.id, a.created_by_id, a.updated_by_id, a.origin_by_id, ${articleJson} AS json FROM article a
        WHERE a.ticket_id = t.id AND ${articleIsVisible} ORDER BY a.id) AS a`;

/**
 * Everything that the ticket `t` refers to and the actor may see, by kind and id. $5: the actor is an agent.
 * Stands where the `thread` of the ticket is known.
 */
const assetsWith = (ticket: string) => `json_build_object(
  'Ticket', json_build_object(t.id, ${ticket}::json),
  'TicketArticle', thread.articles,
  'User', (SELECT coalesce(json_object_agg(u.id, CASE WHEN $5::boolean OR u.id = t.customer_id
      THEN json_build_object('id', u.id, 'login', u.login, 'firstname', u.firstname, 'lastname', u.lastname,
        'email', u.email, 'organization_id', u.organization_id, 'active', u.active)
      ELSE json_build_object('id', u.id, 'firstname', u.firstname, 'lastname', u.lastname, 'active', u.active) END), '{}')
    FROM replica_user u WHERE u.id = ANY (ARRAY[t.owner_id, t.customer_id, t.created_by_id, t.updated_by_id] || thread.people)),
  'Organization', (SELECT coalesce(json_object_agg(o.id, json_build_object('id', o.id, 'name', o.name, 'active', o.active)), '{}')
    FROM replica_organization o WHERE o.id = t.organization_id),
  'Group', (SELECT coalesce(json_object_agg(g.id, json_build_object('id', g.id, 'name', g.name, 'active', g.active)), '{}')
    FROM replica_group g WHERE g.id = t.group_id))`;

/** Forms in which a ticket is answered. `ids` is `bare` and the ids of its articles. */
export const ticketShapes = ['bare', 'bare-expanded', 'ids', 'ids-expanded', 'full', 'all'] as const;
export type TicketShape = (typeof ticketShapes)[number];

function objectsWith(members: string): Record<TicketShape, string> {
  const bare = `(${members} || '}')`;
  const withArticles = (ids: string) => `(${members} || ',"article_ids":[' || ${ids}
    || '],"ticket_time_accounting_ids":['
    || CASE WHEN t.time_unit IS NOT NULL AND ${seesAsAgent()} THEN ${timeIdsOf('t.id')} ELSE '' END
    || '],"referencing_checklist_ids":['
    || array_to_string(${referencingChecklists('t.id', 'id')}, ',') || ']}')`;
  const withIds = withArticles(articleIds);
  const assets = assetsWith(withArticles('thread.ids'));
  return {
    bare,
    'bare-expanded': joined(bare),
    ids: withIds,
    'ids-expanded': joined(withIds),
    full: `(SELECT json_build_object('id', t.id, 'assets', ${assets})::text FROM (${thread}) AS thread)`,
    all: `(SELECT json_build_object('ticket_id', t.id, 'ticket_article_ids', ('[' || thread.ids || ']')::json,
    'assets', ${assets}, 'form_meta', '{}'::json,
    'tags', to_json(CASE WHEN ${seesAsAgent()} THEN ${tagNamesOf('t.id')} ELSE '{}' END), 'links', CASE WHEN ${seesAsAgent()} THEN ${linksOf('t.id')} ELSE '[]' END,
    'mentions', CASE WHEN ${seesAsAgent()} THEN ${mentionsOf('t.id')} ELSE '[]' END,
    'time_accountings', CASE WHEN t.time_unit IS NOT NULL AND ${seesAsAgent()} THEN ${timesOf('t.id')} ELSE '[]' END)::text
    FROM (${thread}) AS thread)`,
  };
}

interface Statements {
  objectOf: Record<TicketShape, string>;
  byId: Record<TicketShape, string>;
}

const made = new WeakMap<AttributeSet, Statements>();

/** Made once for each set of attributes. */
function statementsFor(attributes: AttributeSet): Statements {
  const known = made.get(attributes);
  if (known) return known;
  const objectOf = objectsWith(membersWith(attributes));
  const byId = Object.fromEntries(
    ticketShapes.map((shape) => [
      shape,
      `SELECT t.id, ${objectOf[shape]} AS json
       FROM unnest($6::int[]) WITH ORDINALITY AS wanted (id, place) JOIN ticket t ON t.id = wanted.id
       WHERE ${isVisible()} AND ($5::boolean IS NOT NULL) ORDER BY place`,
    ]),
  ) as Record<TicketShape, string>;
  made.set(attributes, { objectOf, byId });
  return { objectOf, byId };
}

/** Visible tickets among the ids $6, as JSON in the given shape, in the order of the ids. $5: the actor is an agent. */
export const ticketsById = (shape: TicketShape, attributes: AttributeSet): string =>
  statementsFor(attributes).byId[shape];

/** Forms of one ticket that need no `agent`: what lists are made of. */
export type ListedShape = Exclude<TicketShape, 'full' | 'all'>;

/** The visible ones of a page as one JSON array. @param page  a statement that yields their `id` in order; from $5 on */
export const arrayOfTickets = (shape: ListedShape, page: string, attributes: AttributeSet): string =>
  `SELECT '[' || coalesce(string_agg(shown.json, ',' ORDER BY n), '') || ']' AS tickets, count(*) AS rows FROM (
     SELECT n, ${statementsFor(attributes).objectOf[shape]} AS json
     FROM unnest(ARRAY(SELECT id FROM (${page}) AS page)) WITH ORDINALITY AS place (id, n) JOIN ticket t ON t.id = place.id
     WHERE ${isVisible()}) AS shown`;

/** The thread of each visible ticket among the ids $5, as a JSON array, oldest first. */
export const threadsById = `
  SELECT t.id, (SELECT coalesce(json_agg(${articleJson} ORDER BY a.id), '[]')::text FROM article a
                WHERE a.ticket_id = t.id AND ${articleIsVisible}) AS json
  FROM ticket t WHERE t.id = ANY ($5::int[]) AND ${isVisible()}`;

/** The visible articles among the ids $5. */
export const articlesById = `
  SELECT a.id, ${articleJson}::text AS json
  FROM article a JOIN ticket t ON t.id = a.ticket_id
  WHERE a.id = ANY ($5::int[]) AND ${isVisible()} AND ${articleIsVisible}`;
