import {
  accessChanged,
  authenticate,
  changePassword,
  createToken,
  deleteToken,
  listTokens,
  mailPasswordReset,
  requestPasswordReset,
  sendMail,
  setPasswordByToken,
  signIn,
  signInSettings,
  signOut,
  signUpSettings,
  unlockUser,
  users,
  userUpdated,
} from '@helpmesh/contracts';
import { Session } from '@helpmesh/persistence';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminPassword, ids, openedBy, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());
// Far enough for every count of tries and every remembered password to be over.
beforeEach(() => desk.clock.advance(3 * 3_600_000));

const basic = (login: string, password: string, more: { ip?: string; onBehalfOf?: string } = {}) =>
  desk.ask(authenticate, { credential: { scheme: 'basic', login, password }, ...more });
const byToken = (token: string, onBehalfOf?: string) =>
  desk.ask(authenticate, { credential: { scheme: 'token', token }, onBehalfOf });
const bySession = (sessionToken: string) => desk.ask(authenticate, { credential: { scheme: 'session', sessionToken } });

let people = 0;
/** A new user with a password. */
async function person(more: Record<string, unknown> = {}) {
  const email = `person${++people}@example.org`;
  const password = `a long password ${people}`;
  const row = await desk.ask(
    users.create,
    { params: {}, query: {}, body: { firstname: 'Per', lastname: 'Son', email, password, ...more } },
    ids.admin,
  );
  return { id: row.id, email, password };
}

const refusedBasic = { kind: 'unauthenticated', detail: 'Invalid BasicAuth credentials' };

describe('Basic', () => {
  it('knows the administrator of the seed, with all rights', async () => {
    const { actor, csrfToken, maxAgeMs } = await basic('Admin@Example.com ', adminPassword);
    expect(actor).toMatchObject({ kind: 'user', userId: ids.admin, login: 'admin@example.com', via: 'basic' });
    expect(actor.permissions).toEqual(expect.arrayContaining(['admin', 'ticket.agent', 'report']));
    expect(actor.groups).toEqual({ 1: ['full'], 2: ['full'] });
    expect(csrfToken).toBeNull();
    expect(maxAgeMs).toBeGreaterThan(0);
  });

  it('gives a customer no groups and the own organization', async () => {
    const nicole = await person({ organization_id: 1 });
    const { actor } = await basic(nicole.email, nicole.password);
    expect(actor).toMatchObject({ groups: {}, organizationIds: [1], sharedOrganizationIds: [1] });
    expect(actor.permissions).toContain('ticket.customer');
  });

  it.each([
    ['a wrong password', 'admin@example.com', 'wrong'],
    ['an empty password', 'admin@example.com', ''],
    ['an unknown login', 'nobody@example.com', 'wrong'],
    ['an empty login', '', adminPassword],
    ['somebody without a password', 'agent1@example.com', ''],
    ['the inactive system user', '-', ''],
  ])('refuses %s with the same words', async (_what, login, password) => {
    await expect(basic(login, password)).rejects.toMatchObject(refusedBasic);
  });

  it('refuses an account from the moment it is deactivated, also when its password was just right', async () => {
    const { id, email, password } = await person();
    await basic(email, password);
    await desk.ask(users.update, { params: { id }, query: {}, body: { active: false } }, ids.admin);
    await expect(basic(email, password)).rejects.toMatchObject(refusedBasic);
  });

  it('remembers a right password for a minute, and not beyond a change of it', async () => {
    const { id, email, password } = await person();
    await basic(email, password, { ip: '192.0.2.1' });
    const checks = async () => {
      const body = await (await fetch(`${desk.service.url}/metrics`)).text();
      return Number(/sign_ins_total\{way="basic",result="ok"\} (\d+)/.exec(body)?.[1]);
    };
    const before = await checks();
    await Promise.all(Array.from({ length: 20 }, () => basic(email, password, { ip: '192.0.2.1' })));
    expect(await checks()).toBe(before);
    desk.clock.advance(61_000);
    await basic(email, password, { ip: '192.0.2.1' });
    expect(await checks()).toBe(before + 1);
    await desk.ask(users.update, { params: { id }, query: {}, body: { password: 'another one entirely' } }, ids.admin);
    await expect(basic(email, password, { ip: '192.0.2.1' })).rejects.toMatchObject(refusedBasic);
  });

  it('checks equal requests of one moment once', async () => {
    const { id, email, password } = await person();
    await Promise.all(Array.from({ length: 30 }, () => basic(email, password, { ip: '192.0.2.9' })));
    expect(await desk.rows('SELECT login_failed FROM users WHERE id = $1', [id])).toEqual([{ login_failed: 0 }]);
  });
});

describe('S26: guessing', () => {
  const limited = { kind: 'limited', code: 'identity.too-many-tries' };
  const guess = async (login: string, ip: string, times: number) => {
    for (let i = 0; i < times; i++) await basic(login, `guess ${i}`, { ip }).catch(() => undefined);
  };

  it.each(['known', 'unknown'])(
    'makes a place wait after five wrong passwords for an account that is %s',
    async (what) => {
      const login = what === 'known' ? (await person()).email : 'ghost@example.org';
      await guess(login, '192.0.2.2', 4);
      await expect(basic(login, 'wrong', { ip: '192.0.2.2' })).rejects.toMatchObject(refusedBasic);
      await expect(basic(login, 'wrong', { ip: '192.0.2.2' })).rejects.toMatchObject(limited);
    },
  );

  it('counts a household’s IPv6 addresses as one place, and IPv4 within IPv6 as IPv4', async () => {
    const { email } = await person();
    for (let i = 0; i < 5; i++) await guess(email, `2001:db8:1:2:${i + 1}::${i}`, 1);
    await expect(basic(email, 'wrong', { ip: '2001:db8:1:2:ffff::1' })).rejects.toMatchObject(limited);
    await expect(basic(email, 'wrong', { ip: '2001:db8:1:3::1' })).rejects.toMatchObject(refusedBasic);
    await guess(email, '192.0.2.9', 4);
    await guess(email, '::ffff:192.0.2.9', 1);
    await expect(basic(email, 'wrong', { ip: '192.0.2.9' })).rejects.toMatchObject(limited);
  });

  it('makes a waiting place wait with the right password as well, and lets it in afterwards', async () => {
    const { email, password } = await person();
    await guess(email, '192.0.2.3', 5);
    await expect(basic(email, password, { ip: '192.0.2.3' })).rejects.toMatchObject(limited);
    desk.clock.advance(31_000);
    await expect(basic(email, password, { ip: '192.0.2.3' })).resolves.toBeDefined();
  });

  it('ends for somebody whom an administrator lets in, and for nobody else’s asking', async () => {
    const { id, email, password } = await person();
    await guess(email, '192.0.2.13', 5);
    await expect(basic(email, password, { ip: '192.0.2.13' })).rejects.toMatchObject(limited);
    const unlock = (whom: number, by: number) => desk.ask(unlockUser, { params: { id: whom }, query: {} }, by);
    await expect(unlock(id, ids.agent)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await unlock(id, ids.admin)).toEqual({});
    expect(await desk.rows('SELECT login_failed FROM users WHERE id = $1', [id])).toEqual([{ login_failed: 0 }]);
    await expect(basic(email, password, { ip: '192.0.2.13' })).resolves.toBeDefined();
    await expect(unlock(999_999, ids.admin)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('cannot be used to find out what another place has proven', async () => {
    const { email, password } = await person();
    await basic(email, password, { ip: '192.0.2.4' });
    await guess(email, '192.0.2.5', 5);
    await expect(basic(email, password, { ip: '192.0.2.5' })).rejects.toMatchObject(limited);
  });

  it('never locks the owner out, however many places a stranger tries from; each then gets one try', async () => {
    const { email, password } = await person();
    for (let place = 0; place < 5; place++) await guess(email, `203.0.113.${place}`, 4);
    await guess(email, '198.51.100.1', 1);
    await expect(basic(email, password, { ip: '198.51.100.1' })).rejects.toMatchObject(limited);
    await expect(basic(email, password, { ip: '192.0.2.6' })).resolves.toBeDefined();
  });

  it('counts tries made at the same time one by one', async () => {
    const { email } = await person();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => basic(email, `guess ${i}`, { ip: '192.0.2.7' })),
    );
    const reasons = results.map((result) => (result.status === 'rejected' ? result.reason.kind : 'in'));
    expect(reasons.filter((kind) => kind === 'unauthenticated')).toHaveLength(5);
    expect(reasons.filter((kind) => kind === 'limited')).toHaveLength(15);
  });

  it('shows the wrong passwords on the user until the right one comes', async () => {
    const { id, email, password } = await person();
    await guess(email, '192.0.2.8', 3);
    const failed = async () => (await desk.ask(users.get, { params: { id }, query: {} }, ids.admin)).login_failed;
    expect(await failed()).toBe(3);
    await basic(email, password, { ip: '192.0.2.8' });
    expect(await failed()).toBe(0);
  });
});

describe('S23: a session', () => {
  const open = async (email: string, password: string) =>
    openedBy(await desk.ask(signIn, { username: email, password, ip: '192.0.2.20', userAgent: 'a browser' }));

  it('opens with a password and names its user, session and CSRF token', async () => {
    const { id, email, password } = await person();
    const opened = await open(email.toUpperCase(), password);
    expect(opened.userId).toBe(id);
    const { actor, csrfToken } = await bySession(opened.sessionToken);
    expect(actor).toMatchObject({ userId: id, via: 'session', sessionId: expect.any(Number) });
    expect(csrfToken).toBe(opened.csrfToken);
    const [user] = await desk.rows<{ last_login: Date }>('SELECT last_login FROM users WHERE id = $1', [id]);
    expect(user?.last_login).toEqual(new Date(desk.clock.now()));
  });

  it('keeps no token in the database, and gives a new one each time', async () => {
    const { id, email, password } = await person();
    const [one, other] = [await open(email, password), await open(email, password)];
    expect(one.sessionToken).not.toBe(other.sessionToken);
    const text = JSON.stringify(await desk.rows('SELECT * FROM sessions WHERE user_id = $1', [id]));
    expect(text).not.toContain(one.sessionToken);
    expect(text).not.toContain(Buffer.from(one.sessionToken).toString('hex'));
  });

  it('refuses a wrong password like an unknown user', async () => {
    const words = 'Login failed. Have you double-checked your credentials and completed the email verification step?';
    const refused = { kind: 'unauthenticated', detail: words };
    await expect(open('admin@example.com', 'wrong')).rejects.toMatchObject(refused);
    await expect(open('nobody@example.com', 'wrong')).rejects.toMatchObject(refused);
  });

  it('ends after eight hours without use, and lives on with it, but never beyond a day', async () => {
    const { email, password } = await person();
    const { sessionToken } = await open(email, password);
    const ended = { kind: 'unauthenticated', code: 'identity.session-ended' };
    desk.clock.advance(7.9 * 3_600_000);
    await bySession(sessionToken);
    desk.clock.advance(7.9 * 3_600_000);
    await bySession(sessionToken);
    desk.clock.advance(7.9 * 3_600_000);
    expect((await bySession(sessionToken)).maxAgeMs).toBeGreaterThan(0);
    desk.clock.advance(0.4 * 3_600_000);
    await expect(bySession(sessionToken)).rejects.toMatchObject(ended);

    const idle = await open(email, password);
    desk.clock.advance(8.1 * 3_600_000);
    await expect(bySession(idle.sessionToken)).rejects.toMatchObject(ended);
  });

  it.each(['', ' ', 'null', 'x'.repeat(43)])('is not opened by the token %j', async (token) => {
    await expect(bySession(token)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  it('ends with sign-out, everywhere', async () => {
    const { id, email, password } = await person();
    const { sessionToken } = await open(email, password);
    await desk.ask(signOut, { sessionToken });
    await expect(bySession(sessionToken)).rejects.toMatchObject({ kind: 'unauthenticated' });
    await desk.bus.hear(accessChanged, ({ data }) => data.reason === 'signed-out' && data.userIds?.[0] === id);
    await expect(desk.ask(signOut, { sessionToken })).resolves.toEqual({});
  });

  it('ends when an administrator deactivates the user, sets a password or changes roles', async () => {
    const { id, email, password } = await person();
    for (const body of [{ role_ids: [2, 3] }, { password }, { active: false }]) {
      const { sessionToken } = await open(email, password);
      await bySession(sessionToken);
      await desk.ask(users.update, { params: { id }, query: {}, body }, ids.admin);
      await expect(bySession(sessionToken), JSON.stringify(body)).rejects.toMatchObject({ kind: 'unauthenticated' });
    }
  });
});

describe('a way that administrators have closed', () => {
  const choose = async (name: string, value: boolean) => {
    const settings = await desk.ask(signInSettings.list, { params: {}, query: {} }, ids.admin);
    const id = settings.find((one) => one.name === name)?.id as number;
    const body = { state_current: { value } };
    await desk.ask(signInSettings.update, { params: { id }, query: {}, body }, ids.admin);
  };

  it('is no way for programs, and open again when they say so; people still sign in at the page', async () => {
    const { id, email, password } = await person({ roles: ['Agent'] });
    const made = await desk.ask(
      createToken,
      { params: {}, query: {}, body: { name: 'program', permission: ['user_preferences'] } },
      id,
    );
    const { token } = made as { token: string };
    for (const [name, way, detail] of [
      ['api_password_access', () => basic(email, password), 'API password access disabled!'],
      ['api_token_access', () => byToken(token), 'API token access disabled!'],
    ] as const) {
      try {
        await choose(name, false);
        await expect(way()).rejects.toMatchObject({ kind: 'forbidden', detail });
        expect(openedBy(await desk.ask(signIn, { username: email, password })).sessionToken).toBeTruthy();
      } finally {
        await choose(name, true);
      }
      expect((await way()).actor.userId).toBe(id);
    }
    await expect(byToken(`${token}x`)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});

describe('an API token', () => {
  const create = (userId: number, permission: string[], expires_at?: string) =>
    desk
      .ask(createToken, { params: {}, query: {}, body: { name: 'sync', permission, expires_at } }, userId)
      .then(({ token }) => token);

  it('opens the API with no more than what it was given', async () => {
    const token = await create(ids.admin, ['admin.user']);
    expect(token).toMatch(/^hm_\d+_[0-9a-f]{72}$/);
    const { actor } = await byToken(token);
    expect(actor).toMatchObject({ userId: ids.admin, via: 'token', permissions: ['admin.user'], groups: {} });
  });

  it('keeps the groups of an agent only when it may be an agent', async () => {
    const { actor } = await byToken(await create(ids.agent, ['ticket.agent']));
    expect(actor).toMatchObject({ permissions: ['ticket.agent'], groups: { 1: ['full'], 2: ['full'] } });
  });

  it('loses what its user loses', async () => {
    const { id } = await person({ roles: ['Agent'], group_ids: { 1: ['read'] } });
    const token = await create(id, ['ticket.agent']);
    await desk.ask(users.update, { params: { id }, query: {}, body: { roles: ['Customer'] } }, ids.admin);
    expect((await byToken(token)).actor).toMatchObject({ permissions: [], groups: {} });
    await desk.ask(users.update, { params: { id }, query: {}, body: { active: false } }, ids.admin);
    await expect(byToken(token)).rejects.toMatchObject({ detail: "Can't find User for Token" });
  });

  it('S26: is refused when nobody made it', async () => {
    const token = await create(ids.admin, ['admin.user']);
    const flip = (at: number) => `${token.slice(0, at)}${token[at] === '0' ? '1' : '0'}${token.slice(at + 1)}`;
    const [, id = '', rest = ''] = token.split('_');
    const swapped = `hm_${Number(id) + 1}_${rest}`;
    for (const wrong of ['', ' ', 'x', flip(12), flip(token.length - 1), swapped, `hm_99999999999_${rest}`]) {
      await expect(byToken(wrong), wrong).rejects.toMatchObject({
        kind: 'unauthenticated',
        detail: "Can't find User for Token",
      });
    }
  });

  it('is compared with what is stored, not only with its own checksum', async () => {
    const { formatApiToken } = await import('../src/application/secrets.ts');
    const token = await create(ids.admin, ['admin.user']);
    const forged = formatApiToken({ id: Number(token.split('_')[1]), secret: '0'.repeat(64) });
    await expect(byToken(forged)).rejects.toMatchObject({ detail: "Can't find User for Token" });
  });

  it('ends at its expiry, and answers about it are not reused beyond', async () => {
    const token = await create(ids.admin, ['admin.user'], new Date(desk.clock.now() + 10_000).toISOString());
    expect((await byToken(token)).maxAgeMs).toBeLessThanOrEqual(10_000);
    desk.clock.advance(10_000);
    await expect(byToken(token)).rejects.toMatchObject({
      kind: 'unauthenticated',
      detail: 'Not authorized (token expired)!',
    });
  });

  it('is listed without its secret, with when it was used, and can be revoked at once', async () => {
    const token = await create(ids.agent, ['ticket.agent']);
    await byToken(token);
    const list = await desk.ask(listTokens, { params: {}, query: {} }, ids.agent);
    const id = Number(token.split('_')[1]);
    expect(list.tokens.find((one) => one.id === id)).toMatchObject({
      name: 'sync',
      last_used_at: new Date(desk.clock.now()).toISOString(),
    });
    expect(JSON.stringify(list)).not.toContain(token.slice(10, 60));
    await expect(desk.ask(deleteToken, { params: { id }, query: {} }, ids.admin)).rejects.toMatchObject({
      kind: 'not-found',
    });
    await desk.ask(deleteToken, { params: { id }, query: {} }, ids.agent);
    await expect(byToken(token)).rejects.toMatchObject({ kind: 'unauthenticated' });
    await desk.bus.hear(accessChanged, ({ data }) => data.reason === 'token-revoked');
  });

  it('records its use at most once a minute', async () => {
    const token = await create(ids.agent, ['ticket.agent']);
    const used = () => desk.rows('SELECT last_used_at FROM api_tokens ORDER BY id DESC LIMIT 1');
    await byToken(token);
    const first = await used();
    desk.clock.advance(59_000);
    await byToken(token);
    expect(await used()).toEqual(first);
    desk.clock.advance(1_000);
    await byToken(token);
    expect(await used()).not.toEqual(first);
  });

  it('makes no token with more than its own rights', async () => {
    const narrow = (await byToken(await create(ids.admin, ['user_preferences.access_token']))).actor;
    const body = { name: 'wider', permission: ['admin'] };
    await expect(desk.ask(createToken, { params: {}, query: {}, body }, narrow)).rejects.toMatchObject({
      kind: 'forbidden',
      detail: 'Not authorized',
    });
    await expect(create(ids.admin, ['admin.nonsense'])).rejects.toMatchObject({
      detail: 'No lookup value found for \'permission\': "admin.nonsense"',
    });
  });

  it('makes no token that outlives it', async () => {
    const end = new Date(desk.clock.now() + 60_000).toISOString();
    const { actor } = await byToken(await create(ids.admin, ['user_preferences.access_token'], end));
    const make = (expires_at: string | null) => {
      const body = { name: 'heir', permission: ['user_preferences.access_token'], expires_at };
      return desk.ask(createToken, { params: {}, query: {}, body }, actor);
    };
    const sooner = new Date(desk.clock.now() + 30_000).toISOString();
    for (const wished of [null, new Date(desk.clock.now() + 3_600_000).toISOString(), sooner]) await make(wished);
    const { tokens } = await desk.ask(listTokens, { params: {}, query: {} }, ids.admin);
    expect(tokens.filter(({ name }) => name === 'heir').map(({ expires_at }) => expires_at)).toEqual([
      end,
      end,
      sooner,
    ]);
  });

  it('is not for customers', async () => {
    await expect(create(ids.nicole, ['ticket.customer'])).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('S28: acting for another', () => {
  it.each([
    ['id', '2'],
    ['login', 'Nicole.Braun@zammad.org'],
  ])('takes the rights of the user named by %s and keeps who really acts', async (_what, onBehalfOf) => {
    const { actor } = await basic('admin@example.com', adminPassword, { onBehalfOf });
    expect(actor).toMatchObject({ userId: ids.nicole, actingUserId: ids.admin, groups: {} });
    expect(actor.permissions).toContain('ticket.customer');
    expect(actor.permissions).not.toContain('admin');
  });

  it('works for the inactive system user', async () => {
    const { actor } = await basic('admin@example.com', adminPassword, { onBehalfOf: '1' });
    expect(actor).toMatchObject({ userId: 1, actingUserId: ids.admin, permissions: [] });
  });

  it('needs admin.user, of the token in use as well', async () => {
    const detail = "Current user has no permission to use 'From'/'X-On-Behalf-Of'!";
    const agent = await person({ roles: ['Agent'] });
    const asked = basic(agent.email, agent.password, { onBehalfOf: '2' });
    await expect(asked).rejects.toMatchObject({ kind: 'forbidden', detail });
    const { token } = await desk.ask(
      createToken,
      { params: {}, query: {}, body: { name: 'narrow', permission: ['ticket.agent'] } },
      ids.admin,
    );
    await expect(byToken(token, '2')).rejects.toMatchObject({ kind: 'forbidden', detail });
    await expect(byToken(token, 'nobody')).rejects.toMatchObject({ kind: 'forbidden', detail });
  });

  it('does not widen a token', async () => {
    const { token } = await desk.ask(
      createToken,
      { params: {}, query: {}, body: { name: 'users', permission: ['admin.user'] } },
      ids.admin,
    );
    const { actor } = await byToken(token, String(ids.agent));
    expect(actor).toMatchObject({ userId: ids.agent, permissions: [], groups: {} });
  });

  it('is for nobody who administers more than the caller, or than the token in use', async () => {
    const { token } = await desk.ask(
      createToken,
      { params: {}, query: {}, body: { name: 'users', permission: ['admin.user', 'admin.tag'] } },
      ids.admin,
    );
    const beyond = { kind: 'forbidden', code: 'identity.beyond-own-rights' };
    await expect(byToken(token, String(ids.admin))).rejects.toMatchObject(beyond);
    const { actor } = await basic('admin@example.com', adminPassword, { onBehalfOf: String(ids.admin) });
    expect(actor.permissions).toContain('admin');
  });

  it('refuses an unknown name', async () => {
    await expect(basic('admin@example.com', adminPassword, { onBehalfOf: 'ghost' })).rejects.toMatchObject({
      kind: 'forbidden',
      detail: "No such user 'ghost'",
    });
  });

  it('leaves no key behind: no token, no password', async () => {
    const { actor } = await basic('admin@example.com', adminPassword, { onBehalfOf: String(ids.agent) });
    const token = { params: {}, query: {}, body: { name: 'x', permission: ['ticket.agent'] } };
    await expect(desk.ask(createToken, token, actor)).rejects.toMatchObject({ kind: 'forbidden' });
    const change = { params: {}, query: {}, body: { password_old: 'x', password_new: 'y'.repeat(12) } };
    await expect(desk.ask(changePassword, change, actor)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('S24: a new password by mail', () => {
  const reset = (username: string) => desk.ask(requestPasswordReset, { params: {}, query: {}, body: { username } });
  const use = (token: string, password?: string) =>
    desk.ask(setPasswordByToken, { params: {}, query: {}, body: { token, password } });
  const mailTo = (email: string, kind: string, count = 1) =>
    desk.bus
      .hear(sendMail, ({ data }) => data.to[0]?.address === email && data.kind === kind && mails(email).length >= count)
      .then(() => mails(email).at(-1));
  const mails = (email: string) => desk.bus.heard(sendMail).filter(({ data }) => data.to[0]?.address === email);
  const tokenIn = (mail: Awaited<ReturnType<typeof mailTo>>) => {
    const content = mail?.data.content as unknown as { values: { link: string } };
    return new URL(content.values.link).searchParams.get('token') ?? '';
  };

  it('comes with a link that sets it once', async () => {
    const { id, email, password } = await person({ preferences: { locale: 'de' } });
    const { sessionToken } = openedBy(await desk.ask(signIn, { username: email, password }));
    expect(await reset(email)).toEqual({ message: 'ok' });
    const mail = await mailTo(email, 'password-reset');
    const token = tokenIn(mail);
    expect(mail?.data).toMatchObject({
      to: [{ name: 'Per Son', address: email }],
      automatic: true,
      content: {
        template: 'password-reset',
        locale: 'de',
        values: {
          name: 'Per Son',
          link: `https://desk.example.com/reset?token=${token}`,
          hours: '1',
        },
      },
    });
    expect(JSON.stringify(await desk.rows('SELECT * FROM one_time_tokens'))).not.toContain(token);

    expect(await use(token)).toEqual({ message: 'ok', user_login: email });
    expect(await use(token, 'a brand new password')).toEqual({ message: 'ok', user_login: email });
    await expect(use(token, 'yet another password')).rejects.toMatchObject({ code: 'identity.link-not-valid' });
    await expect(bySession(sessionToken)).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(basic(email, password)).rejects.toMatchObject(refusedBasic);
    await expect(basic(email, 'a brand new password')).resolves.toMatchObject({ actor: { userId: id } });
    await desk.bus.hear(accessChanged, ({ data }) => data.reason === 'password' && data.userIds?.[0] === id);
    const { verified } = await desk.ask(users.get, { params: { id }, query: {} }, ids.admin);
    expect(verified).toBe(true);
  });

  it('sets exactly one of two passwords sent at the same time', async () => {
    const { email } = await person();
    await reset(email);
    const token = tokenIn(await mailTo(email, 'password-reset'));
    const results = await Promise.allSettled([use(token, 'first new password'), use(token, 'second new password')]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('frees an account that somebody guessed at', async () => {
    const { email } = await person();
    for (let i = 0; i < 5; i++) await basic(email, 'wrong', { ip: '192.0.2.30' }).catch(() => undefined);
    await reset(email);
    await use(tokenIn(await mailTo(email, 'password-reset')), 'a brand new password');
    await expect(basic(email, 'a brand new password', { ip: '192.0.2.30' })).resolves.toBeDefined();
  });

  it('refuses a weak password without using the link up', async () => {
    const { email } = await person();
    await reset(email);
    const token = tokenIn(await mailTo(email, 'password-reset'));
    await expect(use(token, 'short')).rejects.toMatchObject({
      kind: 'invalid',
      detail: 'Invalid password, it must be at least 10 characters long!',
    });
    await expect(use(token, 'long enough, this one')).resolves.toBeDefined();
  });

  it('refuses a link after its hour, a blank one and a made-up one', async () => {
    const { email } = await person();
    await reset(email);
    const token = tokenIn(await mailTo(email, 'password-reset'));
    desk.clock.advance(3_600_001);
    for (const wrong of [token, '', ' ', 'null', 'A'.repeat(43)]) {
      await expect(use(wrong, 'a brand new password'), wrong).rejects.toMatchObject({
        kind: 'invalid',
        code: 'identity.link-not-valid',
      });
    }
  });

  const ordered = (username: string) => desk.bus.hear(mailPasswordReset, ({ data }) => data.username === username);
  const tokens = (email: string) =>
    desk.rows('SELECT 1 FROM one_time_tokens t JOIN users u ON u.id = t.user_id WHERE u.email = $1', [email]);

  it('orders and answers the same for everybody, and mails nobody who is unknown, inactive or without address', async () => {
    const { id, email: former } = await person();
    await desk.ask(users.update, { params: { id }, query: {}, body: { active: false } }, ids.admin);
    const { email } = await person();
    const before = desk.bus.heard(sendMail).length;
    for (const username of ['ghost@example.org', '-', former, email]) {
      expect(await reset(` ${username.toUpperCase()}`)).toEqual({ message: 'ok' });
      expect((await ordered(username)).data).toEqual({ username });
    }
    expect(await reset(' ')).toEqual({ message: 'ok' });
    await mailTo(email, 'password-reset');
    await desk.bus.settled('identity');
    expect(desk.bus.heard(sendMail)).toHaveLength(before + 1);
    expect(await tokens(former)).toEqual([]);
    expect(desk.bus.heard(mailPasswordReset).filter(({ data }) => data.username.trim() === '')).toEqual([]);
    expect(await desk.rows('SELECT 1 FROM dead_letter')).toEqual([]);
  });

  it('has the order on the bus, and has answered, before anything is done that only a known account needs', async () => {
    const { email } = await person();
    const other = await Session.open({ url: desk.databaseUrl });
    try {
      await other.query('BEGIN; LOCK TABLE one_time_tokens, users IN ACCESS EXCLUSIVE MODE');
      for (const username of [email, 'ghost2@example.org']) {
        expect(await reset(username)).toEqual({ message: 'ok' });
        await ordered(username);
      }
      expect(mails(email)).toEqual([]);
    } finally {
      await other.close();
    }
    const order = await ordered(email);
    expect(await mailTo(email, 'password-reset')).toMatchObject({
      causationId: order.id,
      correlationId: order.correlationId,
    });
  });

  it('is written down with the answer, or the answer is an error: nothing is promised that a crash could take', async () => {
    const { email } = await person();
    await desk.rows('ALTER TABLE outbox ADD CONSTRAINT no_orders CHECK (kind <> $$command$$) NOT VALID');
    try {
      await expect(reset(email)).rejects.toBeDefined();
    } finally {
      await desk.rows('ALTER TABLE outbox DROP CONSTRAINT no_orders');
    }
    expect(await reset(email)).toEqual({ message: 'ok' });
    await mailTo(email, 'password-reset');
  });

  it('comes once when the order is delivered twice, in the language of the order for who has chosen none', async () => {
    const { email } = await person();
    const order = { username: email, locale: 'fr' };
    const { id } = await desk.bus.say(mailPasswordReset, order);
    expect((await mailTo(email, 'password-reset'))?.data.content).toMatchObject({ locale: 'fr' });
    await desk.bus.say(mailPasswordReset, order, { id });
    await desk.bus.settled('identity');
    expect(await tokens(email)).toHaveLength(1);
  });

  it.each([
    ['address', { email: 'somebody.else@example.org' }],
    ['login', { login: 'somebody-else' }],
  ])('no longer works by the old link once the %s is another', async (_what, change) => {
    const { id, email } = await person();
    await reset(email);
    const token = tokenIn(await mailTo(email, 'password-reset'));
    await desk.ask(users.update, { params: { id }, query: {}, body: { phone: '1' } }, ids.admin);
    await expect(use(token)).resolves.toBeDefined();
    await desk.ask(users.update, { params: { id }, query: {}, body: change }, ids.admin);
    await expect(use(token, 'a brand new password')).rejects.toMatchObject({ code: 'identity.link-not-valid' });
  });

  it('stops mailing somebody who is asked for on and on', async () => {
    const { email } = await person();
    for (let i = 0; i < 12; i++) expect(await reset(email)).toEqual({ message: 'ok' });
    await mailTo(email, 'password-reset', 5);
    await desk.bus.settled('identity');
    expect(await tokens(email)).toHaveLength(5);
    expect(desk.bus.heard(mailPasswordReset).filter(({ data }) => data.username === email)).toHaveLength(5);
  });

  it('invites a new user with a link for a week', async () => {
    const email = 'invited@example.org';
    const body = { email, firstname: 'In', lastname: 'Vited', invite: true };
    const { id } = await desk.ask(users.create, { params: {}, query: {}, body }, ids.agent);
    const mail = await mailTo(email, 'invitation');
    const token = tokenIn(mail);
    expect(mail?.data.content).toMatchObject({
      template: 'invitation',
      locale: 'en',
      values: { link: `https://desk.example.com/invite?token=${token}`, hours: '168', inviter: 'Agent 1 Test' },
    });
    await expect(basic(email, '')).rejects.toMatchObject(refusedBasic);
    desk.clock.advance(6.9 * 24 * 3_600_000);
    await use(token, 'my very first password');
    await expect(basic(email, 'my very first password')).resolves.toMatchObject({ actor: { userId: id } });
    await desk.bus.hear(userUpdated, ({ aggregateId }) => aggregateId === String(id));
  });

  it('sends the invitation again when asked, and the first link stops with the second', async () => {
    const { id, email } = await person({ password: undefined, invite: true });
    const first = tokenIn(await mailTo(email, 'invitation'));
    await desk.ask(users.update, { params: { id }, query: {}, body: { invite: true } }, ids.admin);
    const second = tokenIn(await mailTo(email, 'invitation', 2));
    expect(second).not.toBe(first);
    await use(second, 'my very first password');
    await expect(use(first, 'and my second one')).rejects.toMatchObject({ code: 'identity.link-not-valid' });
  });
});

describe('changing the own password', () => {
  it('S23: needs the old one, ends the other sessions and keeps this one', async () => {
    const { email, password } = await person();
    const here = openedBy(await desk.ask(signIn, { username: email, password }));
    const there = openedBy(await desk.ask(signIn, { username: email, password }));
    const { actor } = await bySession(here.sessionToken);
    const change = (password_old: string, password_new: string) =>
      desk.ask(changePassword, { params: {}, query: {}, body: { password_old, password_new } }, actor);
    await expect(change('wrong', 'a brand new password')).rejects.toMatchObject({
      kind: 'invalid',
      detail: 'Current password is wrong!',
    });
    await expect(change(password, 'short')).rejects.toMatchObject({ code: 'identity.password-too-weak' });
    expect(await change(password, 'a brand new password')).toEqual({ message: 'ok' });
    await expect(bySession(here.sessionToken)).resolves.toBeDefined();
    await expect(bySession(there.sessionToken)).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(basic(email, 'a brand new password')).resolves.toBeDefined();
  });

  it('S26: cannot be used to guess the old one', async () => {
    const { id } = await person();
    const change = () =>
      desk.ask(changePassword, { params: {}, query: {}, body: { password_old: 'guess', password_new: 'x' } }, id);
    for (let i = 0; i < 5; i++) await expect(change()).rejects.toMatchObject({ kind: 'invalid' });
    await expect(change()).rejects.toMatchObject({ kind: 'limited' });
  });
});

describe('S25: enumeration', () => {
  it('hashes for an unknown user what it hashes for a known one', async () => {
    const { Passwords } = await import('../src/application/sign-in/passwords.ts');
    const passwords = new Passwords();
    const cpuMs = async (stored: string | null) => {
      const before = process.cpuUsage();
      for (let i = 0; i < 3; i++) await passwords.matches(stored, 'wrong');
      const used = process.cpuUsage(before);
      return (used.user + used.system) / 1000;
    };
    const stored = await passwords.hash('right');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await cpuMs(null);
    const [unknown, known] = [await cpuMs(null), await cpuMs(stored)];
    // Without the work it would be a hundredth.
    expect(unknown).toBeGreaterThan(known / 3);
  });
});

describe('what is over', () => {
  it('is swept away, and what is not stays', async () => {
    const { Sweep } = await import('../src/application/sweep.ts');
    const { email, password } = await person({ invite: true });
    await desk.ask(signIn, { username: email, password });
    desk.clock.advance(2 * 24 * 3_600_000);
    const live = openedBy(await desk.ask(signIn, { username: email, password }));
    await basic(email, 'wrong').catch(() => undefined);
    await desk.service.get(Sweep).run();
    await bySession(live.sessionToken);
    expect(await desk.rows('SELECT count(*) AS n FROM sessions')).toEqual([{ n: 1 }]);
    const invitations = `SELECT 1 FROM one_time_tokens t JOIN users u ON u.id = t.user_id WHERE u.email = $1`;
    expect(await desk.rows(invitations, [email])).toHaveLength(1);
    expect(await desk.rows('SELECT DISTINCT account FROM sign_in_tries')).toEqual([{ account: email }]);
    desk.clock.advance(8 * 24 * 3_600_000);
    await desk.service.get(Sweep).run();
    expect(await desk.rows('SELECT 1 FROM one_time_tokens')).toEqual([]);
    expect(await desk.rows('SELECT 1 FROM sessions')).toEqual([]);
  });
});

describe('a desk that is closed for maintenance', () => {
  const choose = async (name: string, value: unknown, who: number = ids.admin) => {
    const settings = await desk.ask(signInSettings.list, { params: {}, query: {} }, ids.admin);
    const { id = 0 } = settings.find((setting) => setting.name === name) ?? {};
    return desk.ask(signInSettings.update, { params: { id }, query: {}, body: { state_current: { value } } }, who);
  };
  const shown = () => desk.ask(signUpSettings, { params: {}, query: {} });

  it('lets in those alone who look after it, by every way, and is open again for the sessions that there were', async () => {
    const { id, email, password } = await person({ roles: ['Agent'] });
    const { token } = await desk.ask(
      createToken,
      { params: {}, query: {}, body: { name: 'program', permission: ['ticket.agent'] } },
      id,
    );
    const open = openedBy(await desk.ask(signIn, { username: email, password })).sessionToken;
    const ways = [
      () => basic(email, password),
      () => byToken(token),
      () => bySession(open),
      () => desk.ask(signIn, { username: email, password }),
    ];
    const told = desk.bus.heard(accessChanged).length;
    await choose('maintenance_mode', true);
    try {
      // Whoever remembers who somebody is forgets it.
      await desk.bus.hear(accessChanged, () => desk.bus.heard(accessChanged).length > told);
      for (const way of ways) {
        await expect(way()).rejects.toMatchObject({
          ...{ kind: 'forbidden', code: 'identity.maintenance', detail: 'Maintenance mode enabled!' },
        });
      }
      expect((await basic('admin@example.com', adminPassword)).actor.userId).toBe(ids.admin);
      const admin = openedBy(await desk.ask(signIn, { username: 'admin@example.com', password: adminPassword }));
      expect((await bySession(admin.sessionToken)).actor.userId).toBe(ids.admin);
    } finally {
      await choose('maintenance_mode', false);
    }
    for (const way of ways) await way();
  });

  it('says what its administrators have to say, also before it is closed', async () => {
    expect(await shown()).toMatchObject({ maintenance_mode: false, maintenance_message: null });
    await choose('maintenance_login_message', 'Back on Monday.');
    expect(await shown()).toMatchObject({ maintenance_message: null });
    await choose('maintenance_login', true);
    expect(await shown()).toMatchObject({ maintenance_mode: false, maintenance_message: 'Back on Monday.' });
    await choose('maintenance_login', false);
    await choose('maintenance_mode', true);
    try {
      expect(await shown()).toMatchObject({ maintenance_mode: true, maintenance_message: 'Back on Monday.' });
    } finally {
      await choose('maintenance_mode', false);
      await choose('maintenance_login_message', '');
    }
    await expect(choose('maintenance_mode', 'yes')).rejects.toMatchObject({ code: 'identity.setting-invalid' });
    await expect(choose('maintenance_mode', true, (await person()).id)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
