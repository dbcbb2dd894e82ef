import { type Circumstances, type FieldType, matches } from '@helpmesh/conditions';
import type { Actor } from '@helpmesh/contracts';
import { epochMs, isoTime } from '@helpmesh/kernel';
import { connect, createDataSource, migrate, sql } from '@helpmesh/persistence';
import { anyActor, infra, modelSeesAsAgent } from '@helpmesh/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Facts } from '../domain/condition/fields.ts';
import { parseCondition } from '../domain/condition/parse.ts';
import type { Organization, Person } from '../domain/ticket/people.ts';
import { migrations } from '../service.ts';
import { conditionSql } from './condition-sql.ts';
import { type Row, ticketOf } from './ticket.table.ts';
import { isVisible, VisibleTickets } from './visible-tickets.ts';

/** Custom attributes of each type, also with a default, and one that customers do not see. */
const attribute = (type: FieldType, fallback: unknown = null, ofAgents = false) => ({ type, fallback, ofAgents });
const attributes = new Map([
  ['affected', attribute('text', 'one')],
  ['room', attribute('text')],
  ['secret', attribute('text', 'ärger', true)],
  ['floor', attribute('number', 2)],
  ['vip', attribute('boolean')],
  ['moved_on', attribute('day')],
  ['due_on', attribute('day', '2026-05-31')],
  ['seen_at', attribute('time', '2026-05-31T00:00:00.000Z')],
  ['sites', attribute('choices', ['b', 'k'])],
  ['areas', attribute('choices')],
]);
const knowledge = { scope: 'tickets', attributes } as const;

const COUNT = 300;
/** In most zones; on Samoa it is still the day before, on Kiritimati the day after. */
const now = epochMs(Date.UTC(2026, 4, 31, 10, 30));
const titles = [
  '',
  'Printer',
  'PRINTER is on fire',
  'ärger mit İstanbul',
  'ΣΑΣ',
  'a.b*c',
  'one\ntwo',
  '100 %_\\',
  '😀 x',
  'ß',
];

let ds: DataSource;
let all: Facts[];

beforeAll(async () => {
  ds = createDataSource({ url: await infra().database('conditions'), migrations });
  await migrate(ds);
  await connect(ds);
  const on = async (text: string, params: unknown[] = []) => sql(ds, text, params);
  await on(
    `INSERT INTO ticket (group_id, priority_id, state_id, organization_id, number, title, note, type, owner_id,
       customer_id, article_count, create_article_type_id, pending_time, close_at, escalation_at, close_escalation_at,
       update_in_min, created_by_id, updated_by_id, created_at, updated_at, version)
     SELECT 1 + n % 4, 1 + n % 3, 1 + n % 5, CASE WHEN n % 3 > 0 THEN 1 + n % 3 END, (10000 + n)::text,
       ($1::text[])[1 + n * 7 % 10], CASE WHEN n % 4 > 0 THEN ($1::text[])[1 + n % 10] END,
       CASE n % 3 WHEN 0 THEN 'Incident' WHEN 1 THEN '' END, CASE WHEN n % 2 = 0 THEN 1 ELSE 20 + n % 3 END,
       10 + n * 7 % 6, nullif(n % 5, 0), CASE WHEN n % 4 > 0 THEN 1 + n % 11 END,
       CASE WHEN n % 3 > 0 THEN $2::timestamptz + make_interval(hours => n % 40 - 20) END,
       CASE WHEN n % 5 > 1 THEN $2::timestamptz - make_interval(days => n % 70) END,
       CASE WHEN n % 7 > 3 THEN $2::timestamptz + make_interval(mins => n % 9 - 4) END,
       CASE WHEN n % 7 > 3 THEN $2::timestamptz + make_interval(mins => n % 9 - 4) END,
       CASE WHEN n % 2 > 0 THEN n % 50 END, 1 + n % 2, 20 + n % 3,
       $2::timestamptz - make_interval(months => n % 20), $2::timestamptz - make_interval(days => n % 9), 1
     FROM generate_series(1, ${COUNT}) AS n`,
    [titles, isoTime(now)],
  );
  // Each value now and then, so that a ticket has any number of them; some that no attribute of the type would take.
  await on(
    `UPDATE ticket SET custom = nullif(jsonb_strip_nulls(jsonb_build_object(
       'affected', CASE WHEN id % 3 = 0 THEN ($1::text[])[1 + id * 7 % 10] END,
       'room', CASE WHEN id % 4 = 0 THEN ($1::text[])[1 + id * 3 % 10] END,
       'secret', CASE WHEN id % 5 = 0 THEN ($1::text[])[1 + id % 10] END,
       'floor', CASE WHEN id % 4 = 1 THEN id % 7 - 3 END,
       'vip', CASE WHEN id % 6 = 0 THEN id % 4 = 0 END,
       'moved_on', CASE WHEN id % 5 = 2 THEN to_char($2::timestamptz + make_interval(days => id % 9 - 4), 'YYYY-MM-DD') END,
       'due_on', CASE WHEN id % 3 = 1 THEN to_char($2::timestamptz + make_interval(days => id % 7 - 3), 'YYYY-MM-DD') END,
       'seen_at', CASE WHEN id % 7 = 3 THEN to_char($2::timestamptz + make_interval(hours => id % 50 - 25),
         'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END,
       'sites', CASE WHEN id % 4 = 2 THEN to_jsonb(($3::text[])[1:id % 4]) END,
       'areas', CASE id % 8 WHEN 5 THEN '["b"]'::jsonb WHEN 6 THEN '[]' WHEN 7 THEN '"b"' END)), '{}')`,
    [titles, isoTime(now), ['b', 'B', 'k', 'ä']],
  );
  await on(`UPDATE ticket SET impact = (ARRAY['low', 'medium', 'high'])[1 + id % 5],
      urgency = (ARRAY['low', 'medium', 'high'])[1 + id % 4] WHERE id % 3 > 0`);
  await on(`UPDATE ticket SET original_priority_id = 1 + id % 3, priority_overridden = id % 2 = 0
    WHERE impact IS NOT NULL AND urgency IS NOT NULL`);
  await on(`UPDATE ticket SET priority_overridden = false WHERE (impact IS NULL) <> (urgency IS NULL)`);
  // Set to nothing, where a default would show.
  await on(`UPDATE ticket SET custom = coalesce(custom, '{}') || '{"affected":null,"floor":null,"sites":null,"secret":null}'
    WHERE id % 11 = 0`);
  await on(`INSERT INTO tag (name, key, created_by_id, created_at)
    SELECT key, key, 1, now() FROM unnest(ARRAY['a', 'b', 'c', 'ärger']) AS key`);
  await on(
    `INSERT INTO ticket_tag (ticket_id, tag_id) SELECT t.id, g.id FROM ticket t, tag g WHERE (t.id + g.id) % 3 = 0`,
  );
  await on(`INSERT INTO mention (ticket_id, user_id, created_by_id, created_at)
    SELECT id, u, 1, now() FROM ticket, unnest(ARRAY[20, 21, 10]) AS u WHERE (id + u) % 4 = 0`);
  await on(
    `INSERT INTO ticket_rating (ticket_id, score, rated_at) SELECT id, 1 + id % 5, now() FROM ticket WHERE id % 3 = 0`,
  );
  // Of the people one is not known, one was deleted, and of some there is no address.
  await on(`INSERT INTO replica_user
    SELECT n, 'u' || n, CASE WHEN n % 3 > 0 THEN 'U' || n || '@Example.org' END, 'Zoë', '', CASE WHEN n % 2 = 0 THEN n % 3 END,
      n % 4 > 0, 'en', n >= 20, '{1}', n = 14, 1 FROM unnest(ARRAY[1, 10, 11, 12, 14, 20, 21]) AS n`);
  await on(
    `INSERT INTO replica_organization VALUES (2, 'Zammad Foundation', true, false, false, 1), (3, 'gone', true, true, true, 1)`,
  );
  await on(`INSERT INTO replica_group (id, name, active, follow_up_possible, follow_up_assignment, version)
    SELECT n, 'Group ' || n, n % 2 = 0, 'yes', true, 1 FROM generate_series(1, 3) AS n`);

  const rows = await on('SELECT * FROM ticket ORDER BY id');
  const people = byId(await on('SELECT *, organization_id AS "organizationId" FROM replica_user WHERE NOT deleted'));
  const organizations = byId(await on('SELECT * FROM replica_organization WHERE NOT deleted'));
  const groups = byId(await on('SELECT * FROM replica_group WHERE NOT deleted'));
  const tags = await on('SELECT ticket_id AS id, key FROM ticket_tag JOIN tag ON tag.id = tag_id');
  const scores = byId(await on('SELECT ticket_id AS id, score FROM ticket_rating'));
  const mentions = await on('SELECT ticket_id AS id, user_id FROM mention');
  all = rows.map((row) => {
    const ticket = ticketOf(row);
    return {
      ticket,
      tags: tags.filter(({ id }) => id === row.id).map(({ key }) => key as string),
      mentions: mentions.filter(({ id }) => id === row.id).map(({ user_id }) => user_id as number),
      rating: (scores.get(ticket.id)?.score ?? null) as number | null,
      customer: people.get(ticket.customerId) as unknown as Person,
      owner: people.get(ticket.ownerId) as unknown as Person,
      organization: organizations.get(ticket.organizationId ?? 0) as unknown as Organization,
      group: groups.get(ticket.groupId) as unknown as Facts['group'],
    };
  });
});
afterAll(() => ds.destroy());

const byId = (rows: Row[]) => new Map(rows.map((row) => [row.id as number, row]));

const line = (name: string, operator: string, more: fc.Arbitrary<object> = fc.constant({})) =>
  more.map((rest) => ({ name, operator, ...rest }));
const value = (one: fc.Arbitrary<unknown>) => one.map((it) => ({ value: it }));
const from = <T>(...values: T[]) => fc.constantFrom(...values);
const ids = value(fc.array(fc.oneof(fc.integer({ min: 0, max: 24 }), from(null, '', '3')), { maxLength: 4 }));
const orWho = (...viewers: string[]) =>
  fc.oneof(ids, from(...['not_set', ...viewers].map((pre_condition) => ({ pre_condition }))));
const parts = from(
  'r',
  'PRINT',
  'ä',
  'İ',
  'i̇',
  'σ',
  'ς',
  'Σ',
  '%',
  '_',
  '\\',
  '*',
  '😀',
  '\n',
  'org',
  'SS',
  'ß',
  'Gro',
  'z',
);
const wholes = from(...titles, 'Incident', 'u10', 'Zoë', 'Group 1');
const expressions = from(
  ...[
    '^P',
    'r$',
    '(?i)printer',
    '.',
    '^.$',
    'a.b',
    '\\w+\\s\\w+',
    '^[^a-z]*$',
    '\\bon\\b',
    '(?i)[A-F]{2}',
    '\\*|%',
    '😀',
  ],
  ...['(a|b|)*$', '(^|x)(on|one)?', '(?i)İ', 'Σ.Σ', '\\D\\S', '(\\b)*x', '^$'],
);
const shifts = fc.record({
  value: fc.integer({ min: 0, max: 30 }),
  range: from('minute', 'hour', 'day', 'week', 'month', 'year'),
});

const texts = [
  'ticket.title',
  'ticket.impact',
  'ticket.note',
  'ticket.type',
  'ticket.number',
  'customer.email',
  'customer.firstname',
];
const moreTexts = ['owner.login', 'owner.email', 'organization.name', 'group.name'];
const times = ['ticket.pending_time', 'ticket.close_at', 'ticket.created_at', 'ticket.escalation_at'];
const dates = ['ticket.moved_on', 'ticket.due_on', 'ticket.seen_at'];
/** From eleven hours behind UTC, where it is still yesterday, to fourteen ahead of it, where it is tomorrow. */
const zones = ['Pacific/Pago_Pago', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu', 'Pacific/Kiritimati'];
const plainIds = [
  'ticket.group_id',
  'ticket.state_id',
  'ticket.create_article_type_id',
  'ticket.original_priority_id',
  'group.id',
];
const people = ['ticket.owner_id', 'ticket.customer_id', 'ticket.created_by_id', 'customer.id', 'owner.id'];
const organizations = ['ticket.organization_id', 'customer.organization_id', 'organization.id'];
const operatorOf = (names: string[], operators: string[], more?: fc.Arbitrary<object>) =>
  fc.tuple(from(...names), from(...operators)).chain(([name, operator]) => line(name, operator, more));

const lines = fc.oneof(
  operatorOf(plainIds, ['is', 'is not'], orWho()),
  operatorOf(people, ['is', 'is not'], orWho('current_user.id')),
  operatorOf(organizations, ['is', 'is not'], orWho('current_user.organization_id')),
  operatorOf(
    [...texts, ...moreTexts],
    ['is', 'is not', 'is any of', 'is none of'],
    value(fc.array(fc.oneof(wholes, from(null)))),
  ),
  operatorOf(
    [...texts, ...moreTexts],
    ['contains', 'contains not', 'starts with one of', 'ends with one of'],
    value(fc.array(parts, { minLength: 1, maxLength: 3 })),
  ),
  operatorOf([...texts, ...moreTexts], ['matches regex', 'does not match regex'], value(expressions)),
  operatorOf(
    [...times],
    ['before (absolute)', 'after (absolute)'],
    value(from(isoTime(now), '2026-05-31', '2025-01-01T00:00:00+02:00')),
  ),
  operatorOf(
    [...times],
    [
      'before (relative)',
      'after (relative)',
      'from (relative)',
      'till (relative)',
      'within last (relative)',
      'within next (relative)',
    ],
    shifts,
  ),
  operatorOf([...times], ['today'], value(from('', 'Europe/Berlin', 'Pacific/Kiritimati'))),
  operatorOf(
    ['ticket.article_count', 'ticket.rating', 'ticket.update_in_min'],
    ['less than', 'greater than', 'is', 'is not'],
    value(from<unknown>(0, 1, '3', 7.5, -2)),
  ),
  operatorOf(
    ['ticket.tags'],
    ['contains all', 'contains one', 'contains all not', 'contains one not'],
    value(fc.subarray(['A', 'b', 'c', 'ÄRGER', 'x'], { minLength: 1 })),
  ),
  operatorOf(['ticket.mention_user_ids'], ['is', 'is not'], orWho('current_user.id')),
  operatorOf(
    ['ticket.impact', 'ticket.urgency'],
    ['is', 'is not', 'is any of', 'is none of'],
    value(fc.subarray<string | null>(['low', 'high', null], { minLength: 1 })),
  ),
  operatorOf(
    ['ticket.priority_overridden', 'customer.active', 'organization.active', 'group.active'],
    ['is', 'is not'],
    value(from<unknown>(true, 'false')),
  ),
  operatorOf(
    [
      ...plainIds,
      ...people,
      ...organizations,
      ...texts,
      ...moreTexts,
      ...times,
      'ticket.tags',
      'ticket.mention_user_ids',
      'ticket.article_count',
      'ticket.rating',
    ],
    ['is set', 'is not set'],
  ),
  operatorOf(
    ['ticket.affected', 'ticket.room', 'ticket.secret'],
    ['is', 'is not', 'is any of', 'is none of'],
    value(fc.array(fc.oneof(wholes, from(null, 'one', 'ärger')))),
  ),
  operatorOf(
    ['ticket.affected', 'ticket.room', 'ticket.secret'],
    ['contains', 'contains not', 'starts with one of', 'ends with one of'],
    value(fc.array(parts, { minLength: 1, maxLength: 3 })),
  ),
  operatorOf(['ticket.affected', 'ticket.secret'], ['matches regex', 'does not match regex'], value(expressions)),
  operatorOf(['ticket.floor'], ['less than', 'greater than', 'is', 'is not'], value(from<unknown>(0, 2, '3', 1.5, -2))),
  operatorOf(['ticket.vip'], ['is', 'is not'], value(from<unknown>(true, 'false', null))),
  operatorOf(
    dates,
    ['before (absolute)', 'after (absolute)'],
    value(from(isoTime(now), '2026-05-31', '2026-05-30T12:00:00+02:00', '2026-05-31T20:00:00-10:00')),
  ),
  operatorOf(dates, ['today'], value(from('', ...zones))),
  operatorOf(
    dates,
    [
      'before (relative)',
      'after (relative)',
      'from (relative)',
      'till (relative)',
      'within last (relative)',
      'within next (relative)',
    ],
    shifts,
  ),
  operatorOf(
    ['ticket.sites', 'ticket.areas'],
    ['contains all', 'contains one', 'contains all not', 'contains one not'],
    value(fc.subarray(['b', 'B', 'k', 'ä', 'x'], { minLength: 1 })),
  ),
  operatorOf(
    [...attributes.keys()].map((name) => `ticket.${name}`),
    ['is set', 'is not set'],
  ),
  operatorOf(['execution_time.calendar_id'], ['is in working time', 'is not in working time'], value(from(1, 2))),
);
const selectors = fc.letrec<{ group: object; one: object }>((tie) => ({
  one: fc.oneof({ depthSize: 'small' }, lines, lines, tie('group')),
  group: fc.record({ operator: from('AND', 'OR', 'NOT'), conditions: fc.array(tie('one'), { maxLength: 3 }) }),
})).group;

/** What the customer of a ticket is not to find out, as if it were not there. */
function factsFor(actor: Actor, { ticket, customer, organization, group, ...ofAgents }: Facts): Facts {
  const open = { ticket, customer, organization, group };
  if (modelSeesAsAgent(actor, ticket)) return { ...open, ...ofAgents };
  return { ...open, ticket: { ...ticket, note: null, custom: { ...ticket.custom, secret: null } } };
}

describe('a condition', () => {
  it('picks the same tickets in SQL as in memory, whoever looks', async () => {
    await fc.assert(
      fc.asyncProperty(selectors, anyActor, from(undefined, ...zones), async (selector, actor, zone) => {
        const condition = parseCondition(selector, knowledge);
        if (!condition) return;
        const circumstances: Circumstances = {
          now,
          zone,
          viewer: { userId: actor.userId, organizationIds: actor.organizationIds },
          isOpen: (id) => id === 1,
        };
        const visible = VisibleTickets.to(actor, 'read');
        const params: unknown[] = [...visible.params];
        const where = conditionSql(condition, circumstances, (one, type) => `$${params.push(one)}::${type}`);
        // Visible or not: the scope takes part, and decides nothing here.
        const text = `SELECT t.id FROM ticket t WHERE (${isVisible()} OR true) AND ${where} ORDER BY t.id`;
        const found = await sql<{ id: number }>(ds, text, params);
        const expected = all.filter((facts) => matches(condition, factsFor(actor, facts), circumstances));
        expect(found.map(({ id }) => id)).toEqual(expected.map(({ ticket }) => ticket.id));
      }),
      { numRuns: 700 },
    );
  });

  it('never gets a word of somebody into the text of a statement', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), from('contains', 'is', 'starts with one of'), (words, operator) => {
        fc.pre(words.isWellFormed() && !words.includes('\0'));
        const condition = parseCondition({ 'ticket.title': { operator, value: `'; ${words}` } }, { scope: 'tickets' });
        const text = condition && conditionSql(condition, { now }, (_, type) => `$5::${type}`);
        expect(text).not.toContain(words);
      }),
    );
  });
});
