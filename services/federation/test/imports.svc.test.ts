import { imports } from '@helpmesh/contracts';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';
import { FakeDesk } from './fakes/core.ts';
import { freshdesk } from './fakes/freshdesk.ts';
import { zammad } from './fakes/zammad.ts';

const rows = [
  { kind: 'zammad', dialect: zammad, over: 'closed', waiting: 'pending reminder', strange: 'parts ordered' },
  { kind: 'freshdesk', dialect: freshdesk, over: '5', waiting: '3', strange: '12' },
] as const;

describe.each(rows)('an import from $kind', { timeout: 120_000 }, ({ kind, dialect, over, waiting, strange }) => {
  const desk = new Desk();
  const there = new FakeDesk(dialect);
  let id: number;
  beforeAll(async () => {
    await Promise.all([desk.start(), there.start()]);
    const photo = { filename: 'photo ü.png', mediaType: 'image/png', bytes: Buffer.from([0, 255, 137, 10]) };
    const lost = { filename: 'lost.txt', mediaType: 'text/plain', bytes: Buffer.from('x') };
    const portal = there.open('The portal is shut', {
      ...{
        state: over,
        priority: kind === 'zammad' ? '3 high' : '3',
        owner: 'nora',
        labels: ['portal'],
        text: 'Since today',
      },
    });
    there.say(portal.id, 'Since this morning', { who: 'ivo', files: [photo, lost] });
    there.say(portal.id, 'between us', { internal: true });
    there.say(portal.id, 'Mended.');
    there.change(portal.id, {});
    for (const entry of portal.entries) entry.files = entry.files.filter(({ filename }) => filename !== 'lost.txt');
    there.open('Elsewhere', { queue: 'Users', state: waiting });
    there.open('Strange', { state: strange });
    if (kind === 'zammad') there.open('Twice', { state: 'merged' });
  }, 60_000);
  afterAll(async () => {
    await desk.stop();
    there.close();
  });
  const ask = <K extends keyof typeof imports>(what: K, input: object = {}, permissions = ['admin']) =>
    desk.ask(imports[what], { params: { id }, ...input }, permissions);
  const ends = async (...states: string[]) =>
    waitFor(
      async () => {
        const one = await ask('get');
        return states.includes(one.state) && one;
      },
      { what: `an import that is ${states.join(' or ')}`, timeoutMs: 60_000 },
    );
  const start = async (doing: 'dry-run' | 'import') => {
    await ask('start', { body: { doing } });
    return ends('done', 'failed');
  };
  const brought = (title: string) => desk.past.tickets.find((one) => one.title === title);
  const shares = ({ counts }: Awaited<ReturnType<typeof ends>>) =>
    Object.fromEntries(Object.entries(counts).map(([thing, share]) => [thing, Object.values(share)]));

  it('is for administrators of everything, and keeps its secret', async () => {
    const settings = { kind, address: `${there.node}/`, group_id: 1, secret: there.secret };
    await expect(ask('create', { body: settings }, ['admin.integration'])).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(ask('create', { body: { ...settings, group_id: 99 } })).rejects.toMatchObject({
      code: 'import.group-unknown',
    });
    await expect(ask('create', { body: { ...settings, address: 'file:///etc/passwd' } })).rejects.toMatchObject({
      kind: 'invalid',
    });
    const made = await ask('create', { body: { ...settings, secret: 'wrong' } });
    id = made.id;
    expect(made).toMatchObject({ address: there.node, state: 'ready', problems: 0 });
    await waitFor(async () => (await ask('verify')).detail?.includes('401'), { what: 'a refusal', timeoutMs: 60_000 });
    const mended = await ask('update', { body: { secret: there.secret, groups: { Users: 2 } } });
    expect(JSON.stringify([mended, await ask('list')])).not.toContain(there.secret);
    // Its first answers may take longer than whoever asks waits.
    const tested = await waitFor(
      async () => {
        const told = await ask('verify');
        return told.ok && told;
      },
      { what: 'an answer', timeoutMs: 60_000 },
    );
    expect(tested).toMatchObject({ ok: true, groups: ['Users', 'EOSC'], detail: null });
    await expect(ask('update', { body: { address: 'https://other.example' } })).rejects.toMatchObject({
      code: 'import.secret-missing',
    });
  });

  it('says first what would be brought, and brings nothing', async () => {
    const { found, state, detail } = await start('dry-run');
    expect([state, detail]).toEqual(['done', null]);
    expect(found?.counts).toMatchObject({
      ...{ organizations: { made: 1 }, people: { made: 3 } },
      tickets: { made: 3, known: 0, left_out: kind === 'zammad' ? 1 : 0 },
    });
    expect(found?.groups).toContainEqual({ name: 'Users', tickets: 1 });
    expect(found?.states).toContainEqual({ name: over, tickets: 1, becomes: 'closed' });
    expect(found?.states).toContainEqual({ name: strange, tickets: 1, becomes: null });
    expect([desk.past.tickets, desk.past.rows.User, there.writes]).toEqual([[], [], 0]);
  });

  it('brings people, and tickets with their messages and files at the times they had', async () => {
    const done = await start('import');
    expect([done.state, done.detail]).toEqual(['done', null]);
    expect(shares(done)).toMatchObject({ organizations: [1, 0, 0], people: [3, 0, 0], files: [1, 0, 0] });
    expect(done.counts.tickets.made).toBe(3);
    expect(desk.past.rows.User.map(({ email }) => email)).toContain('ivo@customer.example');
    expect(desk.past.rows.User.find(({ email }) => email === 'ivo@customer.example')).toMatchObject({
      organization: 'Čapek & Co',
    });
    const [portal, elsewhere, odd] = ['The portal is shut', 'Elsewhere', 'Strange'].map(brought);
    const original = there.find(1);
    expect(portal).toMatchObject({
      ...{ title: 'The portal is shut', groupId: 1, stateType: 'closed', priority: '3 high', tags: ['portal'] },
      ...{ customer: { name: 'Ivo Čapek', email: 'ivo@customer.example' }, owner: 'nora@there.example' },
      createdAt: new Date(original?.at ?? 0).toISOString(),
    });
    const said = portal?.articles.filter(({ sender }) => sender !== 'System') ?? [];
    expect(said.map(({ body, internal, sender }) => [body, internal, sender])).toEqual([
      ...(kind === 'freshdesk' ? [['Since today', false, 'Customer']] : []),
      ['Since this morning', false, 'Customer'],
      ['between us', true, 'Agent'],
      ['Mended.', false, 'Agent'],
    ]);
    expect(said.at(-1)?.createdAt).toBe(new Date(original?.entries.at(-1)?.at ?? 0).toISOString());
    const [file] = said.flatMap(({ files }) => files);
    expect(file).toMatchObject({ filename: 'photo ü.png', contentType: 'image/png', size: 4 });
    expect(portal?.articles.at(-1)).toMatchObject({ sender: 'System', internal: true });
    expect([elsewhere?.groupId, elsewhere?.stateType, odd?.stateType]).toEqual([2, 'pending reminder', 'open']);
  });

  it('brings nothing twice, and what is new since', async () => {
    const before = structuredClone(desk.past.tickets);
    expect((await start('import')).counts).toMatchObject({
      ...{ people: { made: 0, known: 3 }, tickets: { made: 0, known: 3 }, articles: { made: 0 } },
    });
    expect(desk.past.tickets).toEqual(before);
    there.say(1, 'Shut again', { who: 'ivo' });
    expect((await start('import')).counts).toMatchObject({ tickets: { made: 0, known: 3 }, articles: { made: 1 } });
    expect(desk.past.tickets).toHaveLength(3);
    expect(brought('The portal is shut')?.articles.filter(({ body }) => body === 'Shut again')).toHaveLength(1);
  });

  it('is one at a time, and goes on where it was stopped', async () => {
    const first = id;
    for (let i = 0; i < 40; i++) there.open(`More ${i}`);
    const gate = Promise.withResolvers<void>();
    desk.past.gate = gate.promise;
    await ask('start', { body: { doing: 'import' } });
    await waitFor(async () => (await ask('get')).phase === 'tickets', {
      what: 'tickets to be read',
      timeoutMs: 60_000,
    });
    await expect(ask('start', { body: { doing: 'import' } })).rejects.toMatchObject({ code: 'import.running' });
    await expect(ask('delete')).rejects.toMatchObject({ code: 'import.running' });
    const other = await ask('create', { body: { kind, address: there.node, group_id: 1, secret: there.secret } });
    await expect(ask('start', { params: { id: other.id }, body: { doing: 'dry-run' } })).rejects.toMatchObject({
      code: 'import.another-runs',
    });
    await ask('delete', { params: { id: other.id } });
    expect(await ask('stop')).toMatchObject({ id: first, state: 'stopped' });
    gate.resolve();
    desk.past.gate = undefined;
    await desk.others.settled('federation');
    const done = await start('import');
    expect([done.state, desk.past.tickets.length]).toEqual(['done', 43]);
    expect(new Set(desk.past.tickets.map(({ title }) => title)).size).toBe(43);
    expect(shares(done).tickets?.reduce((sum, share) => sum + share, 0)).toBe(kind === 'zammad' ? 44 : 43);
  });

  it('leaves out what it cannot read, and nothing else', async () => {
    there.say(1, 'Behind one that nobody can read', { who: 'ivo' });
    const wrong = { id: 999, name: 5, firstname: 5 };
    there.garble = (body) =>
      Array.isArray(body) ? [wrong, ...body.map((row) => ('login' in row ? { ...row, login: null } : row))] : body;
    const done = await start('import');
    there.garble = undefined;
    expect([done.state, done.detail]).toEqual(['done', null]);
    const people = kind === 'zammad' ? 1 : 2;
    expect(done.counts).toMatchObject({
      ...{ organizations: { known: 1, left_out: 1 }, people: { known: 3, left_out: people } },
      tickets: { known: 43, left_out: kind === 'zammad' ? 2 : 1 },
      articles: { made: 1, left_out: 1 },
    });
    const unread = (await ask('problems')).filter(({ remote }) => remote.includes('999'));
    expect(new Set(unread.map(({ object }) => object))).toEqual(
      new Set(['organization', 'person', 'ticket', 'article']),
    );
    expect(unread).toHaveLength(4);
    expect(unread.every(({ detail }) => detail.startsWith('It cannot be understood ('))).toBe(true);
  });

  it('tells what was left out, without addresses of people', async () => {
    const before = there.secret;
    Object.assign(there, { secret: 'another' });
    const failed = await start('import');
    Object.assign(there, { secret: before });
    expect([failed.state, failed.detail]).toEqual(['failed', expect.stringContaining('401')]);
    expect((await start('import')).state).toBe('done');
    const problems = await ask('problems');
    expect(problems.map(({ object, detail }) => [object, detail])).toEqual(
      kind === 'zammad' ? [['ticket', expect.stringContaining('merged into another')]] : [],
    );
    expect(JSON.stringify(problems)).not.toContain('@');
    await ask('delete');
    await expect(ask('get')).rejects.toMatchObject({ code: 'import.not-found' });
  });
});
