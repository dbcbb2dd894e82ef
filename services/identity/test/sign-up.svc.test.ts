import {
  mailSignInLink,
  mailSignUp,
  requestPasswordReset,
  requestSignInLink,
  sendMail,
  setPasswordByToken,
  signIn,
  signInByLink,
  signInSettings,
  signUp,
  signUpSettings,
  userCreated,
  users,
} from '@helpmesh/contracts';
import { Session } from '@helpmesh/persistence';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());
beforeEach(() => desk.clock.advance(25 * 3_600_000));

const none = { params: {}, query: {} };
const password = 'a rather long password';
let people = 0;
const address = () => `newcomer${++people}@example.org`;
const ask = (email: string, more: object = {}) => desk.ask(signUp, { ...none, body: { email, ...more } });
const use = (token: string, chosen?: string) =>
  desk.ask(setPasswordByToken, { ...none, body: { token, password: chosen } });
const mails = (email: string) => desk.bus.heard(sendMail).filter(({ data }) => data.to[0]?.address === email);
async function mailTo(email: string, count = 1) {
  await desk.bus.hear(sendMail, () => mails(email).length >= count);
  return mails(email).at(-1) as ReturnType<typeof mails>[number];
}
type Mail = Awaited<ReturnType<typeof mailTo>>;
const linkIn = (mail: Mail) => new URL((mail.data.content as unknown as { values: { link: string } }).values.link);
const tokenIn = (mail: Mail) => linkIn(mail).searchParams.get('token') ?? '';
const notValid = { kind: 'invalid', code: 'identity.link-not-valid' };
const rowOf = async (email: string) => (await desk.rows('SELECT * FROM users WHERE email = $1', [email]))[0];

async function allow(value: unknown, setting = 'user_create_account') {
  const settings = await desk.ask(signInSettings.list, none, ids.admin);
  const { id = 0 } = settings.find(({ name }) => name === setting) ?? {};
  return desk.ask(signInSettings.update, { params: { id }, query: {}, body: { state_current: { value } } }, ids.admin);
}

describe('signing up', () => {
  it('makes a customer of whoever follows the link and chooses a password, and nobody before', async () => {
    const email = address();
    expect(await ask(` ${email.toUpperCase()} `, { firstname: ' New ', lastname: 'Comer', locale: 'de' })).toEqual({
      message: 'ok',
    });
    const mail = await mailTo(email);
    expect(await rowOf(email)).toBeUndefined();
    expect(mail?.data).toMatchObject({
      kind: 'sign-up',
      automatic: true,
      content: { template: 'sign-up', locale: 'de', values: { hours: '24' } },
    });
    expect(linkIn(mail).href).toMatch(/^https:\/\/desk\.example\.com\/welcome\?token=/);
    const token = tokenIn(mail);
    expect(JSON.stringify(await desk.rows('SELECT * FROM sign_ups'))).not.toContain(token);
    expect(await use(token)).toEqual({ message: 'ok', user_login: email });
    await expect(use(token, 'short')).rejects.toMatchObject({ code: 'identity.password-too-weak' });
    expect(await rowOf(email)).toBeUndefined();

    expect(await use(token, password)).toEqual({ message: 'ok', user_login: email });
    const { userId } = (await desk.ask(signIn, { username: email, password })) as { userId: number };
    expect(await desk.ask(users.get, { params: { id: userId }, query: {} }, ids.admin)).toMatchObject({
      login: email,
      firstname: 'New',
      lastname: 'Comer',
      verified: true,
      active: true,
      role_ids: [3],
      preferences: { locale: 'de' },
    });
    await desk.bus.hear(userCreated, ({ data }) => data.email === email);
    await expect(use(token, password)).rejects.toMatchObject(notValid);
  });

  it('S12: puts nothing of what was typed into the mail', async () => {
    const email = address();
    await ask(email, { firstname: 'Visit https://spam.example', lastname: 'NOW' });
    expect(JSON.stringify(await mailTo(email))).not.toMatch(/spam|NOW/);
  });

  it('S25: answers and orders the same for an address with an account, which alone learns it by mail', async () => {
    const known = address();
    await desk.ask(users.create, { ...none, body: { email: known, firstname: 'K', password } }, ids.admin);
    const fresh = address();
    expect(await ask(known)).toEqual(await ask(fresh));
    const mail = await mailTo(known);
    expect(mail?.data).toMatchObject({ kind: 'sign-up', content: { template: 'sign-up-known' } });
    expect(linkIn(mail).href).toBe('https://desk.example.com/forgot');
    await mailTo(fresh);
  });

  it('S25: has answered before anything is done that tells a known address from another', async () => {
    const known = address();
    await desk.ask(users.create, { ...none, body: { email: known, firstname: 'K', password } }, ids.admin);
    const other = await Session.open({ url: desk.databaseUrl });
    try {
      await other.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
      const before = desk.bus.heard(mailSignUp).length;
      for (const email of [known, address()]) expect(await ask(email)).toEqual({ message: 'ok' });
      await desk.bus.hear(mailSignUp, () => desk.bus.heard(mailSignUp).length === before + 2);
    } finally {
      await other.close();
    }
    await mailTo(known);
  });

  it('mails nobody whose account was closed', async () => {
    const email = address();
    const { id } = await desk.ask(users.create, { ...none, body: { email, firstname: 'K' } }, ids.admin);
    await desk.ask(users.update, { params: { id }, query: {}, body: { active: false } }, ids.admin);
    await ask(email);
    await desk.bus.settled('identity');
    expect(mails(email)).toEqual([]);
    expect(await desk.rows('SELECT 1 FROM dead_letter')).toEqual([]);
  });

  it('S24: works by a link of a day, once, of any number sent', async () => {
    const email = address();
    await ask(email);
    const first = tokenIn(await mailTo(email));
    await ask(email);
    const second = tokenIn(await mailTo(email, 2));
    for (const blank of ['', ' ', 'null', 'A'.repeat(43)])
      await expect(use(blank, password)).rejects.toMatchObject(notValid);
    desk.clock.advance(23.9 * 3_600_000);
    const results = await Promise.allSettled([use(first, password), use(second, password), use(first, password)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);

    const late = address();
    await ask(late);
    const over = tokenIn(await mailTo(late));
    desk.clock.advance(24 * 3_600_000);
    await expect(use(over, password)).rejects.toMatchObject(notValid);
  });

  it('ends in the account that came to be meanwhile, for who shows that the address is theirs', async () => {
    const email = address();
    await ask(email);
    const token = tokenIn(await mailTo(email));
    const { id } = await desk.ask(users.create, { ...none, body: { email, firstname: 'By Mail' } }, ids.admin);
    await use(token, password);
    expect(await desk.ask(signIn, { username: email, password })).toMatchObject({ userId: id });
    expect(await rowOf(email)).toMatchObject({ firstname: 'By Mail', verified: true });
  });

  it('stops mailing an address that is asked for on and on', async () => {
    const email = address();
    for (let i = 0; i < 8; i++) expect(await ask(email)).toEqual({ message: 'ok' });
    await mailTo(email, 5);
    await desk.bus.settled('identity');
    expect(mails(email)).toHaveLength(5);
  });

  it.each(['', 'nobody', 'a@b@c', 'x@localhost\r\nBcc: y@example.org'])('refuses the address %j', async (email) => {
    await expect(ask(email)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('can be switched off, and says so before anybody tries', async () => {
    expect(await desk.ask(signUpSettings, none)).toMatchObject({ user_create_account: true });
    await allow(false);
    try {
      expect(await desk.ask(signUpSettings, none)).toMatchObject({ user_create_account: false });
      await expect(ask(address())).rejects.toMatchObject({ kind: 'forbidden', code: 'identity.sign-up-closed' });
      await expect(desk.ask(requestPasswordReset, { ...none, body: { username: 'x' } })).resolves.toBeDefined();
      await expect(allow('yes')).rejects.toMatchObject({ code: 'identity.setting-invalid' });
    } finally {
      await allow(true);
    }
  });
});

describe('an address', () => {
  it('is unproven again when it becomes another, unless the administrator says otherwise', async () => {
    const email = address();
    const body = { email, firstname: 'V', verified: true };
    const { id } = await desk.ask(users.create, { ...none, body }, ids.admin);
    const change = (more: object) =>
      desk.ask(users.update, { params: { id }, query: {}, body: more as Record<string, string> }, ids.admin);
    expect((await change({ phone: '1' })).verified).toBe(true);
    expect((await change({ email: address() })).verified).toBe(false);
    expect((await change({ email: address(), verified: true })).verified).toBe(true);
  });
});

describe('signing in by a link in a mail', () => {
  const wish = (username: string) => desk.ask(requestSignInLink, { ...none, body: { username, locale: 'pl' } });
  const enter = (token: string) => desk.ask(signInByLink, { token, ip: '127.0.0.1', userAgent: 'test' });
  const refused = { kind: 'unauthenticated', code: 'identity.sign-in-link-not-valid' };
  const customer = async (more: object = {}) => {
    const email = address();
    return desk.ask(users.create, { ...none, body: { login: email, email, roles: ['Customer'], ...more } }, ids.admin);
  };
  const carriedOut = (email: string) => desk.bus.hear(mailSignInLink, ({ data }) => data.username === email);

  it('opens a session for a customer, once and for a quarter of an hour, and sets no password', async () => {
    const { id, email } = await customer({ preferences: { locale: 'de' } });
    expect(await wish(` ${email.toUpperCase()}`)).toEqual({ message: 'ok' });
    const mail = await mailTo(email);
    expect(mail.data).toMatchObject({
      kind: 'sign-in-link',
      content: { template: 'sign-in-link', locale: 'de', values: { minutes: '15' } },
    });
    expect(linkIn(mail).pathname).toBe('/link');
    const token = tokenIn(mail);
    await expect(use(token)).rejects.toMatchObject(notValid);
    await expect(use(token, password)).rejects.toMatchObject(notValid);
    const [first, second] = await Promise.allSettled([enter(token), enter(token)]);
    const opened = [first, second].filter(({ status }) => status === 'fulfilled');
    expect(opened).toMatchObject([{ value: { userId: id, enrolOnly: false, sessionToken: expect.any(String) } }]);
    await expect(enter(token)).rejects.toMatchObject(refused);

    await wish(email);
    const late = tokenIn(await mailTo(email, 2));
    desk.clock.advance(15 * 60_000 + 1);
    await expect(enter(late)).rejects.toMatchObject(refused);
    await expect(enter('made up')).rejects.toMatchObject(refused);
  });

  it('says the same to whoever asks, and mails nobody of the desk, unknown or switched off', async () => {
    const gone = await customer({ active: false });
    const agent = await customer({ roles: ['Customer', 'Agent'] });
    const known = await customer();
    const unknown = address();
    for (const email of [unknown, gone.email, agent.email, known.email])
      expect(await wish(email)).toEqual({ message: 'ok' });
    await mailTo(known.email);
    await carriedOut(agent.email);
    for (const email of [unknown, gone.email, agent.email]) expect(mails(email)).toEqual([]);
    // Becomes an agent while the mail is on its way.
    await desk.ask(users.update, { params: { id: known.id }, query: {}, body: { roles: ['Agent'] } }, ids.admin);
    await expect(enter(tokenIn(await mailTo(known.email)))).rejects.toMatchObject(refused);
  });

  it('is limited for each address, and off where an administrator says so', async () => {
    const { email } = await customer();
    for (let i = 0; i < 8; i++) await wish(email);
    await mailTo(email, 5);
    const { email: other } = await customer();
    await wish(other);
    await mailTo(other);
    expect(mails(email)).toHaveLength(5);
    try {
      await allow(false, 'user_sign_in_by_link');
      expect(await desk.ask(signUpSettings, none)).toMatchObject({ user_sign_in_by_link: false });
      const off = { kind: 'forbidden', code: 'identity.sign-in-link-closed' };
      await expect(wish(other)).rejects.toMatchObject(off);
      await expect(enter(tokenIn(await mailTo(other)))).rejects.toMatchObject(off);
    } finally {
      await allow(true, 'user_sign_in_by_link');
    }
  });
});
