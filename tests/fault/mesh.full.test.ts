import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../e2e/desk.ts';
import { type TestPlatform, testPlatform } from '../e2e/platform.ts';
import { inParallel, tellLogsOfFailures } from './load.ts';
import { MeshLine } from './mesh-line.ts';
import { patience, waitPatience } from './scale.ts';

/** Two whole platforms at once. The short form is the storm of the federation service's own tests. */
const tickets = Number(process.env.MESH_TICKETS ?? 1_000);
const edits = tickets * 3;
const probes = Math.min(tickets, 200);
/** Group of the agreement on both sides. */
const SHARED = 2;

interface Side {
  desk: TestPlatform;
  line: MeshLine;
}
/** A ticket at both. */
type Pair = [number, number];

const sides: Side[] = [];
const kills: string[] = [];
tellLogsOfFailures(() => sides[0]?.desk);
tellLogsOfFailures(() => sides[1]?.desk);

beforeAll(async () => {
  const lines = [await new MeshLine().start(), await new MeshLine().start()];
  for (const line of lines) {
    const federation = { HELPMESH_PUBLIC_URL: line.node, HELPMESH_ALLOWED_PRIVATE_HOSTS: 'localhost' };
    const desk = await testPlatform({ federation, gateway: { HELPMESH_RATE_LIMIT_PER_SECOND: '0' } });
    line.to = desk.platform.url;
    sides.push({ desk, line });
  }
  const ids: number[] = [];
  const tokens: string[] = [];
  for (const [i, { desk }] of sides.entries()) {
    const { id } = await desk.admin.post('/api/v1/federation/peers', { name: 'The other', node: lines[1 - i]?.node });
    ids.push(id);
    tokens.push((await desk.admin.post(`/api/v1/federation/peers/${id}/tokens`, {})).token);
  }
  for (const [i, { desk }] of sides.entries()) {
    await desk.admin.put(`/api/v1/federation/peers/${ids[i]}/token`, { token: tokens[1 - i] });
    const agreement = { kind: 'full', name: 'Together', group_id: SHARED, peer_id: ids[i], disclosure: 'name+email' };
    await desk.admin.post('/api/v1/agreements', agreement);
  }
}, 300_000);
afterAll(async () => {
  for (const { desk, line } of sides) {
    await desk.platform.stop();
    line.close();
  }
});

const at = (side: number) => (sides[side] as Side).desk;

/** Until it is done: who sends it twice by one key does it once. */
async function surely(side: number, method: string, path: string, body: object): Promise<Json> {
  const headers = { 'Idempotency-Key': randomUUID() };
  return waitFor(
    async () => {
      const answer = await at(side).admin.call(method, path, body, headers);
      if (answer.status < 300) return answer.body ?? true;
      // Its service was killed after the effect and before the answer.
      if (answer.status === 409 && /carried out before/.test(JSON.stringify(answer.body))) return true;
      // Another change came first, or a service is away.
      if ([409, 412, 429, 503].includes(answer.status)) return undefined;
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    },
    { what: `${method} ${path}`, timeoutMs: 120_000, everyMs: 200 },
  );
}

const say = (side: number, id: number, body: string) =>
  surely(side, 'POST', '/api/v1/ticket_articles', { ticket_id: id, type: 'web', content_type: 'text/plain', body });

/** Every shared ticket of a side by its title. */
async function all(side: number): Promise<Map<string, Json>> {
  const found = new Map<string, Json>();
  for (let page = 1; ; page++) {
    const rows: Json[] = await at(side).admin.get(`/api/v1/tickets?expand=true&per_page=100&page=${page}`);
    for (const row of rows) {
      if (!row.title.startsWith('Mesh ')) continue;
      expect(found.has(row.title), `${row.title} is there twice`).toBe(false);
      found.set(row.title, row);
    }
    if (rows.length < 100) return found;
  }
}

async function waiting(): Promise<number> {
  let sum = 0;
  for (const { desk } of sides) {
    for (const peer of await desk.admin.get('/api/v1/federation/peers')) {
      sum += peer.waiting + peer.queued_in + peer.queued_out;
    }
  }
  return sum;
}

/** What still waits after an error, by the error. */
async function troubles(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { desk } of sides) {
    for (const { id } of await desk.admin.get('/api/v1/federation/peers')) {
      const rows: Json[] = await desk.admin.get(`/api/v1/federation/peers/${id}/tickets?per_page=500`);
      for (const { error, attempts } of rows) {
        const what = `${error ?? 'no error'}${attempts > 2 ? `, ${attempts} times` : ''}`;
        found[what] = (found[what] ?? 0) + 1;
      }
    }
  }
  return found;
}

/** One desk is looked at after the other, and a message may pass between two looks: only several in a row tell. */
async function rest(what: string): Promise<void> {
  let looks = 0;
  const still = async () => {
    looks = (await waiting()) === 0 ? looks + 1 : 0;
    return looks === 3;
  };
  await waitFor(still, { what, timeoutMs: waitPatience, everyMs: 500 });
}

async function pairs(): Promise<Pair[]> {
  const [here, there] = await Promise.all([all(0), all(1)]);
  return [...here].map(([title, { id }]) => [id, there.get(title)?.id] as Pair);
}

/** One thing that a person does somewhere. */
async function edit(n: number, list: readonly Pair[], said: Map<string, Pair>): Promise<void> {
  const side = Math.random() < 0.5 ? 0 : 1;
  const pair = list[Math.floor(Math.random() * list.length)] as Pair;
  const kind = Math.floor(Math.random() * 4);
  const path = `/api/v1/tickets/${pair[side]}`;
  if (kind === 0) {
    const word = `word ${n}.`;
    await say(side, pair[side], word);
    said.set(word, pair);
  } else if (kind === 1) {
    await surely(side, 'PUT', path, { priority: ['1 low', '2 normal', '3 high'][n % 3] });
  } else if (kind === 2) {
    await surely(side, 'PUT', path, { state: ['open', 'closed', 'new'][n % 3] });
  } else {
    await surely(side, 'POST', '/api/v1/tags/add', { object: 'Ticket', o_id: pair[side], item: `t${n % 7}` });
  }
}

/** Cuts lines and kills services, one thing after the other, until it is told to stop. */
async function storm(until: { over: boolean }): Promise<void> {
  const names = ['federation', 'ticket', 'gateway'] as const;
  for (let n = 0; !until.over; n++) {
    const { line, desk } = sides[n % 2] as Side;
    line.cut = true;
    await pause(1_000 + Math.random() * 3_000);
    line.cut = false;
    const name = names[Math.floor(n / 2) % names.length] as (typeof names)[number];
    const service = desk.platform.services[name];
    const before = service.restarts;
    service.kill('SIGKILL');
    kills.push(name);
    await waitFor(() => service.restarts > before, { what: `${name} to be back`, timeoutMs: 60_000 });
    await pause(2_000);
  }
}

const wordsOf = async (side: number, id: number) => {
  const articles = await at(side).admin.articlesOf(id);
  return articles
    .map(({ body }: Json) => /(?:word|probe|opened) [\d.]+/.exec(body)?.[0])
    .filter((word) => word !== undefined)
    .sort();
};

function p95(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;
}

it(
  'F16, S13, S31: two helpdesks are equal in the end although links were cut, services killed and messages doubled',
  async () => {
    const began = performance.now();
    const seconds = () => ((performance.now() - began) / 1000).toFixed(0);
    for (const { line } of sides) line.trouble = { twice: 0.2, lose: 0.1 };
    await inParallel(Array(tickets).keys(), 4, async (n) => {
      await surely(n % 2, 'POST', '/api/v1/tickets', {
        ...{ title: `Mesh ${n}`, group_id: SHARED, customer: `guess:c${n % 50}@customer.example` },
        article: { type: 'phone', sender: 'Customer', body: `opened ${n}.` },
      });
    });
    await rest('every ticket to be at both');
    const list = await pairs();
    expect(list.filter(([, there]) => there !== undefined)).toHaveLength(tickets);
    process.stdout.write(`F16: ${tickets} tickets at both helpdesks after ${seconds()} s\n`);

    const said = new Map<string, Pair>();
    const until = { over: false };
    const storming = storm(until);
    await inParallel(Array(edits).keys(), 4, (n) => edit(n, list, said));
    until.over = true;
    await storming;
    for (const { line } of sides) line.trouble = { twice: 0, lose: 0 };
    const healed = performance.now();
    process.stdout.write(`F16: when the lines were whole again: ${JSON.stringify(await troubles())}\n`);
    // What people write from then on, ten times in a second, while all the rest is made up for.
    await Promise.all(
      Array.from({ length: probes }, async (_, n) => {
        await pause(n * 100);
        const pair = list[n % list.length] as Pair;
        const word = `probe ${n}.`;
        await say(n % 2, pair[n % 2 === 0 ? 0 : 1], word);
        said.set(word, pair);
      }),
    );
    await rest('both to rest');
    const settled = ((performance.now() - healed) / 1000).toFixed(1);

    const [here, there] = await Promise.all([all(0), all(1)]);
    expect([here.size, there.size]).toEqual([tickets, tickets]);
    const differing: string[] = [];
    const wrong: string[] = [];
    const lags: number[] = [];
    const titles = new Map([...here].map(([title, { id }]) => [id, title]));
    await inParallel(list, 4, async ([one, other]) => {
      const title = titles.get(one) as string;
      const rows = [here.get(title), there.get(title)].map((row) => [row?.state, row?.priority, row?.customer]);
      const tags = await Promise.all(
        [one, other].map((id, side) => at(side).admin.get(`/api/v1/tags?object=Ticket&o_id=${id}`)),
      );
      const sorted = tags.map((answer: Json) => [...answer.tags].sort());
      const [oneStands, otherStands] = [0, 1].map((side) => JSON.stringify([rows[side], sorted[side]]));
      if (oneStands !== otherStands) differing.push(`${title}: ${oneStands} and ${otherStands}`);
      const expected = [...said].filter(([, pair]) => pair[0] === one).map(([word]) => word);
      expected.push(`opened ${title.slice(5)}.`);
      for (const [side, id] of [one, other].entries()) {
        const words = await wordsOf(side, id);
        if (JSON.stringify(words) !== JSON.stringify(expected.sort())) wrong.push(`${title} at ${side}: ${words}`);
      }
      const [ours, theirs] = await Promise.all([at(0).admin.articlesOf(one), at(1).admin.articlesOf(other)]);
      for (const { body, created_at } of ours.filter((article: Json) => /probe \d/.test(article.body))) {
        const twin = theirs.find((article: Json) => article.body === body);
        if (twin) lags.push(Math.abs(Date.parse(twin.created_at) - Date.parse(created_at)));
      }
    });
    const passed = sides.reduce((sum, { line }) => sum + line.passed, 0);
    const doubled = sides.reduce((sum, { line }) => sum + line.doubled, 0);
    process.stdout.write(
      `F16: ${tickets} tickets, ${edits} edits, ${kills.length} kills (${kills.join(', ')}), ${passed} calls, ${doubled} doubled: ` +
        `${differing.length} differ, ${wrong.length} with lost or doubled words; after healing lag p95 ${p95(lags)} ms ` +
        `of ${lags.length}, all at rest after ${settled} s; ${seconds()} s in all\n`,
    );
    expect({ differing, wrong }).toEqual({ differing: [], wrong: [] });
    expect(lags).toHaveLength(probes);
    expect(p95(lags)).toBeLessThan(5_000);
  },
  patience,
);
