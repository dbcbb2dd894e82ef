import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { BlobStore } from '@helpmesh/blob';
import {
  type Actor,
  auditLog,
  createToken,
  dataExports,
  dataPrivacyTasks,
  getDataExportFile,
  type InputOf,
  legalHolds,
  type OutputOf,
  personalData,
  recordErasure,
  sendMail,
  signIn,
  users,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { type Bus, connectBus, RpcStrategy } from '@helpmesh/messaging';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { BLOBS } from '../src/application/ports.ts';
import { Sweep } from '../src/application/sweep.ts';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

type Asked = InputOf<typeof personalData.ticket>;
type Page = OutputOf<typeof personalData.ticket>;

const DAY_MS = 24 * 3_600_000;
const nothing: Page = { parts: [], next: null };

let desk: TestIdentity;
let bus: Bus;
/** What the neighbours answer, and what they were asked. */
let answers: Record<keyof typeof personalData, (asked: Asked) => Page>;
let asked: Asked[];

beforeAll(async () => {
  desk = await startIdentity();
  bus = await connectBus({ url: desk.settings.NATS_URL, name: 'keepers' });
  for (const [service, question] of Object.entries(personalData)) {
    const strategy = new RpcStrategy({ bus, service, admit: () => desk.actor(ids.admin) as never });
    const answer = async (input: unknown) => {
      asked.push(input as Asked);
      return answers[service as keyof typeof personalData](input as Asked);
    };
    strategy.addHandler(question.subject, answer, false, { kind: 'question', question, batch: false });
    strategy.listen(() => undefined);
  }
}, 120_000);
beforeEach(() => {
  asked = [];
  answers = { ticket: () => nothing, 'mail-ingest': () => nothing, notification: () => nothing };
});
afterAll(async () => {
  await bus?.close();
  await desk?.stop();
});

const input = (body: object = {}, params = {}) => ({ params, query: {}, body }) as never;
const order = (who: number | Actor, body: object = {}) => desk.ask(dataExports.create, input(body), who);
const show = (id: number, who: number | Actor) => desk.ask(dataExports.show, input({}, { id }), who);
const fileOf = (id: number, who: number | Actor) => desk.ask(getDataExportFile, { id }, who);
const blobs = () => desk.service.get<BlobStore>(BLOBS);
const put = async (bytes: Buffer) => ({ ...(await blobs().put(bytes)), contentType: 'text/plain' });

async function person(more: object = {}) {
  const n = randomBytes(4).toString('hex');
  const body = { firstname: 'Ada', lastname: n, email: `${n}@export.example`, password: `a long one ${n}`, ...more };
  const { id } = await desk.ask(users.create, input(body), ids.admin);
  return { ...body, id: id as number };
}

async function made(id: number, who: number | Actor) {
  await waitFor(async () => (await show(id, who)).state === 'ready', { what: 'the archive' });
  return show(id, who);
}

/** Name and text of everything in the archive. */
async function opened(sha256: string): Promise<Record<string, string>> {
  const zip = await fromBufferPromise(await buffer(await blobs().get(sha256)));
  const texts: Record<string, string> = {};
  for await (const entry of zip.eachEntry()) {
    texts[entry.fileName] = (await buffer(await zip.openReadStreamPromise(entry))).toString();
  }
  return texts;
}

describe('an archive of what is kept about oneself', () => {
  it('holds the parts of every service with their files, page by page, and no secret', async () => {
    const { id, email, password } = await person({ note: 'pays late', roles: ['Agent'] });
    await desk.ask(signIn, { username: email, password });
    const { token } = await desk.ask(createToken, input({ name: 'backup', permission: ['ticket.agent'] }), id);
    await desk.ask(legalHolds.create, input({ object: 'User', object_id: id, reason: 'case 8' }), ids.admin);
    const file = { ...(await put(Buffer.from('the plan'))), filename: '../plan.txt' };
    const lost = { sha256: 'f'.repeat(64), size: 1, filename: 'lost.txt', contentType: 'text/plain' };
    answers.ticket = ({ after }) =>
      after
        ? { parts: [{ path: 'tickets/1/articles/2.json', data: { body: 'Hi' }, files: [file, lost] }], next: null }
        : { parts: [{ path: 'tickets/1/ticket.json', data: { title: 'Portal' }, files: [] }], next: 'article:1' };
    answers.notification = () => ({ parts: [{ path: 'mails/a.json', data: {}, files: [] }], next: null });

    const ordered = await order(id);
    expect(ordered).toMatchObject({ user_id: id, created_by_id: id, internal: false, size: null });
    const ready = await made(ordered.id, id);
    const { sha256, size, filename } = await fileOf(ordered.id, id);
    expect(ready.size).toBe(size);
    expect(filename).toMatch(new RegExp(`^personal-data-${id}-\\d{4}-\\d\\d-\\d\\d\\.zip$`));
    const texts = await opened(sha256);
    expect(Object.keys(texts)).toEqual(
      [
        ...['profile.json', 'access.json', 'history/1.json', 'audit/1.json', 'tickets/1/ticket.json'],
        ...['tickets/1/articles/2.json', 'tickets/1/articles/2/1-.._plan.txt', 'mails/a.json', 'export.json'],
      ].filter((name) => name !== 'history/1.json' || name in texts),
    );
    expect(texts['tickets/1/articles/2/1-.._plan.txt']).toBe('the plan');
    expect(JSON.parse(texts['profile.json'] ?? '')).toMatchObject({ id, email, roles: [{ name: 'Agent' }] });
    expect(JSON.parse(texts['access.json'] ?? '')).toMatchObject({
      sessions: [{ way: 'password' }],
      tokens: [{ name: 'backup', permissions: ['ticket.agent'] }],
      linked_identities: [],
    });
    expect(JSON.parse(texts['export.json'] ?? '')).toMatchObject({
      ...{ user_id: id, internal: false, files: 1, missing: ['tickets/1/articles/2/2-lost.txt'] },
    });
    const [row] = await desk.rows<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = $1', [id]);
    const whole = JSON.stringify(texts);
    for (const secret of [row?.hash, token, password, 'token_hash', 'secret_hash', 'pays late', 'legal-hold']) {
      expect(whole).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
    expect(asked).toContainEqual({ userId: id, emails: [email], internal: false, after: 'article:1' });
    expect(asked.every(({ internal }) => internal === false)).toBe(true);

    const mail = await desk.bus.hear(
      sendMail,
      ({ data }) => data.kind === 'data-export-ready' && data.to[0]?.address === email,
    );
    expect(mail.data).toMatchObject({
      ...{ kind: 'data-export-ready', attachments: [] },
      content: { template: 'data-export-ready', values: { link: 'https://desk.example.com/account' } },
    });
    const { entries } = await desk.ask(auditLog.list, input(), ids.admin);
    expect(entries.slice(0, 2).map(({ action }) => action)).toEqual(['data-export.downloaded', 'data-export.ordered']);
  }, 30_000);

  it('is for who ordered it alone, and for a week', async () => {
    const { id } = await person();
    const { id: exportId } = await order(id);
    await made(exportId, id);
    const { sha256 } = await fileOf(exportId, id);
    for (const who of [ids.admin, ids.nicole]) {
      await expect(show(exportId, who)).rejects.toMatchObject({ kind: 'not-found' });
      await expect(fileOf(exportId, who)).rejects.toMatchObject({ kind: 'not-found' });
    }
    const later = await startOfNextWeek();
    expect(await show(exportId, id)).toMatchObject({ state: 'expired', size: null });
    await expect(fileOf(exportId, id)).rejects.toMatchObject({ kind: 'not-found' });
    await desk.service.get(Sweep).run();
    expect(await blobs().has(sha256)).toBe(false);
    expect(await desk.ask(dataExports.list, input(), id)).toEqual([]);
    desk.clock.set(later - 8 * DAY_MS);
  }, 30_000);

  async function startOfNextWeek(): Promise<number> {
    desk.clock.advance(8 * DAY_MS);
    return desk.clock.now();
  }

  it('waits for a service that does not answer', async () => {
    const { id } = await person();
    let tries = 0;
    answers['mail-ingest'] = () => {
      tries += 1;
      if (tries === 1) throw new AppError('unavailable', 'mail.down', 'down');
      return nothing;
    };
    const { id: exportId } = await order(id);
    // One at a time.
    await expect(order(id)).rejects.toMatchObject({ kind: 'conflict', code: 'identity.export-under-way' });
    await waitFor(() => tries === 1, { what: 'the first try' });
    await waitFor(async () => (await show(exportId, id)).state === 'waiting', { what: 'the wait' });
    await desk.rows('UPDATE data_export SET due_at = now() WHERE id = $1', [exportId]);
    expect(await made(exportId, id)).toMatchObject({ progress: { files: 0 } });
    expect(tries).toBe(2);
  }, 30_000);

  it('is made three times a day, not more', async () => {
    const { id } = await person();
    for (let n = 0; n < 3; n++) await made((await order(id)).id, id);
    await expect(order(id)).rejects.toMatchObject({ kind: 'limited', code: 'identity.export-limit' });
    desk.clock.advance(DAY_MS);
    await expect(order(id)).resolves.toMatchObject({ user_id: id });
    desk.clock.advance(-DAY_MS);
  }, 30_000);
});

describe('an archive of what is kept about somebody else', () => {
  it('is for holders of admin.data_privacy, with what the desk keeps to itself if they wish', async () => {
    const { id, email } = await person({ note: 'pays late' });
    await expect(order(ids.agent, { user_id: id })).rejects.toMatchObject({ kind: 'forbidden' });
    const { id: exportId } = await order(ids.admin, { user_id: id, internal: true });
    await made(exportId, ids.admin);
    expect(asked).toContainEqual({ userId: id, emails: [email], internal: true });
    const { sha256 } = await fileOf(exportId, ids.admin);
    expect((await opened(sha256))['profile.json']).toContain('pays late');
    await expect(fileOf(exportId, id)).rejects.toMatchObject({ kind: 'not-found' });
    // Who is no administrator any more does not get it either.
    const former: Actor = { ...(await desk.actor(ids.agent)), userId: ids.admin };
    await expect(fileOf(exportId, former)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await desk.ask(dataExports.list, input(), former)).toEqual([]);
  }, 30_000);

  it.each<[string, () => Promise<unknown>, object]>([
    ['nobody who is not there', () => order(ids.admin, { user_id: 999_999 }), { kind: 'not-found' }],
    ['not the system', () => order(ids.admin, { user_id: ids.system }), { kind: 'not-found' }],
    [
      'not what the desk keeps to itself about oneself',
      () => order(ids.admin, { internal: true }),
      { code: 'identity.export-internal' },
    ],
    [
      'not in the name of the person',
      async () => order({ ...(await desk.actor(ids.nicole)), actingUserId: ids.admin }),
      { kind: 'forbidden' },
    ],
    [
      'not by a token for something else',
      async () => order({ ...(await desk.actor(ids.nicole)), via: 'token' }),
      { kind: 'forbidden' },
    ],
  ])('%s', async (_what, act, refusal) => {
    await expect(act()).rejects.toMatchObject(refusal);
  });
});

describe('the person is erased', () => {
  it('their archive goes, whoever ordered it, and one that is being made comes to nothing', async () => {
    const { id } = await person();
    const own = await order(id);
    await made(own.id, id);
    const { sha256 } = await fileOf(own.id, id);
    // Erased while another one is made, which would go on for long.
    let erased: Promise<unknown> | undefined;
    answers.notification = () => {
      erased ??= desk.ask(
        dataPrivacyTasks.create,
        input({ deletable_type: 'User', deletable_id: id, preferences: { sure: 'DELETE' } }),
        ids.admin,
      );
      const parts = [{ path: `mails/${asked.length}.json`, data: {}, files: [] }];
      return { parts, next: asked.length < 2_000 ? 'on' : null };
    };
    const orders = await person({ role_ids: [1] });
    const late = await order(orders.id, { user_id: id });
    const told = await desk.bus.hear(recordErasure, ({ data }) => data.service === 'identity');
    await erased;
    expect(told.data.counts.data_exports).toBe(2);
    expect(await blobs().has(sha256)).toBe(false);
    expect(await desk.rows('SELECT 1 FROM data_export WHERE user_id = $1', [id])).toEqual([]);
    await expect(show(late.id, ids.admin)).rejects.toMatchObject({ kind: 'not-found' });
    expect(desk.bus.heard(sendMail).filter(({ data }) => data.to[0]?.address === orders.email)).toEqual([]);
    expect(asked.length).toBeLessThan(2_000);
  }, 30_000);
});
