import type { Platform } from '../platform/platform.ts';
import { helpCategories } from './help.ts';
import { greetings, type Language, ratingComments, type Story, stories } from './stories.ts';

const TICKETS = 300;
const DAYS = 90;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Requests on their way at the same time: a laptop is meant to stay usable. */
const AT_ONCE = 6;

const communities = [
  { group: 'Marine Data', organization: 'Marine Data Network', domain: 'marine-data.example' },
  { group: 'Text Archives', organization: 'Text Archives Europe', domain: 'text-archives.example' },
  { group: 'Climate Models', organization: 'Climate Modelling Hub', domain: 'climate-hub.example' },
];

/** First and last names by language; every fifth person works for the desk. */
const people: readonly [Language, string, string][] = [
  ['en', 'Grace', 'Whitfield'],
  ['de', 'Jonas', 'Lindner'],
  ['fr', 'Camille', 'Moreau'],
  ['pl', 'Zofia', 'Kowalczyk'],
  ['en', 'Owen', 'Hartley'],
  ['en', 'Priya', 'Raman'],
  ['de', 'Miriam', 'Vogt'],
  ['fr', 'Hugo', 'Lefèvre'],
  ['pl', 'Marek', 'Wiśniewski'],
  ['en', 'Isla', 'Brennan'],
  ['en', 'Tom', 'Ashworth'],
  ['de', 'Lukas', 'Brandt'],
  ['fr', 'Inès', 'Garnier'],
  ['pl', 'Katarzyna', 'Zielińska'],
  ['en', 'Noah', 'Fletcher'],
  ['en', 'Ruth', 'Okafor'],
  ['de', 'Clara', 'Hoffmann'],
  ['fr', 'Louis', 'Chevalier'],
  ['pl', 'Tomasz', 'Lewandowski'],
  ['en', 'Maya', 'Sinclair'],
  ['en', 'Ivan', 'Petrov'],
  ['de', 'Felix', 'Krämer'],
  ['fr', 'Manon', 'Dubois'],
  ['pl', 'Agnieszka', 'Wójcik'],
  ['en', 'Leo', 'Marsden'],
  ['en', 'Hannah', 'Doyle'],
  ['de', 'Sophie', 'Neumann'],
  ['fr', 'Adrien', 'Roussel'],
  ['pl', 'Piotr', 'Dąbrowski'],
  ['en', 'Elena', 'Castro'],
  ['en', 'Samuel', 'Byrne'],
  ['de', 'Paul', 'Schröder'],
  ['fr', 'Julie', 'Fontaine'],
  ['pl', 'Magdalena', 'Kamińska'],
  ['en', 'Aisha', 'Rahman'],
  ['en', 'Daniel', 'Keane'],
  ['de', 'Emma', 'Wolff'],
  ['fr', 'Théo', 'Girard'],
  ['pl', 'Jakub', 'Szymański'],
  ['en', 'Laura', 'Pemberton'],
];

interface Person {
  id: number;
  name: string;
  language: Language;
  community: number;
  agent: boolean;
}

/**
 * Three communities, forty people and three hundred tickets over the last ninety days, through the REST API as an
 * administrator in import mode, so that nobody is mailed. Does nothing on a desk that has them.
 */
export async function fillWithDemoData(platform: Desk, note: (text: string) => void): Promise<void> {
  const call = client(platform);
  const existing = (await call('GET', '/api/v1/groups')) as { name: string }[];
  if (existing.some(({ name }) => name === communities[0]?.group)) {
    note('is there already');
    return;
  }
  const dice = random(20_260_101);
  const groupIds: number[] = [];
  for (const { group, organization, domain } of communities) {
    const { id } = (await call('POST', '/api/v1/groups', { name: group, email: `${group} <help@${domain}>` })) as {
      id: number;
    };
    groupIds.push(id);
    await call('POST', '/api/v1/organizations', { name: organization, domain, shared: true });
  }
  await letAdminIn(call, groupIds);
  const team: Person[] = [];
  for (const [i, [language, firstname, lastname]] of people.entries())
    team.push(await addPerson(call, i, language, firstname, lastname));
  note('people are in');
  await fillHelp(call);

  const now = Date.now();
  let made = 0;
  const closed: Closed[] = [];
  const numbers = Array.from({ length: TICKETS }, (_, i) => i);
  // Oldest first, so that numbers grow with time; the dice are rolled before anything runs side by side.
  const plans = numbers.map((i) => plan(dice, team, now - DAYS * DAY_MS + (i * DAYS * DAY_MS) / TICKETS, now));
  for (let at = 0; at < plans.length; at += AT_ONCE) {
    const opened = await Promise.all(plans.slice(at, at + AT_ONCE).map((one) => open(call, one, groupIds)));
    closed.push(...opened.filter((one) => one !== null));
    made = Math.min(plans.length, at + AT_ONCE);
    note(`${made} of ${TICKETS} tickets`);
  }
  await rate(call, dice, groupIds, closed, now);
}

/** Some customers say how it went. Asked for only now: what was closed before is mailed to nobody. */
async function rate(call: Call, dice: () => number, groupIds: number[], closed: Closed[], now: number): Promise<void> {
  for (const id of groupIds) await call('PUT', `/api/v1/groups/${id}`, { ask_rating: true });
  // A month later nobody can say it any more.
  for (const { id, customer } of closed.filter((one) => now - one.at < 29 * DAY_MS)) {
    const mood = dice();
    if (mood > 0.6) continue;
    const score = [1, 2, 3, 4, 4, 4, 5, 5, 5, 5, 5, 5][Math.floor((mood / 0.6) * 12)] ?? 5;
    const comment = ratingComments[customer.language][score < 4 ? 'bad' : 'good'];
    await call('PUT', `/api/v1/tickets/${id}/rating`, { score, comment: dice() < 0.5 ? comment : '' }, customer.id);
  }
}

interface Closed {
  id: number;
  customer: Person;
  /** epoch ms */
  at: number;
}

type Desk = Pick<Platform, 'url' | 'admin'>;
/** @param from  id of whom it is done for */
type Call = (method: string, path: string, body?: object, from?: number) => Promise<unknown>;

function client({ url, admin }: Desk): Call {
  const authorization = `Basic ${Buffer.from(`${admin.email}:${admin.password}`).toString('base64')}`;
  return async (method, path, body, from) => {
    for (let tries = 1; ; tries++) {
      const response = await fetch(url + path, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...(from && { from: String(from) }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.ok) return text ? JSON.parse(text) : undefined;
      // New rights and settings take a moment to reach everybody, and a busy desk may ask for patience.
      if (![403, 409, 429, 503].includes(response.status) || tries === 10) {
        throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100 * tries));
    }
  };
}

async function letAdminIn(call: Call, groupIds: number[]): Promise<void> {
  const me = (await call('GET', '/api/v1/users/me')) as { id: number; group_ids: Record<string, string[]> };
  const added = Object.fromEntries(groupIds.map((id) => [id, ['full']]));
  await call('PUT', `/api/v1/users/${me.id}`, { group_ids: { ...me.group_ids, ...added } });
}

async function addPerson(
  call: Call,
  i: number,
  language: Language,
  firstname: string,
  lastname: string,
): Promise<Person> {
  const agent = i % 5 === 0;
  const community = i % communities.length;
  const place = communities[community] as (typeof communities)[number];
  const plain = (text: string) => text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('ł', 'l').toLowerCase();
  const { id } = (await call('POST', '/api/v1/users', {
    firstname,
    lastname,
    email: `${plain(firstname)}.${plain(lastname)}@${place.domain}`,
    organization: place.organization,
    roles: [agent ? 'Agent' : 'Customer'],
    ...(agent && { groups: { [place.group]: ['full'] } }),
  })) as { id: number };
  return { id, name: `${firstname} ${lastname}`, language, community, agent };
}

/** The knowledge base, published. */
async function fillHelp(call: Call): Promise<void> {
  const base = '/api/v1/knowledge_bases/1';
  await call('PUT', '/api/v1/knowledge_bases/manage/1', { locales: ['en', 'de', 'fr', 'pl'], requests: true });
  const inEach = <T>(texts: Partial<Record<Language, T>>) => Object.entries(texts) as [Language, T][];
  for (const { titles, answers } of helpCategories) {
    const translations = inEach(titles).map(([locale, title]) => ({ locale, title }));
    const category = (await call('POST', `${base}/categories`, { translations })) as { id: number };
    for (const answer of answers) {
      const texts = inEach(answer.titles).map(([locale, title]) => ({
        locale,
        title,
        body: answer.bodies[locale] ?? '',
      }));
      const made = { category_id: category.id, translations: texts };
      const { id } = (await call('POST', `${base}/answers`, made)) as { id: number };
      await call('POST', `${base}/answers/${id}/publish`);
    }
  }
}

interface Plan {
  customer: Person;
  agent: Person;
  owned: boolean;
  priority: number;
  title: string;
  opening: { body: string; type: 'email' | 'phone' | 'web'; at: number };
  turns: { body: string; byAgent: boolean; at: number }[];
  /** State it ends in, and when it came to that. */
  end: { state: string; at: number; pendingTime?: string } | undefined;
}

function plan(dice: () => number, team: Person[], at: number, now: number): Plan {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(dice() * list.length)] as T;
  const customer = pick(team.filter((one) => !one.agent));
  const agent = pick(team.filter((one) => one.agent && one.community === customer.community));
  const story: Story = pick(stories[customer.language]);
  const thing = pick(story.things);
  const { hello, bye } = greetings[customer.language];
  const fill = (text: string) => text.replaceAll('{x}', thing);
  const letter = (text: string, who: Person) => `${hello}\n\n${fill(text)}\n\n${bye}\n${who.name}`;
  // Office hours, more or less.
  const opened = at - (at % DAY_MS) + (7 + dice() * 10) * HOUR_MS;
  const start = Math.min(opened, now - HOUR_MS);
  const turns: Plan['turns'] = [];
  let clock = start;
  const heard = dice() < 0.93 || now - start > 3 * DAY_MS;
  for (const [i, text] of (heard ? story.turns : []).entries()) {
    clock += (0.3 + dice() * (i % 2 === 0 ? 20 : 40)) * HOUR_MS;
    if (clock > now) break;
    const byAgent = i % 2 === 0;
    turns.push({ body: letter(text, byAgent ? agent : customer), byAgent, at: clock });
  }
  const old = now - start > 10 * DAY_MS;
  const fate = dice();
  const closed = turns.length === story.turns.length && (old ? fate < 0.92 : fate < 0.35);
  const pending = !closed && turns.length > 0 && fate > 0.8;
  const endAt = Math.min(clock + dice() * 5 * HOUR_MS, now);
  const reminder = new Date(now + (1 + dice() * 10) * DAY_MS).toISOString();
  return {
    customer,
    agent,
    owned: turns.length > 0,
    priority: pick([1, 2, 2, 2, 2, 2, 3]),
    title: fill(story.title),
    opening: { body: letter(story.ask, customer), type: pick(['email', 'email', 'email', 'web', 'phone']), at: start },
    turns,
    end: closed
      ? { state: 'closed', at: endAt }
      : pending
        ? { state: 'pending reminder', at: endAt, pendingTime: reminder }
        : undefined,
  };
}

/** @returns null where it is not closed */
async function open(call: Call, one: Plan, groupIds: number[]): Promise<Closed | null> {
  const { customer, agent, opening, turns, end } = one;
  const time = (at: number) => new Date(at).toISOString();
  const { id } = (await call('POST', '/api/v1/tickets', {
    title: one.title,
    group_id: groupIds[customer.community],
    customer_id: customer.id,
    priority_id: one.priority,
    created_at: time(opening.at),
    article: {
      body: opening.body,
      type: opening.type,
      sender: 'Customer',
      from: customer.name,
      origin_by_id: customer.id,
    },
  })) as { id: number };
  for (const [i, { body, byAgent, at }] of turns.entries()) {
    const who = byAgent ? agent : customer;
    await call('PUT', `/api/v1/tickets/${id}`, {
      ...(i === 0 && one.owned && { owner_id: agent.id }),
      article: {
        body,
        type: 'email',
        sender: byAgent ? 'Agent' : 'Customer',
        from: who.name,
        origin_by_id: who.id,
        created_at: time(at),
      },
    });
  }
  if (!end) return null;
  const pending = end.pendingTime && { pending_time: end.pendingTime };
  await call('PUT', `/api/v1/tickets/${id}`, { state: end.state, ...pending, created_at: time(end.at) });
  return end.state === 'closed' ? { id, customer, at: end.at } : null;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32): every demo desk looks alike. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
