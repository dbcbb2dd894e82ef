import {
  type Actor,
  accessChanged,
  authenticate,
  createToken,
  deleteSession,
  deleteSessions,
  listSessions,
  signIn,
  userAccess,
  users,
  viewAs,
} from '@helpmesh/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ids, openedBy, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());
beforeEach(() => desk.clock.advance(3 * 3_600_000));

const none = { params: {}, query: {} };
const ended = { kind: 'unauthenticated', code: 'identity.session-ended' };

let people = 0;
async function person(more: Record<string, unknown> = {}) {
  const email = `session${++people}@example.org`;
  const password = `a long password ${people}`;
  const body = { firstname: 'Per', lastname: 'Son', email, password, ...more };
  const { id } = await desk.ask(users.create, { ...none, body }, ids.admin);
  return { id, email, password };
}
type Somebody = Awaited<ReturnType<typeof person>>;

const bySession = async (sessionToken: string) =>
  (await desk.ask(authenticate, { credential: { scheme: 'session', sessionToken } })).actor;
async function open({ email, password }: Somebody, userAgent = 'a browser', ip = '192.0.2.1') {
  const { sessionToken } = openedBy(await desk.ask(signIn, { username: email, password, ip, userAgent }));
  return { token: sessionToken, actor: await bySession(sessionToken) };
}
const list = async (actor: Parameters<TestIdentity['ask']>[2], user_id?: number) =>
  (await desk.ask(listSessions, { params: {}, query: { user_id } }, actor)).sessions;

describe('the own sessions', () => {
  it('are listed with what tells them apart, this one marked, nobody else’s among them', async () => {
    const who = await person();
    await open(await person());
    await open(who, 'Firefox', '192.0.2.1');
    desk.clock.advance(60_000);
    const { actor, token } = await open(who, 'Chrome', '2001:db8::1');
    const sessions = await list(actor);
    expect(sessions).toMatchObject([
      { user_id: who.id, login: who.email, current: true, way: 'password', ip: '2001:db8::1', user_agent: 'Chrome' },
      { user_id: who.id, current: false, ip: '192.0.2.1', user_agent: 'Firefox' },
    ]);
    expect(sessions[0]?.created_at).toBe(new Date(desk.clock.now()).toISOString());
    expect(JSON.stringify(sessions)).not.toContain(token);
  });

  it('are not listed when they are over: idle, or too old', async () => {
    const who = await person();
    await open(who);
    desk.clock.advance(8 * 3_600_000);
    const { actor } = await open(who);
    expect(await list(actor)).toHaveLength(1);
  });

  it('S23: end one by one, at once, everywhere', async () => {
    const who = await person();
    const there = await open(who);
    const { actor } = await open(who);
    const [gone] = (await list(actor)).filter(({ current }) => !current);
    await desk.ask(deleteSession, { params: { id: gone?.id ?? 0 }, query: {} }, actor);
    await expect(bySession(there.token)).rejects.toMatchObject(ended);
    await desk.bus.hear(accessChanged, ({ data }) => data.reason === 'session-ended' && data.userIds?.[0] === who.id);
    expect(await list(actor)).toHaveLength(1);
  });

  it('S23: end all but the one that asks', async () => {
    const who = await person();
    const others = [await open(who), await open(who)];
    const here = await open(who);
    const foreign = await open(await person());
    expect(await desk.ask(deleteSessions, none, here.actor)).toEqual({ ended: 2 });
    for (const { token } of others) await expect(bySession(token)).rejects.toMatchObject(ended);
    await bySession(here.token);
    await bySession(foreign.token);
  });

  it('S14: are nobody else’s to see or end, and do not show that they exist', async () => {
    const [who, stranger] = [await open(await person()), await open(await person({ roles: ['Agent'] }))];
    const [mine] = await list(who.actor);
    const missing = { kind: 'not-found' };
    const end = (id: number) => desk.ask(deleteSession, { params: { id }, query: {} }, stranger.actor);
    await expect(end(mine?.id ?? 0)).rejects.toMatchObject(missing);
    await expect(end(999_999_999)).rejects.toMatchObject(missing);
    const refused = { kind: 'forbidden' };
    await expect(list(stranger.actor, who.actor.userId)).rejects.toMatchObject(refused);
    const query = { user_id: who.actor.userId };
    await expect(desk.ask(deleteSessions, { params: {}, query }, stranger.actor)).rejects.toMatchObject(refused);
    await bySession(who.token);
  });

  it('S14: are not for a token that was not made for it, nor for who acts for somebody', async () => {
    const { id } = await person({ roles: ['Agent'] });
    const byToken = async (permission: string) => {
      const body = { name: 'x', permission: [permission] };
      const { token } = await desk.ask(createToken, { ...none, body }, id);
      return (await desk.ask(authenticate, { credential: { scheme: 'token', token } })).actor;
    };
    await expect(list(await byToken('ticket.agent'))).rejects.toMatchObject({ kind: 'forbidden' });
    await expect(list(await byToken('user_preferences.device'))).resolves.toEqual([]);
    const acting = { ...(await desk.actor(id)), actingUserId: ids.admin };
    await expect(list(acting)).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('an administrator', () => {
  it('S23: sees everybody’s sessions and ends those of a user', async () => {
    const who = await person();
    const [one, other] = [await open(who), await open(who)];
    const all = await list(ids.admin);
    expect(all.map(({ user_id }) => user_id)).toContain(who.id);
    expect(await list(ids.admin, who.id)).toHaveLength(2);
    const [newest] = await list(ids.admin, who.id);
    await desk.ask(deleteSession, { params: { id: newest?.id ?? 0 }, query: {} }, ids.admin);
    await expect(bySession(other.token)).rejects.toMatchObject(ended);
    const query = { user_id: who.id };
    expect(await desk.ask(deleteSessions, { params: {}, query }, ids.admin)).toEqual({ ended: 1 });
    await expect(bySession(one.token)).rejects.toMatchObject(ended);
  });
});

describe('a key that outlives the session', () => {
  it('S23: is not made by a session that was proven long ago', async () => {
    const { actor } = await open(await person({ roles: ['Agent'] }));
    const make = () => desk.ask(createToken, { ...none, body: { name: 'x', permission: ['ticket.agent'] } }, actor);
    await make();
    desk.clock.advance(15 * 60_000);
    await expect(make()).rejects.toMatchObject({ kind: 'forbidden', code: 'identity.proof-needed' });
  });
});

describe('who looks at the desk as somebody else', () => {
  const begin = (actor: Actor, user_id: number) => desk.ask(viewAs.begin, { ...none, body: { user_id } }, actor);
  const end = (actor: Actor) => desk.ask(viewAs.end, none, actor);
  const boss = async () => open(await person({ roles: ['Admin', 'Agent'] }));

  it('S28: sees what they see, for half an hour, and is in the audit log with both names', async () => {
    const { token, actor } = await boss();
    const seen = await person({ roles: ['Agent'], group_ids: { 1: ['read'] } });
    const { until } = await begin(actor, seen.id);
    expect(Date.parse(until) - desk.clock.now()).toBe(30 * 60_000);
    const viewing = await bySession(token);
    expect(viewing).toMatchObject({ userId: seen.id, actingUserId: actor.userId, groups: { 1: ['read'] } });
    expect(viewing).toMatchObject({ viewingUntil: until, permissions: expect.arrayContaining(['ticket.agent']) });
    desk.clock.advance(29 * 60_000);
    expect((await bySession(token)).userId).toBe(seen.id);
    desk.clock.advance(60_001);
    expect(await bySession(token)).toMatchObject({ userId: actor.userId });
    expect((await bySession(token)).viewingUntil).toBeUndefined();
    await begin(await bySession(token), seen.id);
    await end(await bySession(token));
    expect(await bySession(token)).toMatchObject({ userId: actor.userId });
    const told = await desk.rows(
      `SELECT action, actor_id, on_behalf_of_id FROM audit_entry
       WHERE action LIKE 'view-as.%' AND object_id = $1 ORDER BY seq`,
      [String(seen.id)],
    );
    expect(told).toEqual([
      { action: 'view-as.begun', actor_id: actor.userId, on_behalf_of_id: null },
      { action: 'view-as.begun', actor_id: actor.userId, on_behalf_of_id: null },
      { action: 'view-as.ended', actor_id: actor.userId, on_behalf_of_id: seen.id },
    ]);
  });

  it('S28: changes nothing, and sees nothing of what is private or administered', async () => {
    const { token, actor } = await boss();
    const seen = await person({ roles: ['Admin', 'Agent'] });
    await begin(actor, seen.id);
    const viewing = await bySession(token);
    expect(viewing.permissions.filter((name) => /^(?:admin|user_preferences)/.test(name))).toEqual([]);
    const viewOnly = { kind: 'forbidden', code: 'auth.view-only' };
    const body = { firstname: 'Changed' };
    await expect(desk.ask(users.update, { params: { id: seen.id }, query: {}, body }, viewing)).rejects.toMatchObject(
      viewOnly,
    );
    const made = { ...none, body: { name: 'x', permission: ['ticket.agent'] } };
    await expect(desk.ask(createToken, made, viewing)).rejects.toMatchObject(viewOnly);
    await expect(desk.ask(deleteSessions, none, viewing)).rejects.toMatchObject(viewOnly);
    await expect(begin(viewing, ids.agent)).rejects.toMatchObject(viewOnly);
    await expect(list(viewing)).rejects.toMatchObject({ kind: 'forbidden' });
    const credential = { scheme: 'session', sessionToken: token } as const;
    await expect(desk.ask(authenticate, { credential, onBehalfOf: String(ids.nicole) })).rejects.toMatchObject(
      viewOnly,
    );
  });

  it('S28: is somebody who may, in a browser, as themselves; and never sees who administers more', async () => {
    const { actor } = await boss();
    const notAllowed = { kind: 'forbidden' };
    const refused = { code: 'identity.view-as-refused' };
    const more = await person({ roles: ['Admin'] });
    const less = await person({ roles: ['Agent'] });
    const agent = await open(less);
    await expect(begin(agent.actor, ids.nicole)).rejects.toMatchObject(notAllowed);
    const only = { ...actor, permissions: ['admin.user'] };
    await expect(begin(only, more.id)).rejects.toMatchObject({ code: 'identity.beyond-own-rights' });
    await expect(begin({ ...actor, via: 'basic' }, ids.nicole)).rejects.toMatchObject(refused);
    await expect(begin({ ...actor, via: 'token' }, ids.nicole)).rejects.toMatchObject(refused);
    await expect(begin({ ...actor, actingUserId: ids.admin }, ids.nicole)).rejects.toMatchObject(refused);
    await expect(begin(actor, actor.userId)).rejects.toMatchObject(refused);
    await expect(begin(actor, ids.system)).rejects.toMatchObject(refused);
    await expect(begin(actor, 999_999)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('S28: is themselves again when either side’s rights or account are others', async () => {
    const { token, actor } = await boss();
    const seen = await person({ roles: ['Agent'] });
    const who = async () => (await bySession(token)).userId;
    const change = (id: number, body: Record<string, unknown>) =>
      desk.ask(users.update, { params: { id }, query: {}, body }, ids.admin);
    await begin(actor, seen.id);
    await change(seen.id, { active: false });
    expect(await who()).toBe(actor.userId);
    await change(seen.id, { active: true });
    expect(await who()).toBe(seen.id);
    await change(actor.userId, { roles: ['Agent'] });
    await expect(who()).rejects.toMatchObject(ended);
  });
});

describe('what somebody may do', () => {
  it('is told with the role or the group access that each right comes from, to administrators of people', async () => {
    const who = await person({ roles: ['Agent'], group_ids: { 1: ['read', 'change'] } });
    const access = await desk.ask(userAccess, { params: { id: who.id }, query: {} }, ids.admin);
    expect(access).toMatchObject({ active: true, agent: true });
    const agentRole = { role: { id: expect.any(Number), name: 'Agent' }, local: true };
    expect(access.permissions.find(({ name }) => name === 'ticket.agent')).toEqual({
      ...{ name: 'ticket.agent', from: [agentRole] },
    });
    expect(access.groups).toEqual([
      {
        ...{ id: 1, name: expect.any(String), active: true },
        levels: ['read', 'change'].map((level) => ({ level, from: [{ role: null, local: true }] })),
      },
    ]);
    const customer = await desk.ask(userAccess, { params: { id: ids.nicole }, query: {} }, ids.admin);
    expect(customer).toMatchObject({ agent: false, groups: [] });
    for (const asker of [ids.agent, ids.nicole]) {
      const asked = desk.ask(userAccess, { params: { id: who.id }, query: {} }, asker);
      await expect(asked).rejects.toMatchObject({ kind: 'forbidden' });
    }
  });
});
