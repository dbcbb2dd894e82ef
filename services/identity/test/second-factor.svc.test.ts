import {
  accessChanged,
  addPasskey,
  authenticate,
  checkPassword,
  createToken,
  credentialChanged,
  currentUser,
  deletePasskey,
  generateRecoveryCodes,
  initiateAuthenticatorApp,
  passkeyOptions,
  passkeySignInOptions,
  removeTwoFactor,
  removeUserTwoFactor,
  renamePasskey,
  setPasswordByToken,
  signIn,
  signInByPasskey,
  signInSecondStep,
  signInSettings,
  twoFactorConfiguration,
  users,
  userTwoFactor,
  verifyTwoFactor,
} from '@helpmesh/contracts';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SoftAuthenticator } from './authenticator.ts';
import { ids, openedBy, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());
beforeEach(() => desk.clock.advance(3 * 3_600_000));

const none = { params: {}, query: {} };
const ip = '192.0.2.1';

let people = 0;
async function person(more: Record<string, unknown> = {}) {
  const email = `factor${++people}@example.org`;
  const password = `a long password ${people}`;
  const body = { firstname: 'Per', lastname: 'Son', email, password, ...more };
  const { id } = await desk.ask(users.create, { ...none, body }, ids.admin);
  return { id, email, password };
}
type Somebody = Awaited<ReturnType<typeof person>>;

const first = ({ email, password }: Somebody, more: { ip?: string } = {}) =>
  desk.ask(signIn, { username: email, password, ip, userAgent: 'a browser', ...more });
async function challenged(who: Somebody, more: { ip?: string } = {}) {
  const answer = await first(who, more);
  if (!('secondFactor' in answer)) throw new Error('no second factor was asked for');
  return answer.secondFactor;
}
const opened = async (who: Somebody) => openedBy(await first(who));
const bySession = async (sessionToken: string) =>
  (await desk.ask(authenticate, { credential: { scheme: 'session', sessionToken } })).actor;
const basic = ({ email, password }: Somebody) =>
  desk.ask(authenticate, { credential: { scheme: 'basic', login: email, password }, ip });

/** Sets an authenticator app up. */
async function withApp(who: Somebody) {
  const actor = await bySession((await opened(who)).sessionToken);
  const { configuration } = await desk.ask(initiateAuthenticatorApp, none, actor);
  const app = new TOTP({ secret: configuration.secret });
  const code = (steps = 0) => app.generate({ timestamp: desk.clock.now() + steps * 30_000 });
  const body = { method: 'authenticator_app' as const, payload: code() };
  const { verified, recovery_codes = [] } = await desk.ask(verifyTwoFactor, { ...none, body }, actor);
  expect(verified).toBe(true);
  // The code of the enrolment is used up.
  desk.clock.advance(30_000);
  return { actor, code, recovery: recovery_codes, configuration };
}
const second = (token: string, payload: string, more: { method?: 'recovery_codes'; ip?: string } = {}) =>
  desk.ask(signInSecondStep, { token, method: 'authenticator_app', payload, ip, ...more });

const wrong = { kind: 'unauthenticated', code: 'identity.second-factor-wrong' };
const over = { kind: 'unauthenticated', code: 'identity.second-step-over' };

describe('an authenticator app', () => {
  it('counts from the first code that came back, and brings ten recovery codes', async () => {
    const who = await person();
    const { actor, configuration, recovery } = await withApp(who);
    expect(configuration.provisioning_uri).toMatch(/^otpauth:\/\/totp\/Helpmesh:factor\d+%40example\.org\?/);
    expect(configuration.provisioning_uri).toContain(configuration.secret);
    expect(new Set(recovery).size).toBe(10);
    expect(await desk.ask(twoFactorConfiguration, none, actor)).toMatchObject({
      enabled_authentication_methods: [{ method: 'authenticator_app' }],
      recovery_codes_left: 10,
      required: false,
      passkeys: [],
    });
    await desk.bus.hear(
      credentialChanged,
      ({ data }) => data.userId === who.id && data.byUserId === who.id && data.what === 'added',
    );
  });

  it('is not there as long as no right code came', async () => {
    const who = await person();
    const actor = await bySession((await opened(who)).sessionToken);
    await desk.ask(initiateAuthenticatorApp, none, actor);
    const body = { method: 'authenticator_app' as const, payload: '000000' };
    expect(await desk.ask(verifyTwoFactor, { ...none, body }, actor)).toEqual({ verified: false });
    await opened(who);
  });

  it('cannot be confirmed after ten minutes', async () => {
    const who = await person();
    const actor = await bySession((await opened(who)).sessionToken);
    const { configuration } = await desk.ask(initiateAuthenticatorApp, none, actor);
    desk.clock.advance(10 * 60_000);
    const payload = new TOTP({ secret: configuration.secret }).generate({ timestamp: desk.clock.now() });
    const body = { method: 'authenticator_app' as const, payload };
    expect(await desk.ask(verifyTwoFactor, { ...none, body }, actor)).toEqual({ verified: false });
  });

  it('S33: has its secret in the database only sealed, and recovery codes only hashed', async () => {
    const who = await person();
    const { configuration, recovery } = await withApp(who);
    const text = JSON.stringify([
      await desk.rows('SELECT encode(secret, $1) AS s FROM authenticator_apps', ['hex']),
      await desk.rows('SELECT encode(code_hash, $1) AS s FROM recovery_codes', ['hex']),
      await desk.rows('SELECT payload FROM outbox'),
    ]);
    const { secret } = new TOTP({ secret: configuration.secret });
    for (const clear of [secret.hex.toLowerCase(), secret.base32, recovery[0]]) expect(text).not.toContain(clear);
    expect(text).not.toContain(Buffer.from(recovery[0]?.replaceAll('-', '') ?? '').toString('hex'));
  });

  it('makes sign-in two steps; neither alone opens anything', async () => {
    const who = await person();
    const { code } = await withApp(who);
    const { token, methods, recoveryCodes, passkeyOptions: keys } = await challenged(who);
    expect({ methods, recoveryCodes, keys }).toEqual({
      methods: ['authenticator_app'],
      recoveryCodes: true,
      keys: null,
    });
    await expect(bySession(token)).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(second('A'.repeat(43), code())).rejects.toMatchObject(over);
    const { sessionToken, userId } = await second(token, code());
    expect(userId).toBe(who.id);
    expect(await bySession(sessionToken)).toMatchObject({ userId: who.id, via: 'session' });
    await expect(second(token, code(1))).rejects.toMatchObject(over);
  });

  it('may be sent along with the password', async () => {
    const who = await person();
    const { code } = await withApp(who);
    const factor = { method: 'authenticator_app' as const, payload: code() };
    const answer = await desk.ask(signIn, { username: who.email, password: who.password, ip, ...factor });
    expect(answer).toMatchObject({ userId: who.id });
    const again = desk.ask(signIn, { username: who.email, password: who.password, ip, ...factor });
    await expect(again).rejects.toMatchObject(wrong);
  });

  it('S26: takes each code once, and none older than one it took, also at the same time', async () => {
    const who = await person();
    const { code } = await withApp(who);
    const tokens = await Promise.all([1, 2, 3].map(async () => (await challenged(who)).token));
    const results = await Promise.allSettled(tokens.map((token) => second(token, code())));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(second((await challenged(who)).token, code())).rejects.toMatchObject(wrong);
    await expect(second((await challenged(who)).token, code(-1))).rejects.toMatchObject(wrong);
    desk.clock.advance(30_000);
    await expect(second((await challenged(who)).token, code())).resolves.toBeDefined();
  });

  it.each([
    ['one step early', 1, true],
    ['one step late', -1, true],
    ['two steps early', 2, false],
    ['two steps late', -2, false],
  ])('takes a clock that is %s: %s', async (_what, steps, right) => {
    const who = await person();
    const { code } = await withApp(who);
    desk.clock.advance(120_000);
    const attempt = second((await challenged(who)).token, code(steps as number));
    if (right) await expect(attempt).resolves.toBeDefined();
    else await expect(attempt).rejects.toMatchObject(wrong);
  });

  it('S26: lets nobody guess, and does not lock the owner out', async () => {
    const who = await person();
    const { code } = await withApp(who);
    const stranger = '203.0.113.7';
    const { token } = await challenged(who, { ip: stranger });
    for (let i = 0; i < 5; i++) {
      await expect(second(token, `00000${i}`, { ip: stranger })).rejects.toMatchObject(wrong);
    }
    await expect(second(token, code(), { ip: stranger })).rejects.toMatchObject({ kind: 'limited' });
    await expect(second((await challenged(who)).token, code())).resolves.toBeDefined();
  });

  it('S26: gives each place one guess once there were many from everywhere', async () => {
    const who = await person();
    const { code } = await withApp(who);
    for (let place = 0; place < 5; place++) {
      const from = { ip: `203.0.113.${place}` };
      const { token } = await challenged(who, from);
      for (let i = 0; i < 4; i++) await expect(second(token, `00000${i}`, from)).rejects.toMatchObject(wrong);
    }
    const from = { ip: '198.51.100.1' };
    const { token } = await challenged(who, from);
    await expect(second(token, '000000', from)).rejects.toMatchObject(wrong);
    await expect(second(token, '000001', from)).rejects.toMatchObject({ kind: 'limited' });
    await expect(second((await challenged(who)).token, code())).resolves.toBeDefined();
  });

  it('S23: the first step is over after five minutes, with a new password, and with deactivation', async () => {
    const who = await person();
    const { code } = await withApp(who);
    const late = (await challenged(who)).token;
    desk.clock.advance(5 * 60_000);
    await expect(second(late, code())).rejects.toMatchObject(over);
    for (const body of [{ password: 'another long password' }, { active: false }]) {
      const { token } = await challenged({ ...who, password: body.password ? who.password : 'another long password' });
      await desk.ask(users.update, { params: { id: who.id }, query: {}, body }, ids.admin);
      await expect(second(token, code()), JSON.stringify(body)).rejects.toMatchObject(over);
    }
  });

  it('closes Basic authentication, with a clear word only for the right password; tokens go on', async () => {
    const who = await person({ roles: ['Agent'] });
    const { token } = await desk.ask(
      createToken,
      { ...none, body: { name: 'sync', permission: ['ticket.agent'] } },
      who.id,
    );
    await basic(who);
    await withApp(who);
    await expect(basic(who)).rejects.toMatchObject({
      kind: 'unauthenticated',
      code: 'identity.second-factor-basic',
      detail: expect.stringContaining('API token'),
    });
    await expect(basic({ ...who, password: 'wrong' })).rejects.toMatchObject({ code: 'identity.basic-refused' });
    await expect(desk.ask(authenticate, { credential: { scheme: 'token', token } })).resolves.toBeDefined();
    await desk.bus.hear(accessChanged, ({ data }) => data.reason === 'second-factor' && data.userIds?.[0] === who.id);
  });

  it('survives a password that was set by a link: the mailbox alone opens nothing', async () => {
    const who = await person();
    const { code } = await withApp(who);
    const link = 'L'.repeat(43);
    await desk.rows(
      `INSERT INTO one_time_tokens (token_hash, user_id, purpose, created_at, expires_at)
       VALUES (sha256($1), $2, 'password-reset', now(), $3)`,
      [link, who.id, new Date(desk.clock.now() + 60_000)],
    );
    const password = 'a brand new password';
    await desk.ask(setPasswordByToken, { ...none, body: { token: link, password } });
    const { token } = await challenged({ ...who, password });
    await expect(second(token, code())).resolves.toBeDefined();
  });
});

describe('recovery codes', () => {
  const recover = (token: string, payload: string) => second(token, payload, { method: 'recovery_codes' });

  it('open once each, in any writing, and are told of', async () => {
    const who = await person();
    const { recovery, actor } = await withApp(who);
    const typed = (recovery[0] ?? '').toUpperCase().replaceAll('-', ' ');
    const tokens = await Promise.all([1, 2].map(async () => (await challenged(who)).token));
    const results = await Promise.allSettled(tokens.map((token) => recover(token, typed)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(recover((await challenged(who)).token, typed)).rejects.toMatchObject(wrong);
    expect(await desk.ask(twoFactorConfiguration, none, actor)).toMatchObject({ recovery_codes_left: 9 });
    await desk.bus.hear(credentialChanged, ({ data }) => data.userId === who.id && data.what === 'used');
  });

  it('are nobody else’s', async () => {
    const [one, other] = [await person(), await person()];
    const { recovery } = await withApp(one);
    await withApp(other);
    await expect(recover((await challenged(other)).token, recovery[0] ?? '')).rejects.toMatchObject(wrong);
  });

  it('are replaced as a whole', async () => {
    const who = await person();
    const { recovery, actor } = await withApp(who);
    const fresh = await desk.ask(generateRecoveryCodes, none, actor);
    expect(fresh).toHaveLength(10);
    await expect(recover((await challenged(who)).token, recovery[0] ?? '')).rejects.toMatchObject(wrong);
    await expect(recover((await challenged(who)).token, fresh[0] ?? '')).resolves.toBeDefined();
  });

  it('are not made without a second factor, and go with the last one', async () => {
    const who = await person();
    const { actor } = await withApp(who);
    await desk.ask(removeTwoFactor, { params: {}, query: { method: 'authenticator_app' } }, actor);
    await expect(desk.ask(generateRecoveryCodes, none, actor)).rejects.toMatchObject({ kind: 'conflict' });
    expect(await desk.rows('SELECT 1 FROM recovery_codes WHERE user_id = $1', [who.id])).toEqual([]);
    await opened(who);
  });
});

describe('changing second factors', () => {
  it('S23: wants a proof of the last quarter of an hour, which the password renews', async () => {
    const who = await person();
    const actor = await bySession((await opened(who)).sessionToken);
    desk.clock.advance(15 * 60_000);
    const needed = { kind: 'forbidden', code: 'identity.proof-needed' };
    await expect(desk.ask(initiateAuthenticatorApp, none, actor)).rejects.toMatchObject(needed);
    await expect(desk.ask(passkeyOptions, none, actor)).rejects.toMatchObject(needed);
    const check = (password: string) => desk.ask(checkPassword, { ...none, body: { password } }, actor);
    expect(await check('wrong')).toEqual({ success: false });
    await expect(desk.ask(initiateAuthenticatorApp, none, actor)).rejects.toMatchObject(needed);
    expect(await check(who.password)).toEqual({ success: true });
    await expect(desk.ask(initiateAuthenticatorApp, none, actor)).resolves.toBeDefined();
  });

  it('S28: is for the person, not for a token of theirs nor for who acts for them', async () => {
    const who = await person({ roles: ['Agent'] });
    const body = { name: 'all', permission: ['user_preferences'] };
    const { token } = await desk.ask(createToken, { ...none, body }, who.id);
    const { actor } = await desk.ask(authenticate, { credential: { scheme: 'token', token } });
    const refused = { kind: 'forbidden', code: 'identity.not-authorized' };
    await expect(desk.ask(initiateAuthenticatorApp, none, actor)).rejects.toMatchObject(refused);
    const acting = { ...(await desk.actor(who.id)), actingUserId: ids.admin };
    await expect(desk.ask(initiateAuthenticatorApp, none, acting)).rejects.toMatchObject(refused);
    await expect(desk.ask(generateRecoveryCodes, none, acting)).rejects.toMatchObject(refused);
  });

  it('an administrator takes lost ones from a user, which ends the sessions and is told of', async () => {
    const who = await person();
    const { actor } = await withApp(who);
    const params = { params: { id: who.id }, query: {} };
    expect(await desk.ask(userTwoFactor, params, ids.admin)).toMatchObject([{ method: 'authenticator_app' }]);
    await expect(desk.ask(userTwoFactor, params, ids.agent)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(desk.ask(removeUserTwoFactor, params, ids.agent)).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(desk.ask(removeUserTwoFactor, params, actor)).rejects.toMatchObject({ kind: 'forbidden' });
    await desk.ask(removeUserTwoFactor, params, ids.admin);
    expect(await desk.rows('SELECT 1 FROM sessions WHERE user_id = $1', [who.id])).toEqual([]);
    expect((await opened(who)).enrolOnly).toBe(false);
    const { data } = await desk.bus.hear(
      credentialChanged,
      (event) => event.data.userId === who.id && event.data.what === 'removed',
    );
    expect(data).toEqual({ userId: who.id, byUserId: ids.admin, what: 'removed', credential: 'second-factors' });
    const nobody = { params: { id: 999_999 }, query: {} };
    await expect(desk.ask(removeUserTwoFactor, nobody, ids.admin)).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('a role that demands a second factor', () => {
  const demand = async (roleIds: number[]) => {
    const settings = await desk.ask(signInSettings.list, none, ids.admin);
    const { id = 0 } = settings.find(({ name }) => name === 'two_factor_authentication_enforce_role_ids') ?? {};
    const body = { state_current: { value: roleIds } };
    return desk.ask(signInSettings.update, { params: { id }, query: {}, body }, ids.admin);
  };
  const agentRole = 2;
  beforeEach(() => demand([agentRole]));
  afterAll(() => demand([]));

  it('lets a sign-in without one do nothing but set one up, and everything from then on', async () => {
    const who = await person({ roles: ['Agent'], group_ids: { 1: ['full'] } });
    const { sessionToken, enrolOnly } = await opened(who);
    expect(enrolOnly).toBe(true);
    const actor = await bySession(sessionToken);
    expect(actor).toMatchObject({
      mustEnrol: true,
      permissions: ['user_preferences.two_factor_authentication'],
      groups: {},
    });
    expect(await desk.ask(currentUser, none, actor)).toMatchObject({ two_factor_required: true });
    expect(await desk.ask(twoFactorConfiguration, none, actor)).toMatchObject({ required: true });
    await expect(desk.ask(users.list, none, actor)).resolves.toHaveLength(1);
    await expect(
      desk.ask(createToken, { ...none, body: { name: 'x', permission: ['ticket.agent'] } }, actor),
    ).rejects.toMatchObject({ kind: 'forbidden' });

    const { configuration } = await desk.ask(initiateAuthenticatorApp, none, actor);
    const app = new TOTP({ secret: configuration.secret });
    const payload = app.generate({ timestamp: desk.clock.now() });
    await desk.ask(verifyTwoFactor, { ...none, body: { method: 'authenticator_app', payload } }, actor);
    const whole = await bySession(sessionToken);
    expect(whole).toMatchObject({ permissions: expect.arrayContaining(['ticket.agent']), groups: { 1: ['full'] } });
    expect(whole.mustEnrol).toBeUndefined();

    const last = desk.ask(removeTwoFactor, { params: {}, query: { method: 'authenticator_app' } }, whole);
    await expect(last).rejects.toMatchObject({ kind: 'conflict', code: 'identity.second-factor-demanded' });
    await challenged(who);
  });

  it('closes Basic authentication as well, and leaves others alone', async () => {
    const who = await person({ roles: ['Agent'] });
    await expect(basic(who)).rejects.toMatchObject({ code: 'identity.second-factor-basic' });
    const customer = await person();
    await expect(basic(customer)).resolves.toBeDefined();
    expect((await opened(customer)).enrolOnly).toBe(false);
  });

  it('is for `admin.security` to say, of roles that exist', async () => {
    await expect(desk.ask(signInSettings.list, none, ids.agent)).rejects.toMatchObject({ kind: 'forbidden' });
    const body = { state_current: { value: [] } };
    const update = desk.ask(signInSettings.update, { params: { id: 1 }, query: {}, body }, ids.agent);
    await expect(update).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(demand([4711])).rejects.toMatchObject({ code: 'identity.id-unknown' });
    await expect(demand(['Agent'] as never)).rejects.toMatchObject({ code: 'identity.setting-invalid' });
    expect((await demand([agentRole])).state_current.value).toEqual([agentRole]);
    await desk.bus.hear(accessChanged, ({ data }) => data.reason === 'setting' && data.userIds === null);
  });
});

describe('passkeys', () => {
  /** Adds a passkey to somebody. */
  async function withPasskey(who: Somebody, name = 'My key', key = new SoftAuthenticator()) {
    const actor = await bySession((await signedIn(who)).sessionToken);
    const credential = key.create(await desk.ask(passkeyOptions, none, actor));
    const added = await desk.ask(addPasskey, { ...none, body: { name, credential } }, actor);
    return { actor, key, ...added };
  }
  /** With whatever passkey they have, by the first that answers. */
  async function signedIn(who: Somebody, key?: SoftAuthenticator) {
    if (!key) return opened(who);
    const { token, passkeyOptions: options } = await challenged(who);
    return byKey(token, key.get(options as { challenge: string }));
  }
  const byKey = (token: string, payload: ReturnType<SoftAuthenticator['get']>) =>
    desk.ask(signInSecondStep, { token, method: 'security_keys', payload, ip });
  const alone = async (key: SoftAuthenticator, how = {}) =>
    desk.ask(signInByPasskey, { credential: key.get(await desk.ask(passkeySignInOptions, {}), how), ip });
  const refused = { kind: 'unauthenticated', code: 'identity.passkey-refused' };

  it('are a second factor', async () => {
    const who = await person();
    const { key, passkey, recovery_codes } = await withPasskey(who, ' My key ');
    expect(passkey).toMatchObject({ name: 'My key', synced: false, last_used_at: null });
    expect(recovery_codes).toHaveLength(10);
    const { token, methods, passkeyOptions: options } = await challenged(who);
    expect(methods).toEqual(['security_keys']);
    expect(options).toMatchObject({
      rpId: 'desk.example.com',
      allowCredentials: [{ id: key.id.toString('base64url') }],
    });
    const { userId, sessionToken } = await byKey(token, key.get(options as { challenge: string }));
    expect(userId).toBe(who.id);
    const { passkeys } = await desk.ask(twoFactorConfiguration, none, await bySession(sessionToken));
    expect(passkeys[0]?.last_used_at).not.toBeNull();
  });

  it('sign in alone, without a name or password', async () => {
    const who = await person();
    const { key } = await withPasskey(who);
    const options = await desk.ask(passkeySignInOptions, {});
    expect(options).toMatchObject({ userVerification: 'required', rpId: 'desk.example.com' });
    expect(options.allowCredentials).toBeUndefined();
    const { sessionToken } = await alone(key);
    expect(await bySession(sessionToken)).toMatchObject({ userId: who.id });
  });

  it('S23: answer a challenge once, in time, and only one that was asked for this', async () => {
    const who = await person();
    const { key } = await withPasskey(who);
    const options = await desk.ask(passkeySignInOptions, {});
    const credential = key.get(options);
    await desk.ask(signInByPasskey, { credential, ip });
    await expect(desk.ask(signInByPasskey, { credential, ip })).rejects.toMatchObject(refused);
    await expect(desk.ask(signInByPasskey, { credential: key.get(options), ip })).rejects.toMatchObject(refused);

    const late = await desk.ask(passkeySignInOptions, {});
    desk.clock.advance(5 * 60_000);
    await expect(desk.ask(signInByPasskey, { credential: key.get(late), ip })).rejects.toMatchObject(refused);

    const { passkeyOptions: secondStep } = await challenged(who);
    const other = key.get(secondStep as { challenge: string });
    await expect(desk.ask(signInByPasskey, { credential: other, ip })).rejects.toMatchObject(refused);
    const made = key.get({ challenge: Buffer.alloc(54).toString('base64url') });
    await expect(desk.ask(signInByPasskey, { credential: made, ip })).rejects.toMatchObject(refused);
  });

  it('are refused from another site, when not unlocked, as a copy, and for another account', async () => {
    const [who, other] = [await person(), await person()];
    const { key } = await withPasskey(who);
    const { key: foreign } = await withPasskey(other);
    await expect(alone(key, { origin: 'https://desk.example.com.evil.example' })).rejects.toMatchObject(refused);
    await expect(alone(key, { verified: false })).rejects.toMatchObject(refused);
    await alone(key);
    await expect(alone(key, { stale: true })).rejects.toMatchObject(refused);
    const { token, passkeyOptions: options } = await challenged(who);
    await expect(byKey(token, foreign.get(options as { challenge: string }))).rejects.toMatchObject(wrong);
    await expect(alone(new SoftAuthenticator())).rejects.toMatchObject(refused);
  });

  it('open nothing for somebody who is not active any more', async () => {
    const who = await person();
    const { key } = await withPasskey(who);
    await desk.ask(users.update, { params: { id: who.id }, query: {}, body: { active: false } }, ids.admin);
    await expect(alone(key)).rejects.toMatchObject(refused);
  });

  it('may be several with names, which their owner alone changes and removes', async () => {
    const who = await person();
    const { key, actor, passkey } = await withPasskey(who, 'one');
    const again = await bySession((await signedIn(who, key)).sessionToken);
    const options = await desk.ask(passkeyOptions, none, again);
    expect(options.excludeCredentials).toMatchObject([{ id: key.id.toString('base64url') }]);
    const next = new SoftAuthenticator();
    const body = { name: 'two', credential: next.create(options) };
    const added = await desk.ask(addPasskey, { ...none, body }, again);
    expect(added.recovery_codes).toBeUndefined();
    const params = { params: { id: passkey.id }, query: {} };
    expect(await desk.ask(renamePasskey, { ...params, body: { name: 'uno' } }, actor)).toMatchObject({ name: 'uno' });
    await expect(desk.ask(renamePasskey, { ...params, body: { name: ' ' } }, actor)).rejects.toMatchObject({
      code: 'identity.blank',
    });
    const stranger = await desk.actor((await person()).id);
    await expect(desk.ask(deletePasskey, params, stranger)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(desk.ask(renamePasskey, { ...params, body: { name: 'x' } }, stranger)).rejects.toMatchObject({
      kind: 'not-found',
    });
    await desk.ask(deletePasskey, params, actor);
    await expect(alone(key)).rejects.toMatchObject(refused);
    await expect(alone(next)).resolves.toMatchObject({ userId: who.id });
  });

  it('are added once, by an answer to the very options of that person', async () => {
    const [who, other] = [await person(), await person()];
    const { actor, key } = await withPasskey(who);
    const theirs = await bySession((await opened(other)).sessionToken);
    const notAdded = { kind: 'invalid', code: 'identity.passkey-not-added' };
    const add = (options: { challenge: string }, from = theirs, device = new SoftAuthenticator(), how = {}) =>
      desk.ask(addPasskey, { ...none, body: { name: 'x', credential: device.create(options, how) } }, from);
    await expect(add(await desk.ask(passkeyOptions, none, actor))).rejects.toMatchObject(notAdded);
    const mine = await desk.ask(passkeyOptions, none, theirs);
    await expect(add(mine, theirs, key)).rejects.toMatchObject(notAdded);
    const evil = { origin: 'https://evil.example' };
    await expect(add(mine, theirs, new SoftAuthenticator(), evil)).rejects.toMatchObject(notAdded);
    await add(mine);
    await expect(add(mine)).rejects.toMatchObject(notAdded);
  });
});

describe('what is over', () => {
  it('is swept away: first steps, answered challenges, sign-ups; what is not stays', async () => {
    const { Sweep } = await import('../src/application/sweep.ts');
    const who = await person();
    const { code } = await withApp(who);
    const rows = async () =>
      (await desk.rows<{ n: number }>('SELECT count(*)::int AS n FROM sign_in_steps WHERE user_id = $1', [who.id]))[0]
        ?.n;
    await challenged(who);
    desk.clock.advance(4 * 60_000);
    const { token } = await challenged(who);
    desk.clock.advance(2 * 60_000);
    await desk.rows(`INSERT INTO used_challenges VALUES ('\\x00', $1), ('\\x01', $2)`, [
      new Date(desk.clock.now() - 1),
      new Date(desk.clock.now() + 1),
    ]);
    expect(await rows()).toBe(2);
    await desk.service.get(Sweep).run();
    expect(await rows()).toBe(1);
    const challenges = `SELECT encode(challenge_hash, 'hex') AS h FROM used_challenges WHERE length(challenge_hash) = 1`;
    expect(await desk.rows(challenges)).toEqual([{ h: '01' }]);
    await second(token, code());
  });
});
