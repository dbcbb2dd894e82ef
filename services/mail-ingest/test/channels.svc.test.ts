import { mailChannels } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import { type ImapServer, imapServer, rawMail, type TokenServer, tokenServer, waitFor } from '@helpmesh/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asking } from './asking.ts';
import { type TestDesk, testDesk } from './desk.ts';

const MASK = '**********';

describe('mailboxes that administrators set up', { timeout: 90_000 }, () => {
  let desk: TestDesk;
  let ask: ReturnType<typeof asking>;
  let imap: ImapServer;
  let made = 0;

  beforeAll(async () => {
    desk = await testDesk({ SMTP_PORT: '-1', HELPMESH_ALLOWED_PRIVATE_HOSTS: '127.0.0.1' });
    ask = asking(desk);
  });
  afterAll(() => desk?.stop());
  beforeEach(async () => {
    imap = await imapServer();
  });
  afterEach(async () => {
    for (const { id } of await ask(mailChannels.list, {})) await ask(mailChannels.delete, { params: { id } });
    await imap.close();
  });

  const inbound = (options = {}) => ({
    adapter: 'imap',
    options: {
      ...{ host: '127.0.0.1', port: imap.port, ssl: 'off', user: imap.user, password: imap.password },
      ...{ keep_on_server: true, poll_seconds: 5, ...options },
    },
  });
  const create = (over = {}) =>
    ask(mailChannels.create, {
      body: { name: `Mailbox ${++made}`, email: 'help@desk.example', options: { inbound: inbound() }, ...over },
    });
  const update = (id: number, body: object) => ask(mailChannels.update, { params: { id }, body });
  const get = (id: number) => ask(mailChannels.get, { params: { id } });
  const until = (id: number, status: 'ok' | 'error') =>
    waitFor(async () => (await get(id)).status_in === status && get(id), { what: status, timeoutMs: 20_000 });

  it('are fetched from then on, into the group they are for, without a restart', async () => {
    const { id, options } = await create({ group_id: 2 });
    expect(options.inbound.options).toMatchObject({ password: MASK, folder: 'INBOX', port: imap.port });
    imap.append(rawMail({ subject: 'Into the group' }));
    const { data } = await desk.filedWith('Into the group');
    expect(data).toMatchObject({ channel: `imap:#${id}.1`, recipients: ['help@desk.example'], mailboxGroupId: 2 });
    expect(await until(id, 'ok')).toMatchObject({ last_log_in: null, last_success_at: expect.any(String) });
    const [row] = await sql<{ secrets: Buffer }>(desk.db, 'SELECT secrets FROM mail_channel');
    expect(row?.secrets.toString('latin1')).not.toContain(imap.password);
  });

  it('of a community are in the hands of whoever administers it, but for the server and what is of others', async () => {
    const delegate = { permissions: ['community'], userId: 9, administers: [2] };
    const own = await create({ group_id: 2 });
    const other = await create({ group_id: 1 });
    const nobodys = await create({});
    expect((await ask(mailChannels.list, {}, delegate)).map(({ id }) => id)).toEqual([own.id]);
    for (const { id } of [other, nobodys]) {
      const gone = { kind: 'not-found', code: 'mail-channel.not-found' };
      await expect(ask(mailChannels.get, { params: { id } }, delegate)).rejects.toMatchObject(gone);
      const take = ask(mailChannels.update, { params: { id }, body: { group_id: 2 } }, delegate);
      await expect(take).rejects.toMatchObject(gone);
      const body = { id, options: { inbound: inbound({ password: MASK }) } };
      await expect(ask(mailChannels.test, { body }, delegate)).rejects.toMatchObject(gone);
    }
    const change = (body: object) => ask(mailChannels.update, { params: { id: own.id }, body }, delegate);
    expect(await change({ active: false, options: { inbound: inbound({ folder: 'INBOX' }) } })).toMatchObject({
      active: false,
    });
    await expect(change({ group_id: 1 })).rejects.toMatchObject({ code: 'mail-channel.not-of-community' });
    await expect(change({ group_id: null })).rejects.toMatchObject({ code: 'mail-channel.not-of-community' });
    const elsewhere = { options: { inbound: inbound({ host: '10.0.0.1' }) } };
    await expect(change(elsewhere)).rejects.toMatchObject({ kind: 'forbidden' });
    const believed = { options: { inbound: inbound({ trusted: true }) } };
    await expect(change(believed)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(ask(mailChannels.test, { body: elsewhere }, delegate)).rejects.toMatchObject({ kind: 'forbidden' });
    const body = { name: 'Mine', group_id: 2, options: { inbound: inbound() } };
    await expect(ask(mailChannels.create, { body }, delegate)).rejects.toMatchObject({ kind: 'forbidden' });
    const gone = ask(mailChannels.delete, { params: { id: own.id } }, delegate);
    await expect(gone).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await get(other.id)).toMatchObject({ group_id: 1 });
  });

  it('rest while they are paused, and go on where they were', async () => {
    const { id } = await create();
    await until(id, 'ok');
    expect(await update(id, { active: false })).toMatchObject({ active: false, status_in: null });
    await waitFor(async () => (await sql(desk.db, 'SELECT FROM mailbox WHERE leased_until > now()')).length === 0, {
      what: 'the lease to be given back',
    });
    imap.append(rawMail({ subject: 'While it rests' }));
    await update(id, { active: true });
    await desk.filedWith('While it rests');
    expect((await get(id)).options.inbound.options.password).toBe(MASK);
  });

  it('say what keeps them from being fetched, until it is put right', async () => {
    const { id } = await create({ options: { inbound: inbound({ password: 'wrong' }) } });
    expect((await until(id, 'error')).last_log_in).toBeTruthy();
    await update(id, { options: { inbound: inbound() } });
    imap.append(rawMail({ subject: 'Put right' }));
    await desk.filedWith('Put right');
    expect((await until(id, 'ok')).last_log_in).toBeNull();
  });

  it('are read anew when they are other mailboxes under the same numbers', async () => {
    imap.append(rawMail({ subject: 'Of the first' }));
    const { id } = await create();
    await desk.filedWith('Of the first');
    const other = await imapServer();
    other.append(rawMail({ subject: 'Of the second' }), { mailbox: 'Archive' });
    const moved = inbound({ port: other.port, folder: 'Archive' });
    await update(id, { options: { inbound: moved } });
    expect((await desk.filedWith('Of the second')).data.channel).toBe(`imap:#${id}.2`);
    await update(id, { active: false });
    await other.close();
  });

  it('show their secrets to no server but the one they were typed in for', async () => {
    const { id } = await create();
    const elsewhere = inbound({ host: 'localhost', password: MASK });
    await expect(update(id, { options: { inbound: elsewhere } })).rejects.toMatchObject({
      code: 'mail-account.secret-needed',
    });
    const test = ask(mailChannels.test, { body: { id, options: { inbound: elsewhere } } });
    await expect(test).rejects.toMatchObject({ code: 'mail-account.secret-needed' });
  });

  it('are tried step by step before they are kept', async () => {
    const tried = async (options: object) =>
      (await ask(mailChannels.test, { body: { options: { inbound: inbound(options) } } })).steps.map(
        ({ step, ok }) => `${step} ${ok}`,
      );
    expect(await tried({})).toEqual(['connect true', 'sign-in true', 'folder true']);
    expect(await tried({ folder: 'Nowhere' })).toEqual(['connect true', 'sign-in true', 'folder false']);
    expect(await tried({ password: 'wrong' })).toEqual(['connect true', 'sign-in false']);
    expect(await tried({ port: 1 })).toEqual(['connect false']);
    const { id } = await create();
    const stored = { id, options: { inbound: inbound({ password: MASK }) } };
    expect((await ask(mailChannels.test, { body: stored })).ok).toBe(true);
  });

  it('are for administrators of mail channels only, and named once', async () => {
    const { name } = await create();
    await expect(ask(mailChannels.list, {}, { permissions: ['ticket.agent'] })).rejects.toMatchObject({
      kind: 'forbidden',
    });
    await expect(create({ name })).rejects.toMatchObject({ code: 'input.not-unique' });
    await expect(create({ options: { inbound: inbound({ host: 'a b' }) } })).rejects.toMatchObject({
      code: 'mail-account.host-invalid',
    });
    await expect(create({ options: { inbound: inbound({ user: 'x\r\nA1 LOGOUT' }) } })).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  describe('opened by OAuth 2', () => {
    let provider: TokenServer;
    let server: ImapServer;
    beforeEach(async () => {
      server = await imapServer({ accessToken: 'opens' });
      provider = await tokenServer(server.user, 'opens');
    });
    afterEach(async () => {
      await provider.close();
      await server.close();
    });

    const auth = (over = {}) => ({
      ...{ provider: 'other', client_id: provider.clientId, client_secret: provider.clientSecret },
      ...{ authorize_url: provider.authorizeUrl, token_url: provider.tokenUrl, scope: 'mail', ...over },
    });
    const byToken = () => inbound({ port: server.port, password: null });

    it('are fetched when somebody has agreed, with permissions that take each other’s place', async () => {
      const { id } = await create({ options: { inbound: byToken(), auth: auth() }, active: false });
      const agreed = provider.agree((await ask(mailChannels.authorize, { params: { id } })).url);
      // Whoever did not ask for it cannot finish it, and nobody twice.
      const finish = (userId: number) => ask(mailChannels.authorized, { body: agreed }, { userId });
      await expect(finish(4)).rejects.toMatchObject({ code: 'mail-account.consent-over' });
      expect((await finish(3)).options.auth).toMatchObject({ refresh_token: MASK, client_secret: MASK });
      await expect(finish(3)).rejects.toMatchObject({ code: 'oauth.refused' });
      server.append(rawMail({ subject: 'By token' }));
      await update(id, { active: true });
      await desk.filedWith('By token');
      await until(id, 'ok');
      // Each permission is good once: what was changed meanwhile goes on with the latest, which was written down.
      await update(id, { name: `Mailbox ${++made}` });
      server.append(rawMail({ subject: 'By the next token' }));
      await desk.filedWith('By the next token');
      expect(provider.grants.filter((grant) => grant === 'refresh_token')).toHaveLength(2);
      await update(id, { active: false });
      const tried = { id, options: { inbound: byToken(), auth: auth({ client_secret: MASK, refresh_token: MASK }) } };
      expect((await ask(mailChannels.test, { body: tried })).steps.map(({ step, ok }) => `${step} ${ok}`)).toEqual([
        ...['permission true', 'connect true', 'sign-in true', 'folder true'],
      ]);
    });

    it('say so when the provider refuses', async () => {
      const wrong = auth({ client_secret: 'wrong' });
      const { id } = await create({ options: { inbound: byToken(), auth: wrong } });
      expect((await until(id, 'error')).last_log_in).toContain('invalid_grant');
    });
  });
});
