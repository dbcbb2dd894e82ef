import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type CanonicalState, peers, ticketUpdated } from '@helpmesh/contracts';
import { SystemClock } from '@helpmesh/kernel';
import { SafeFetch } from '@helpmesh/service-kit';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PeerAdapter, PeerFile, WouldSend } from '../src/application/foreign/ports.ts';
import { stateFromPeer } from '../src/domain/codes/states.ts';
import { saysTheSame } from '../src/domain/foreign/own-text.ts';
import { adaptersBy } from '../src/peer/adapters/all.ts';
import { Desk } from './desk.ts';
import { type Dialect, FakeDesk, type FakeTicket, type Who } from './fakes/core.ts';
import { freshdesk } from './fakes/freshdesk.ts';
import { ggus } from './fakes/ggus.ts';
import { gitlab } from './fakes/gitlab.ts';
import { itop } from './fakes/itop.ts';
import { jira } from './fakes/jira.ts';
import { zammad } from './fakes/zammad.ts';
import { znuny } from './fakes/znuny.ts';
import { Shared } from './shared.ts';

/** What every adapter has to do, whatever it speaks. Words are the software's own. */
const rows = [
  {
    ...{ kind: 'zammad', dialect: zammad, queue: 'EOSC', signIn: 'token', says: 'No lookup value' },
    ...{ waiting: 'pending reminder', over: 'closed', urgent: '3 high' },
  },
  {
    ...{ kind: 'freshdesk', dialect: freshdesk, queue: 'EOSC', signIn: 'token', says: 'It should be one of' },
    ...{ waiting: '6', over: '4', urgent: '3' },
  },
  {
    ...{ kind: 'gitlab', dialect: gitlab, queue: 'eosc/desk', signIn: 'token', says: 'is invalid' },
    ...{
      waiting: 'opened',
      over: 'closed',
      urgent: '',
      labels: { waiting: 'waiting for reply', urgent: 'priority::high' },
    },
  },
  {
    ...{
      kind: 'jira',
      dialect: jira,
      queue: 'SUP/Get IT help',
      signIn: 'password',
      says: 'priority selected is invalid',
    },
    ...{ waiting: 'Waiting for customer', over: 'Resolved', urgent: 'High' },
  },
  {
    ...{ kind: 'znuny', dialect: znuny, queue: 'EOSC', signIn: 'password', says: 'parameter is invalid' },
    ...{
      waiting: 'pending reminder',
      over: 'closed successful',
      urgent: '4 high',
      path: '/otrs/nph-genericinterface.pl/Webservice/Helpmesh',
    },
  },
  {
    ...{ kind: 'itop', dialect: itop, queue: 'EOSC', signIn: 'password', says: 'title: mandatory' },
    ...{ waiting: 'pending', over: 'resolved', urgent: '2' },
  },
  {
    ...{ kind: 'ggus', dialect: ggus, queue: 'EOSC', signIn: 'password', says: 'cannot be blank' },
    ...{ waiting: 'waiting for reply', over: 'solved', urgent: 'very urgent', path: '/arsys/services/ARService' },
  },
] as const satisfies readonly Row[];

interface Row {
  kind: Exclude<Parameters<typeof adapterKind>[0], 'rt'>;
  dialect: Dialect;
  queue: string;
  signIn: 'token' | 'password';
  /** Words of a refusal. */
  says: string;
  waiting: string;
  over: string;
  urgent: string;
  /** Where states and priorities are labels. */
  labels?: { waiting: string; urgent: string };
  path?: string;
}
const adapterKind = (kind: keyof ReturnType<typeof adaptersBy>) => kind;

const call = { signal: AbortSignal.timeout(60_000) };
const safe = new SafeFetch({ allowedPrivateHosts: '127.0.0.1' });
const all = adaptersBy(safe, new SystemClock());
const mark = 'https://desk.example/?shared=0190f5a8-7c39-7b5e-8b55-6d1d1ad2c0a1#ticket/zoom/5';
afterAll(() => safe.close());

function adapterOf({ kind, queue, signIn, ...rest }: Row, fake: FakeDesk, over = {}): PeerAdapter {
  const path = rest.path ?? '';
  const words = { states: {}, priorities: {} };
  const settings = { queue, signIn, account: 'bridge', pollSeconds: 30, ...words, secret: fake.secret };
  return all[kind]({ ...settings, node: `${fake.node}${path}`, ...over });
}

describe.each(rows)('the adapter of $kind', (row: Row) => {
  let fake: FakeDesk;
  let adapter: PeerAdapter;
  beforeAll(async () => {
    fake = await new FakeDesk(row.dialect).start();
    adapter = adapterOf(row, fake);
  });
  afterAll(() => fake.close());
  const idOf = async (title: string) => {
    const found = await adapter.listChanged(JSON.stringify({ since: 0, seen: {} }), call);
    for (const id of found.ids) if ((await adapter.getTicket(id, call)).words.subject === title) return id;
    throw new Error(`${title} was not found`);
  };

  it('says who answers, and what is wrong with the settings', async () => {
    expect((await adapter.check(call)).product.toLowerCase()).toContain(row.kind === 'jira' ? 'jira' : row.kind);
    await expect(adapterOf(row, fake, { secret: 'wrong' }).check(call)).rejects.toMatchObject({
      code: 'peer.token-refused',
    });
  });

  it('finds what it has made by its mark, and does not take it for somebody else’s', async () => {
    const first = { format: 'text/plain' as const, body: 'Hallo\n/close @all' };
    const { states, priorities } = adapter.tables;
    const words = { subject: 'Marked', state: states.new, priority: priorities.normal, owner: null, tags: [] };
    const id = await adapter.createTicket({ words, mark, first }, call);
    expect(await adapter.findByCorrelation(mark, call)).toBe(id);
    expect(await adapter.findByCorrelation(mark.replace('6d1d', '7d1d'), call)).toBeNull();
    expect(await adapter.correlationOf(id, call)).toBe(mark);
    const [entry] = await adapter.listEntries(id, () => false, call);
    expect(entry?.own).toBe(true);
    expect(entry?.body.replace(/<[^>]*>/g, '')).toMatch(/^Hallo\s*\/close @all\s*$/);
    await fake.change(fake.tickets.length, { queue: 'Elsewhere' });
    await expect(adapter.getTicket(id, call)).rejects.toMatchObject({ code: 'peer.unshared' });
    fake.tickets.pop();
  });

  it('shows what it would write, in its own shape and without the secret, and writes nothing', async () => {
    const dry = adapterOf(row, fake, { dry: true });
    const { states, priorities } = adapter.tables;
    const words = { subject: 'Only shown', state: states.new, priority: priorities.normal, owner: null, tags: [] };
    const first = { format: 'text/plain' as const, body: 'Hallo' };
    const { writes } = fake;
    const thrown: unknown = await dry.createTicket({ words, mark, first }, call).catch((error: unknown) => error);
    const { request } = thrown as WouldSend;
    expect(request.method).toBe('POST');
    for (const word of ['Only shown', 'Hallo', mark.slice(0, 60)]) expect(request.body).toContain(word);
    for (const proof of [fake.secret, ...fake.sessions]) expect(JSON.stringify(request)).not.toContain(proof);
    expect([fake.writes, fake.tickets.length]).toEqual([writes, 0]);
  });

  it('says each state so that it is read as it was meant', async () => {
    const { title } = fake.open('States', row.kind === 'gitlab' ? {} : {});
    const id = await idOf(title);
    const { states, also } = adapter.tables;
    const order: CanonicalState[] = [
      'in_progress',
      'waiting_requester',
      'on_hold',
      'solved',
      'reopened',
      'in_progress',
    ];
    for (const state of [...order, 'unsolved', 'solved', 'closed'] as const) {
      await adapter.updateTicket(id, { state: states[state] }, call);
      const { words } = await adapter.getTicket(id, call);
      expect([state, stateFromPeer(states, words.state, state, also)]).toEqual([state, state]);
    }
    fake.tickets.pop();
  });

  it('reads all pages', async () => {
    const cursor = (await adapter.listChanged(null, call)).cursor;
    const long = fake.open('Long');
    for (let i = 1; i <= 230; i++) fake.say(long.id, `word ${i}`, { internal: i % 10 === 0 });
    for (let i = 1; i <= 430; i++) fake.open(`Many ${i}`);
    // What is changed in the second of the look comes once more.
    fake.now();
    const changes = await adapter.listChanged(cursor, call);
    expect(new Set(changes.ids).size).toBe(431);
    expect((await adapter.listChanged(changes.cursor, call)).ids).toEqual([]);
    const id = await idOf('Long');
    const entries = await adapter.listEntries(id, () => false, call);
    const words = entries.map(({ body }) => /word \d+/.exec(body)?.[0]);
    expect(words).toHaveLength(207);
    expect([words[0], words.at(-1)]).toEqual(['word 1', 'word 229']);
    const known = new Set(entries.slice(0, 200).map((one) => one.id));
    expect(await adapter.listEntries(id, (one) => known.has(one), call)).toHaveLength(7);
    fake.tickets.splice(fake.tickets.indexOf(long));
  });

  it('tells every no apart, also one that comes with the status of a yes', async () => {
    const { title } = fake.open('Troubles');
    const id = await idOf(title);
    const write = () => adapter.addEntry(id, { format: 'text/plain', body: 'x' }, call);
    fake.troubles.push('refuse', 'throttle', 'page', 'down', 'lose');
    await expect(write()).rejects.toMatchObject({ code: 'peer.refused', detail: expect.stringContaining(row.says) });
    await expect(write()).rejects.toMatchObject({ code: 'peer.throttled', members: { retryAfterMs: 1_000 } });
    await expect(write()).rejects.toMatchObject({ code: 'peer.unreadable' });
    await expect(write()).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(write()).rejects.toMatchObject({ code: 'net.unreachable' });
    await expect(adapter.getTicket(id.replace(/\d+$/, '99999'), call)).rejects.toMatchObject({ kind: 'not-found' });
    fake.tickets.pop();
  });
});

describe.each(rows.filter(({ kind }) => kind !== 'ggus'))('the files of $kind', (row: Row) => {
  const photo = { filename: 'Foto ü.png', mediaType: 'image/png', bytes: Buffer.from([0, 255, 137, 10, 13]) };
  const log = { filename: 'log.txt', mediaType: 'text/plain', bytes: Buffer.from('Grüße') };
  const plain = ({ filename, bytes }: { filename: string; bytes: Buffer }) => [filename, bytes.toString('hex')];
  let fake: FakeDesk;
  let adapter: PeerAdapter;
  beforeAll(async () => {
    fake = await new FakeDesk(row.dialect).start();
    adapter = adapterOf(row, fake);
  });
  afterAll(() => fake.close());

  it('come with the comments that they belong to, and those of internal ones do not', async () => {
    const there = fake.open('With files');
    fake.now();
    fake.say(there.id, 'see these', { files: [photo, log] });
    fake.say(there.id, 'between us', { internal: true, files: [{ ...log, filename: 'secret.txt' }] });
    const { ids } = await adapter.listChanged(JSON.stringify({ since: 0, seen: {} }), call);
    const entries = await adapter.listEntries(ids[0] as string, () => false, call);
    const files = entries.flatMap((entry) => entry.files as PeerFile[]);
    expect(files.map(({ filename }) => filename)).toEqual(['Foto ü.png', 'log.txt']);
    const sizes = files.flatMap(({ size }) => size ?? []);
    expect([[], [5, 7]]).toContainEqual(sizes);
    const read: string[][] = [];
    for (const { id, filename } of files) {
      const take = async (bytes: Readable | Uint8Array) => {
        read.push(plain({ filename, bytes: bytes instanceof Uint8Array ? Buffer.from(bytes) : await buffer(bytes) }));
      };
      await adapter.getFile?.(id, { maxBytes: 1_000, take }, call);
    }
    expect(read).toEqual([photo, log].map(plain));
  });

  it('are written with a comment, and with what a ticket begins with', async () => {
    const first = { format: 'text/plain' as const, body: 'Hallo', files: [photo] };
    const { states, priorities } = adapter.tables;
    const words = { subject: 'Marked', state: states.new, priority: priorities.normal, owner: null, tags: ['a', 'b'] };
    const id = await adapter.createTicket({ words, mark, first }, call);
    // Where files belong to the ticket they are written after it, and after a comment.
    const beside = async (files: (typeof photo)[]) => {
      for (const file of files) await adapter.addFile?.(id, file, call);
    };
    await beside(first.files);
    const made = fake.tickets.at(-1) as FakeTicket;
    const kept = () => [...made.files, ...made.entries.flatMap(({ files }) => files)].map(plain);
    expect(kept()).toEqual([plain(photo)]);
    const said = { format: 'text/plain' as const, body: 'and this', files: [log, photo] };
    const entryId = await adapter.addEntry(id, said, call);
    await beside(said.files);
    expect(kept()).toEqual([photo, log, photo].map(plain));
    const own = (await adapter.listEntries(id, () => false, call)).find((entry) => entry.id === entryId);
    expect(own?.own).toBe(true);
    expect(saysTheSame(own?.body ?? '', said.body)).toBe(true);
  });
});

it('signs in at Znuny again when a session has ended', async () => {
  const fake = await new FakeDesk(znuny).start();
  const row = rows.find(({ kind }) => kind === 'znuny') as Row;
  const adapter = adapterOf(row, fake);
  fake.open('One');
  await adapter.check(call);
  await adapterOf(row, fake).check(call);
  expect(fake.sessions.size).toBe(1);
  const [ended] = fake.sessions;
  fake.sessions.clear();
  expect((await adapter.listChanged(JSON.stringify({ since: 0, seen: {} }), call)).ids).toEqual(['1']);
  expect(fake.sessions.has(ended ?? '')).toBe(false);
  fake.close();
});

describe('a helpdesk that is kept equal', { timeout: 180_000 }, () => {
  const desk = new Desk(rows.length);
  beforeAll(() => desk.start(), 60_000);
  afterAll(() => desk.stop());
  const here = (id: number) => desk.tickets.rows.get(id) as NonNullable<ReturnType<typeof desk.tickets.rows.get>>;
  const bodies = (id: number) => here(id).articles.map(({ body }) => body.replace(/<[^>]*>/g, ''));

  it.concurrent.each(rows.map((row, i) => ({ row: row as Row, kind: row.kind, groupId: i + 1 })))(
    'with $kind: both sides say the same, secrets stay, nothing comes back, nothing is doubled',
    async ({ row, groupId }) => {
      const { kind, dialect, queue, signIn: sign_in, path = '', labels } = row;
      const fake = await new FakeDesk(dialect).start();
      const words = (ticket: FakeTicket) => ticket.entries.map(({ body }) => body.replace(/<[^>]*>/g, ''));
      const setState = (ticket: FakeTicket, state: string, label?: string) =>
        fake.change(ticket.id, { state, ...(label && { labels: [...ticket.labels, label] }) });
      const until = <T>(what: string, is: () => T) => waitFor(is, { what: `${what} at ${kind}`, timeoutMs: 120_000 });
      try {
        fake.open(`Older ${kind}`, { text: 'old' });
        const peer = await Shared.with(
          desk,
          { name: kind, node: `${fake.node}${path}`, secret: fake.secret, groupId },
          { kind, queue, account: 'bridge', sign_in },
        );

        // From here.
        const mine = await desk.open(`Mine ${kind}`, { groupId });
        await desk.tickets.say(mine, 'It burns\n/close', { sender: 'Customer', author: 'Zoë Müller' });
        await desk.tickets.say(mine, 'psst', { internal: true });
        const there = await until('a copy', () => fake.tickets.find(({ title }) => title === `Mine ${kind}`));
        await peer.quiet();
        const said = [there.text, ...words(there)].join('\n');
        expect(said).toContain('It burns');
        expect(said).toContain('Zoë Müller');
        expect(said).not.toContain('psst');
        fake.say(there.id, 'Which floor?');
        fake.say(there.id, 'between us', { internal: true });
        setState(there, row.waiting, labels?.waiting);
        fake.change(there.id, labels ? { labels: [...there.labels, labels.urgent] } : { priority: row.urgent });
        await peer.look();
        await until('the state', () => here(mine).stateType === 'pending reminder');
        await peer.quiet();
        expect(here(mine).priority).toBe('3 high');
        expect(bodies(mine)).toEqual(['It burns\n/close', 'psst', 'Which floor?']);
        const { writes } = fake;
        await peer.look();
        await peer.quiet();
        expect([fake.writes, bodies(mine).length]).toEqual([writes, 3]);

        // From there.
        const theirs = fake.open(`Theirs ${kind}`, { text: entryAtFirst(kind) ? '' : 'Hallo' });
        if (entryAtFirst(kind)) fake.say(theirs.id, 'Hallo', { who: 'ivo' as Who });
        await peer.look();
        const copy = await peer.arrived(`Theirs ${kind}`);
        await until('the words', () => bodies(copy).length === 1);
        expect([bodies(copy), here(copy).stateType]).toEqual([['Hallo'], 'new']);
        fake.troubles.push('refuse', 'lose', 'throttle', 'page');
        await desk.tickets.say(copy, 'on our way');
        await desk.tickets.change(copy, { stateType: 'closed' });
        await until('the state there', () => theirs.state === row.over);
        await peer.quiet();
        const ours = words(theirs).filter((text) => text.includes('on our way'));
        expect(ours).toHaveLength(1);
        await peer.look();
        await peer.quiet();
        expect(bodies(copy)).toEqual(['Hallo', 'on our way']);
        expect(fake.tickets.map(({ title }) => title)).toEqual([`Older ${kind}`, `Mine ${kind}`, `Theirs ${kind}`]);
        expect([...desk.tickets.rows.values()].some(({ title }) => title === `Older ${kind}`)).toBe(false);

        // What is wrong is said, and who says it.
        await peer.keepSecret('wrong');
        await desk.tickets.say(copy, 'not heard');
        await waitFor(async () => (await peer.standing())?.last_error?.includes(new URL(fake.node).host), {
          ...{ what: 'the trouble to be told', timeoutMs: 60_000, everyMs: 100 },
        });
        await peer.keepSecret(fake.secret);
        await until('the words', () => words(theirs).join().includes('not heard'));
        await peer.quiet();
        expect((await desk.ask(peers.list, {})).find(({ id }) => id === peer.peerId)).toMatchObject({
          last_error: null,
        });
      } finally {
        fake.close();
      }
    },
  );
});

describe('a ticket that is being opened at another helpdesk', () => {
  const desk = new Desk(3);
  beforeAll(() => desk.start(), 60_000);
  afterAll(() => desk.stop());

  it('has the files that it begins with although the line to Jira broke before they were attached', async () => {
    const fake = await new FakeDesk(jira).start();
    let cuts = 0;
    fake.before = ({ url }) => {
      // Once before anything is attached, and once when that was done and nobody heard of it.
      const trouble = url.pathname.endsWith('/attachment') && (['down', 'lose'] as const)[cuts++];
      if (trouble) fake.troubles.push(trouble);
    };
    const peer = await Shared.with(
      desk,
      { name: 'jira', node: fake.node, secret: fake.secret, groupId: 1 },
      { kind: 'jira', queue: 'SUP/Get IT help', account: 'bridge', sign_in: 'password' },
    );
    const files = [await desk.file('log.txt', 'Grüße'), await desk.file('photo.png', 'png', 'image/png')];
    const id = await desk.open('Cut off', { groupId: 1, first: { body: 'It burns', over: { files } } });
    const kept = () => fake.tickets.flatMap((one) => [...one.files, ...one.entries.flatMap((entry) => entry.files)]);
    await waitFor(() => cuts > 2 || (cuts === 2 && kept().length > 0), { what: 'the files', timeoutMs: 60_000 });
    await peer.quiet();
    await peer.look();
    await peer.quiet();
    expect([fake.tickets.length, ...kept().map(({ filename, bytes }) => [filename, bytes.toString()])]).toEqual([
      ...[1, ['log.txt', 'Grüße'], ['photo.png', 'png']],
    ]);
    expect(desk.tickets.rows.get(id)?.articles).toHaveLength(1);
    fake.close();
  }, 120_000);

  it('has its files at iTop once although an answer was lost, and theirs come here', async () => {
    const fake = await new FakeDesk(itop).start();
    let cuts = 0;
    fake.before = ({ body }) => {
      if (/core%2Fcreate/.test(body) && /Attachment/.test(body) && cuts++ === 0) fake.troubles.push('lose');
    };
    const peer = await Shared.with(
      desk,
      { name: 'itop', node: fake.node, secret: fake.secret, groupId: 3 },
      { kind: 'itop', queue: 'EOSC', account: 'bridge', sign_in: 'password' },
    );
    const files = [await desk.file('log.txt', 'Grüße'), await desk.file('photo.png', 'png', 'image/png')];
    const id = await desk.open('Files beside', { groupId: 3, first: { body: 'It burns', over: { files } } });
    const there = () => fake.tickets[0]?.files.map(({ filename }) => filename) ?? [];
    await waitFor(() => there().length > 1, { what: 'the files', timeoutMs: 60_000 });
    await peer.quiet();
    fake.tickets[0]?.files.push(
      fake.keep({ filename: 'plan.pdf', mediaType: 'application/pdf', bytes: Buffer.from('%') }),
    );
    fake.say(1, 'see the plan');
    await peer.look();
    const articles = () => desk.tickets.rows.get(id)?.articles ?? [];
    await waitFor(() => articles().some((one) => one.files.some(({ filename }) => filename === 'plan.pdf')), {
      ...{ what: 'their file', timeoutMs: 60_000 },
    });
    await desk.tickets.say(id, 'thanks', { files: [await desk.file('ours.txt', 'more')] });
    await waitFor(() => there().length > 3, { what: 'another file', timeoutMs: 60_000 });
    await peer.quiet();
    await peer.look();
    await peer.quiet();
    expect(there()).toEqual(['log.txt', 'photo.png', 'plan.pdf', 'ours.txt']);
    expect(articles().map(({ body, files: held }) => [body, ...held.map(({ filename }) => filename)])).toEqual([
      ...[['It burns', 'log.txt', 'photo.png'], ['see the plan'], ['', 'plan.pdf'], ['thanks', 'ours.txt']],
    ]);
    fake.close();
  }, 120_000);

  it('stays as agents of a Zammad decide before it was read there for the first time', async () => {
    const fake = await new FakeDesk(zammad).start();
    fake.before = ({ method, url }) => {
      const [made] = fake.tickets;
      if (method !== 'GET' || !made || url.pathname !== `/api/v1/tickets/${made.id}`) return;
      fake.before = undefined;
      fake.change(made.id, { state: 'closed', labels: [...made.labels, 'theirs'] });
    };
    const peer = await Shared.with(
      desk,
      { name: 'zammad', node: fake.node, secret: fake.secret, groupId: 2 },
      { kind: 'zammad', queue: 'EOSC' },
    );
    const id = desk.tickets.open('Decided there', { groupId: 2 });
    await desk.tickets.change(id, { tags: ['ours'] });
    const row = () => desk.tickets.rows.get(id);
    await desk.others.say(ticketUpdated, desk.told(id, { group_id: { from: 1, to: 2 } }), { aggregateId: id });
    await waitFor(() => fake.before === undefined, { what: 'their word', timeoutMs: 60_000 });
    await peer.look();
    await waitFor(() => row()?.stateType === 'closed', { what: 'their word here', timeoutMs: 60_000 });
    await peer.quiet();
    expect(row()?.tags).toEqual(['ours', 'theirs']);
    expect(fake.tickets).toMatchObject([{ state: 'closed', labels: ['ours', 'theirs'] }]);
    fake.close();
  }, 120_000);
});

/** Whether what a ticket begins with is a comment as all others. */
function entryAtFirst(kind: string): boolean {
  return ['zammad', 'znuny'].includes(kind);
}
