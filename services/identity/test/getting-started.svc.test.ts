import { createHmac } from 'node:crypto';
import { authenticate, gettingStarted, users } from '@helpmesh/contracts';
import { SecretBox } from '@helpmesh/service-kit';
import { DataSource } from 'typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import { seed } from '../src/application/seed.ts';
import { Setup } from '../src/application/setup/setup.ts';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
afterEach(() => desk?.stop());

const unattended = { HELPMESH_SEED: 'blank', HELPMESH_ADMIN_PASSWORD: '' };
const none = { params: {}, query: {} };
const person = { email: 'Ada@Desk.example', password: 'a long way to go', firstname: ' Ada ', locale: 'de' };

/** Out of what the service writes to its log when it starts. */
async function tokenInLog(): Promise<string> {
  const link = (await desk.service.get(Setup).link()) ?? '';
  return /^https:\/\/desk\.example\.com\/setup#token=([\w-]{43})$/.exec(link)?.[1] ?? 'none';
}

const create = (token: string, more: object = {}) =>
  desk.ask(gettingStarted.admin, { ...none, body: { token, ...person, ...more } });
const status = () => desk.ask(gettingStarted.status, none);
const admins = () =>
  desk.rows('SELECT user_id AS id FROM user_role JOIN roles r ON r.id = role_id WHERE r.name = $1', ['Admin']);

describe('an installation that nobody administers', () => {
  it('S40: gets its first administrator by the code in the log, and no other one ever after', async () => {
    desk = await startIdentity(unattended);
    expect(await admins()).toEqual([]);
    expect(await status()).toMatchObject({ setup_done: false });
    expect(await desk.ask(gettingStarted.autoWizard, none)).toMatchObject({ auto_wizard: false });

    const token = await tokenInLog();
    expect(await create(token)).toEqual({ message: 'ok', user_login: 'ada@desk.example' });
    expect(await admins()).toEqual([{ id: ids.admin }]);
    const credential = { scheme: 'basic' as const, login: 'ada@desk.example', password: person.password };
    const { actor } = await desk.ask(authenticate, { credential });
    expect(actor).toMatchObject({ userId: ids.admin, groups: { 1: ['full'] }, locale: 'de' });
    expect(actor.permissions).toEqual(expect.arrayContaining(['admin', 'ticket.agent']));
    expect(await desk.rows("SELECT action, object_id FROM audit_entry WHERE action = 'setup.first-admin'")).toEqual([
      { action: 'setup.first-admin', object_id: String(ids.admin) },
    ]);
    expect(await status()).toMatchObject({ setup_done: true });
    const probe = { auto_wizard: true, auto_wizard_success: true, setup_done: true };
    expect(await desk.ask(gettingStarted.autoWizard, none)).toEqual(probe);
    const second = await desk.ask(users.create, { ...none, body: { email: 'second@desk.example' } }, ids.admin);
    expect(second).toMatchObject({ id: 4 });

    // The door is closed, with the right code as with a wrong one, and the log tells no code any more.
    for (const shown of [token, 'wrong']) {
      await expect(create(shown, { email: 'eve@evil.example' })).rejects.toMatchObject({
        kind: 'not-found',
        code: 'identity.setup-done',
      });
    }
    expect(await tokenInLog()).toBe('none');
  });

  it('takes no other code: none, a guess, one made without the key, that of another database', async () => {
    desk = await startIdentity(unattended);
    const own = await tokenInLog();
    const [{ nonce } = { nonce: Buffer.alloc(0) }] = await desk.rows<{ nonce: Buffer }>('SELECT nonce FROM setup');
    const code = (keys: string, of: Buffer) =>
      createHmac('sha256', new SecretBox(keys).derive('setup code')).update(of).digest('base64url');
    expect(code(desk.settings.HELPMESH_SECRETS_KEY, nonce)).toBe(own);
    const guesses = [
      ...['', 'null', 'none', own.slice(0, -1), `${own}A`, own.toLowerCase(), nonce.toString('base64url')],
      code(desk.settings.HELPMESH_SECRETS_KEY, Buffer.alloc(16)),
      code(Buffer.alloc(32, 1).toString('base64'), nonce),
    ];
    for (const guess of guesses) {
      await expect(create(guess)).rejects.toMatchObject({ code: 'identity.setup-code-wrong' });
    }
    expect(await admins()).toEqual([]);
    expect(await tokenInLog()).toBe(own);
  });

  it('makes one administrator of two who ask at once', async () => {
    desk = await startIdentity(unattended);
    const token = await tokenInLog();
    const tries = await Promise.allSettled(
      ['ada', 'bob', 'eve', 'joe'].map((name) => create(token, { email: `${name}@desk.example` })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of tries) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'identity.setup-done' });
    }
    expect(await admins()).toHaveLength(1);
  });

  it('refuses what is no good account, and stays open for a better try', async () => {
    desk = await startIdentity(unattended);
    const email = 'guest@desk.example';
    await desk.rows('INSERT INTO users (login, email, created_by_id, updated_by_id) VALUES ($1, $1, 1, 1)', [email]);
    const token = await tokenInLog();
    for (const [more, code] of [
      [{ password: 'short' }, 'identity.password-too-weak'],
      [{ password: 'ada@desk.example' }, 'identity.password-too-weak'],
      [{ email: 'nobody' }, 'identity.email-invalid'],
      [{ email }, 'identity.email-taken'],
    ] as const) {
      await expect(create(token, more)).rejects.toMatchObject({ code });
      expect(await status()).toMatchObject({ setup_done: false });
    }
    await expect(create(token)).resolves.toMatchObject({ user_login: 'ada@desk.example' });
  });

  it('can be given one by the environment later on, once', async () => {
    desk = await startIdentity(unattended);
    const ds = desk.service.get(DataSource);
    const config = { HELPMESH_SEED: 'blank', HELPMESH_ADMIN_EMAIL: 'Root@Desk.example' } as const;
    await seed(ds, { ...config, HELPMESH_ADMIN_PASSWORD: 'from the environment' });
    await seed(ds, { ...config, HELPMESH_ADMIN_EMAIL: 'other@desk.example', HELPMESH_ADMIN_PASSWORD: 'another one' });
    expect(await admins()).toEqual([{ id: ids.admin }]);
    expect(await tokenInLog()).toBe('none');
    const credential = { scheme: 'basic' as const, login: 'root@desk.example', password: 'from the environment' };
    await expect(desk.ask(authenticate, { credential })).resolves.toMatchObject({ actor: { userId: ids.admin } });
  });
});

it('S40: an installation that lost its last administrator is not open again', async () => {
  desk = await startIdentity();
  await desk.rows('DELETE FROM user_role WHERE role_id = 1');
  expect(await status()).toMatchObject({ setup_done: true });
  expect(await tokenInLog()).toBe('none');
  await expect(create('x')).rejects.toMatchObject({ code: 'identity.setup-done' });
});
