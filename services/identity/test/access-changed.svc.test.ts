import { accessChanged, type Envelope, users } from '@helpmesh/contracts';
import { Bus } from '@helpmesh/messaging';
import { waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ids, startIdentity, type TestIdentity } from './identity.ts';

let desk: TestIdentity;
beforeAll(async () => {
  desk = await startIdentity();
});
afterAll(() => desk?.stop());

interface Heard {
  id: string;
  userIds: number[] | null;
}

it('a change of rights is told before the answer to who asked for it; the stream keeps it once', async () => {
  const { nc, jsm } = desk.service.get(Bus);
  const heard: Heard[] = [];
  nc.subscribe('access.v1.>', {
    callback: (_error, message) => {
      const { id, data } = message.json<Envelope<{ userIds: number[] | null }>>();
      heard.push({ id, userIds: data.userIds });
    },
  });
  await nc.flush();
  const body = { roles: ['Customer'] };
  await desk.ask(users.update, { params: { id: ids.agent }, query: {}, body }, ids.admin);
  // Without waiting: it came on the same connection as the answer, ahead of it.
  expect(heard.map(({ userIds }) => userIds)).toContainEqual([ids.agent]);

  // The relay tells it as well, whoever was away: the same message, so the stream takes it for the one it has.
  await waitFor(async () => (await desk.rows('SELECT 1 FROM outbox')).length === 0, { what: 'the relay to be done' });
  const told = await desk.rows<{ id: string }>('SELECT id FROM event_log WHERE subject = $1', [accessChanged.type]);
  expect(told.map(({ id }) => id)).toEqual(expect.arrayContaining(heard.map(({ id }) => id)));
  const { state } = await jsm.streams.info('EVT_IDENTITY', { subjects_filter: accessChanged.type });
  expect(state.subjects?.[accessChanged.type]).toBe(told.length);
});

it('a change that is taken back is told to nobody', async () => {
  const { nc } = desk.service.get(Bus);
  const heard: unknown[] = [];
  const callback = (_error: Error | null, message: { json(): unknown }) => void heard.push(message.json());
  const subscription = nc.subscribe('access.v1.>', { callback });
  await nc.flush();
  // The last administrator stays one: the transaction is rolled back after its changes were written.
  const act = desk.ask(users.update, { params: { id: ids.admin }, query: {}, body: { roles: ['Agent'] } }, ids.admin);
  await expect(act).rejects.toMatchObject({ code: 'identity.last-admin' });
  await nc.flush();
  expect(heard).toEqual([]);
  subscription.unsubscribe();
});
