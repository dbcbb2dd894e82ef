import {
  accessChanged,
  authenticate,
  createToken,
  deleteSession,
  deleteSessions,
  listSessions,
  signIn,
  users,
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
