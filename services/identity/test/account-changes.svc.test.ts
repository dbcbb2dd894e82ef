import {
  type AccountChange,
  type Actor,
  authenticate,
  beginOpenIdLink,
  beginOpenIdSignIn,
  changePassword,
  checkPassword,
  createToken,
  deleteToken,
  finishOpenIdLink,
  finishOpenIdSignIn,
  generateRecoveryCodes,
  initiateAuthenticatorApp,
  linkedAccounts,
  listTokens,
  openIdIdentities,
  openIdProviders,
  removeTwoFactor,
  removeUserTwoFactor,
  requestPasswordReset,
  sendMail,
  setPasswordByToken,
  settingChanged,
  signIn,
  signInSettings,
  users,
  userTokens,
  verifyTwoFactor,
} from '@helpmesh/contracts';
import { type OpenIdServer, openIdServer } from '@helpmesh/testing';
import { TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ids, openedBy, startIdentity, type TestIdentity } from './identity.ts';

const password = 'a rather long password';
const none = { params: {}, query: {}, body: undefined };
const callback = 'https://desk.example.com/auth/openid/egi/callback';

let desk: TestIdentity;
let egi: OpenIdServer;
let providerId: number;
let people = 0;

beforeAll(async () => {
  egi = await openIdServer({ redirectUris: [callback] });
  desk = await startIdentity({ HELPMESH_ALLOWED_PRIVATE_HOSTS: '127.0.0.1' });
  const body = {
    name: 'egi',
    title: 'EGI Check-in',
    issuer: egi.issuer,
    client_id: 'helpmesh',
    client_secret: egi.clientSecret,
    scopes: ['profile', 'email', 'entitlements'],
  };
  providerId = (await desk.ask(openIdProviders.create, { params: {}, query: {}, body }, ids.admin)).id;
});
afterAll(async () => {
  await desk?.stop();
  await egi?.stop();
});
// The provider lives in real time, and says so in what it signs.
beforeEach(() => desk.clock.set(new Date()));

interface Somebody {
  id: number;
  email: string;
  /** A session, opened just now. */
  session(): Promise<Actor>;
}

async function somebody(more: object = {}): Promise<Somebody> {
  const email = `person${++people}@example.org`;
  const body = { email, firstname: 'Ada', lastname: 'Lovelace', password, roles: ['Agent'], ...more };
  const { id } = await desk.ask(users.create, { params: {}, query: {}, body }, ids.admin);
  const session = async () => {
    const opened = openedBy(await desk.ask(signIn, { username: email, password, ip: `192.0.2.${people}` }));
    return (await desk.ask(authenticate, { credential: { scheme: 'session', sessionToken: opened.sessionToken } }))
      .actor;
  };
  return { id, email, session };
}

const told = (address: string) =>
  desk.bus
    .heard(sendMail)
    .map(({ data }) => data)
    .filter(({ to, kind }) => to[0]?.address === address && kind === 'account-changed');
/** What the owner was told so far, in order, once the mail about `change` is there. */
async function changesTold(address: string, ...changes: AccountChange[]): Promise<void> {
  const names = () => told(address).map(({ content }) => 'values' in content && content.values.change);
  await desk.bus.hear(sendMail, () => names().length >= changes.length);
  expect(names()).toEqual(changes);
}
const refusedAs = (kind: string, code: string) => ({ kind, code });

describe('the owner of an account is told by mail', () => {
  it('what changed, when, and a link to their account, in their language; once', async () => {
    const { email, session } = await somebody({ preferences: { locale: 'de-de' } });
    const me = await session();
    const passwords = { password_old: password, password_new: 'another rather long password' };
    await desk.ask(changePassword, { ...none, body: passwords }, me);
    await changesTold(email, 'password');
    expect(told(email)[0]).toMatchObject({
      to: [{ name: 'Ada Lovelace', address: email }],
      automatic: true,
      content: {
        template: 'account-changed',
        locale: 'de-de',
        values: {
          name: 'Ada Lovelace',
          change: 'password',
          at: new Date(desk.clock.now()).toISOString(),
          link: 'https://desk.example.com/account',
        },
      },
    });
    expect(told(email)[0]?.content).not.toHaveProperty('values.by');
  });

  it('by their own clocks, else by those of the desk, which is told to whom it concerns', async () => {
    const settings = await desk.ask(signInSettings.list, none, ids.admin);
    const { id = 0, area, state_initial } = settings.find(({ name }) => name === 'timezone_default') ?? {};
    expect({ area, state_initial }).toEqual({ area: 'System::Base', state_initial: { value: '' } });
    const put = (value: unknown, who: number | Actor = ids.admin) =>
      desk.ask(signInSettings.update, { params: { id }, query: {}, body: { state_current: { value } } }, who);
    const zoneToldTo = async (preferences: object) => {
      const { email, session } = await somebody({ preferences });
      const body = { password_old: password, password_new: 'another rather long password' };
      await desk.ask(changePassword, { ...none, body }, await session());
      await changesTold(email, 'password');
      const [mail] = told(email);
      return mail && 'values' in mail.content ? mail.content.values.zone : null;
    };
    expect(await zoneToldTo({})).toBeUndefined();
    const version = () => desk.bus.heard(settingChanged).map(({ aggregateVersion: at, data }) => ({ at, ...data }));
    await put('Europe/Warsaw');
    await put('Europe/Paris');
    await desk.bus.hear(settingChanged, () => version().length >= 2);
    const [first, second] = version();
    expect([first, second]).toMatchObject([
      { value: 'Europe/Warsaw' },
      { value: 'Europe/Paris', name: 'timezone_default' },
    ]);
    expect(second?.at).toBeGreaterThan(first?.at as number);
    expect(await zoneToldTo({})).toBe('Europe/Paris');
    expect(await zoneToldTo({ timezone: 'Asia/Tokyo' })).toBe('Asia/Tokyo');
    for (const wrong of ['Europe/Atlantis', 7, null]) {
      await expect(put(wrong)).rejects.toMatchObject({ code: 'identity.setting-invalid' });
    }
    const { session } = await somebody();
    await expect(put('UTC', await session())).rejects.toMatchObject({ kind: 'forbidden' });
    const admin = await (await somebody({ roles: ['Admin'] })).session();
    const keeper = (permission: string): Actor => ({ ...admin, permissions: [permission] });
    await expect(put('UTC', keeper('admin.security'))).rejects.toMatchObject({ kind: 'forbidden' });
    await put('', keeper('admin.system'));
  });

  it('of a password set by the link of a reset, but not of the first one after an invitation', async () => {
    const { id, email } = await somebody({ invite: true });
    const tokenOf = async (kind: string) => {
      const mail = await desk.bus.hear(sendMail, ({ data }) => data.to[0]?.address === email && data.kind === kind);
      const link = 'values' in mail.data.content ? mail.data.content.values.link : '';
      return new URL(link ?? '').searchParams.get('token') ?? '';
    };
    const invited = { token: await tokenOf('invitation'), password };
    await desk.ask(setPasswordByToken, { ...none, body: invited });
    await desk.ask(requestPasswordReset, { ...none, body: { username: email } });
    const reset = { token: await tokenOf('password-reset'), password: 'yet another long password' };
    await desk.ask(setPasswordByToken, { ...none, body: reset });
    await changesTold(email, 'password');
    expect(id).toBeGreaterThan(0);
  });

  it('of second factors, as they come and go', async () => {
    const { id, email, session } = await somebody();
    const me = await session();
    const { configuration } = await desk.ask(initiateAuthenticatorApp, none, me);
    const payload = new TOTP({ secret: configuration.secret }).generate({ timestamp: desk.clock.now() });
    const body = { method: 'authenticator_app' as const, payload };
    await desk.ask(verifyTwoFactor, { ...none, body }, me);
    await desk.ask(generateRecoveryCodes, none, me);
    await desk.ask(removeTwoFactor, { ...none, query: { method: 'authenticator_app' } }, me);
    const own = ['authenticator-app-added', 'recovery-codes-replaced', 'authenticator-app-removed'] as const;
    await changesTold(email, ...own);
    // There is nothing left to remove: nothing changes.
    await desk.ask(removeUserTwoFactor, { ...none, params: { id } }, ids.admin);
    await desk.ask(createToken, { ...none, body: { name: 'x', permission: ['ticket.agent'] } }, me);
    await changesTold(email, ...own, 'token-added');
  });

  it('of tokens, and of who revoked one', async () => {
    const { id, email, session } = await somebody();
    const me = await session();
    for (const name of ['one', 'two']) {
      await desk.ask(createToken, { ...none, body: { name, permission: ['ticket.agent'] } }, me);
    }
    const [one, two] = (await desk.ask(listTokens, none, me)).tokens;
    await desk.ask(deleteToken, { ...none, params: { id: one?.id ?? 0 } }, me);
    const seen = await desk.ask(userTokens.list, { ...none, params: { id } }, ids.admin);
    expect(seen.map(({ name }) => name)).toEqual(['two']);
    const params = { id, token_id: two?.id ?? 0 };
    await desk.ask(userTokens.delete, { ...none, params }, ids.admin);
    await changesTold(email, 'token-added', 'token-added', 'token-removed', 'token-removed');
    expect(told(email).map(({ content }) => 'values' in content && content.values.by)).toEqual([
      ...[undefined, undefined, undefined],
      expect.stringMatching(/./),
    ]);
    const gone = desk.ask(userTokens.delete, { ...none, params }, ids.admin);
    await expect(gone).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('of another address, at the old one, and of a password that an administrator sets', async () => {
    const { id, email } = await somebody();
    const body = { email: `new-${email}`, password: 'one by an administrator' };
    await desk.ask(users.update, { params: { id }, query: {}, body }, ids.admin);
    await changesTold(email, 'password', 'email');
    expect(told(`new-${email}`)).toEqual([]);
    await desk.ask(users.update, { params: { id }, query: {}, body: { email: body.email, vip: true } }, ids.admin);
    await desk.ask(users.update, { params: { id }, query: {}, body: { email } }, ids.admin);
    await changesTold(`new-${email}`, 'email');
  });

  it('but not when the account is closed, or has no address', async () => {
    const closed = await somebody({ active: false });
    await desk.ask(users.update, { params: { id: closed.id }, query: {}, body: { password } }, ids.admin);
    const { id } = await desk.ask(
      users.create,
      { params: {}, query: {}, body: { login: 'nomail', firstname: 'No', lastname: 'Mail' } },
      ids.admin,
    );
    const before = desk.bus.heard(sendMail).length;
    await desk.ask(users.update, { params: { id }, query: {}, body: { password } }, ids.admin);
    // Mails keep their order: what comes after it shows that none came before.
    const { id: last, email } = await somebody();
    await desk.ask(users.update, { params: { id: last }, query: {}, body: { password: `${password}!` } }, ids.admin);
    await changesTold(email, 'password');
    expect(told(closed.email)).toEqual([]);
    expect(desk.bus.heard(sendMail).slice(before)).toHaveLength(1);
  });
});

describe('tokens of others', () => {
  it('are for administrators of users, in person', async () => {
    const { id, session } = await somebody();
    const list = (who: number | Actor) => desk.ask(userTokens.list, { ...none, params: { id } }, who);
    await expect(list(await session())).rejects.toMatchObject({ kind: 'forbidden' });
    const acting = { ...(await desk.actor(ids.admin)), actingUserId: ids.agent };
    await expect(list(acting)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await list(ids.admin)).toEqual([]);
  });
});

describe('linking an account at a provider', () => {
  const begin = (who: Actor) => desk.ask(beginOpenIdLink, { provider: 'egi' }, who);
  const queryOf = (address: string) => new URL(address).search.slice(1);
  const finish = (who: Actor, answer: string, transaction: string) =>
    desk.ask(finishOpenIdLink, { provider: 'egi', answer, transaction }, who);
  async function link(who: Actor, login: string): Promise<void> {
    const { url, transaction } = await begin(who);
    await finish(who, queryOf(await egi.signIn(url, login)), transaction);
  }
  async function signInBy(login: string) {
    const { url, transaction } = await desk.ask(beginOpenIdSignIn, { provider: 'egi' });
    const answer = queryOf(await egi.signIn(url, login));
    return desk.ask(finishOpenIdSignIn, { provider: 'egi', answer, transaction });
  }
  const linked = (who: Actor) => desk.ask(linkedAccounts.list, none, who);

  it('opens the account to who signs in by it, and closes it when it is unlinked', async () => {
    const { id, email, session } = await somebody();
    const me = await session();
    egi.people.set('ada', { given_name: 'Ada' });
    await link(me, 'ada');
    expect(await linked(me)).toEqual([
      expect.objectContaining({ provider: 'egi', title: 'EGI Check-in', issuer: egi.issuer, subject: 'ada' }),
    ]);
    expect((await signInBy('ada')).userId).toBe(id);
    await link(me, 'ada');
    const [account] = await linked(me);
    await desk.ask(linkedAccounts.delete, { ...none, params: { id: account?.id ?? 0 } }, me);
    expect(await linked(me)).toEqual([]);
    expect((await signInBy('ada')).userId).not.toBe(id);
    await changesTold(email, 'provider-linked', 'provider-unlinked');
  });

  it('S28: needs a session that was proven of late, and is nothing for tokens and for who acts for another', async () => {
    const { id, session } = await somebody();
    const me = await session();
    desk.clock.advance(15 * 60_000);
    await expect(begin(me)).rejects.toMatchObject(refusedAs('forbidden', 'identity.proof-needed'));
    await desk.ask(checkPassword, { ...none, body: { password } }, me);
    await expect(begin(me)).resolves.toMatchObject({ url: expect.stringContaining(egi.issuer) });
    const { sessionId: _, ...rest } = me;
    for (const other of [
      { ...me, via: 'token' as const },
      { ...rest, via: 'basic' as const },
      { ...me, actingUserId: ids.admin },
    ]) {
      await expect(begin(other)).rejects.toMatchObject({ kind: 'forbidden' });
    }
    expect(await desk.rows('SELECT 1 FROM openid_identities WHERE user_id = $1', [id])).toEqual([]);
  });

  it('S27: what one session began no other session can end, of whomever it is', async () => {
    const [victim, attacker] = [await somebody(), await somebody()];
    const [theirs, elsewhere, mine] = [await victim.session(), await victim.session(), await attacker.session()];
    egi.people.set('mallory', { given_name: 'Mallory' });
    const { url, transaction } = await begin(mine);
    const answer = queryOf(await egi.signIn(url, 'mallory'));
    const over = refusedAs('unauthenticated', 'openid.not-started');
    await expect(finish(theirs, answer, transaction)).rejects.toMatchObject(over);
    const own = await begin(theirs);
    const second = queryOf(await egi.signIn(own.url, 'mallory'));
    await expect(finish(elsewhere, second, own.transaction)).rejects.toMatchObject(over);
    // Nor is what was begun for a sign-in good for linking, or the other way round.
    const other = await desk.ask(beginOpenIdSignIn, { provider: 'egi' });
    const third = queryOf(await egi.signIn(other.url, 'mallory'));
    await expect(finish(theirs, third, other.transaction)).rejects.toMatchObject(over);
    const crossed = desk.ask(finishOpenIdSignIn, { provider: 'egi', answer, transaction });
    await expect(crossed).rejects.toMatchObject(over);
    expect(await linked(theirs)).toEqual([]);
    // The refusals used nothing up.
    await finish(mine, answer, transaction);
    await expect(finish(mine, answer, transaction)).rejects.toMatchObject(over);
  });

  it('never takes an account that belongs to somebody else', async () => {
    const [first, second] = [await somebody(), await somebody()];
    egi.people.set('eve', { given_name: 'Eve' });
    await link(await first.session(), 'eve');
    const taken = link(await second.session(), 'eve');
    await expect(taken).rejects.toMatchObject(refusedAs('invalid', 'openid.identity-exists'));
    expect((await signInBy('eve')).userId).toBe(first.id);
    const [account] = await linked(await first.session());
    const steal = desk.ask(
      linkedAccounts.delete,
      { ...none, params: { id: account?.id ?? 0 } },
      await second.session(),
    );
    await expect(steal).rejects.toMatchObject(refusedAs('not-found', 'openid.no-such-identity'));
  });

  it('leaves the last way in alone', async () => {
    const { id, session } = await somebody();
    const me = await session();
    egi.people.set('grace', { given_name: 'Grace' });
    await link(me, 'grace');
    await desk.rows('UPDATE users SET password_hash = NULL WHERE id = $1', [id]);
    const [account] = await linked(me);
    const unlink = () => desk.ask(linkedAccounts.delete, { ...none, params: { id: account?.id ?? 0 } }, me);
    await expect(unlink()).rejects.toMatchObject(refusedAs('conflict', 'openid.last-way-in'));
    // One at a provider that is not there any more opens nothing.
    await desk.rows(
      `INSERT INTO openid_identities (issuer, subject, user_id, created_at)
       VALUES ('https://gone.example', 'grace', $1, now())`,
      [id],
    );
    await expect(unlink()).rejects.toMatchObject(refusedAs('conflict', 'openid.last-way-in'));
    const further = { user_id: id, provider_id: providerId, subject: 'grace-too' };
    await desk.ask(openIdIdentities.create, { ...none, body: further }, ids.admin);
    await expect(unlink()).resolves.toEqual({});
  });
});

describe('testing an issuer', () => {
  const check = (issuer: string, who = ids.admin as number) =>
    desk.ask(openIdProviders.check, { ...none, body: { issuer } }, who);

  it('tells what it says about itself, to those who look after providers', async () => {
    expect(await check(egi.issuer)).toMatchObject({
      issuer: egi.issuer,
      authorization_endpoint: expect.stringContaining(egi.issuer),
      scopes_supported: expect.arrayContaining(['openid']),
    });
    await expect(check(egi.issuer, ids.agent)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('tells that none is there, and calls nobody who must not be called', async () => {
    const silent = refusedAs('unavailable', 'openid.provider-unavailable');
    await expect(check(`${egi.issuer}/elsewhere`)).rejects.toMatchObject(silent);
    await expect(check('http://10.0.0.1/')).rejects.toMatchObject({ code: 'net.address-refused' });
  });
});
