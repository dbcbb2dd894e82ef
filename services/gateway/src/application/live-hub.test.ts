import { AppError } from '@helpmesh/kernel';
import { waitFor } from '@helpmesh/testing';
import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../domain/event-view.ts';
import type { Identity } from './authenticator.ts';
import { type LiveClient, LiveHub } from './live-hub.ts';

const actor = {
  kind: 'service',
  groups: {},
  permissions: [],
  sharedOrganizationIds: [],
} as unknown as Identity['actor'];
const event = (seq: number): LiveEvent => ({
  seq,
  type: 'ticket.v1.updated',
  data: { ticket: { id: seq, groupId: 1, customerId: 2, organizationId: null } },
});

interface Probe extends LiveClient {
  text: string;
  closed: string | undefined;
  reads: boolean;
  answer: () => Promise<Identity>;
  ids(): number[];
}

function probe(): Probe {
  const one: Probe = {
    text: '',
    closed: undefined,
    reads: true,
    answer: async () => ({ actor }) as Identity,
    identify: () => one.answer(),
    gone: () => one.closed !== undefined,
    write(text) {
      one.text += text;
      return one.reads;
    },
    close(why) {
      one.closed = why;
    },
    ids: () => [...one.text.matchAll(/"aggregateId":"(\d+)"/g)].map(([, id]) => Number(id)),
  };
  return one;
}

async function hubWith(...seqs: number[]): Promise<LiveHub> {
  const hub = new LiveHub();
  hub.begin(seqs.at(-1) ?? 0);
  for (const seq of seqs) hub.publish(event(seq));
  hub.endOfBacklog();
  return hub;
}

describe('the live hub', () => {
  it('whispers of chats to those alone that are told of them', async () => {
    const hub = await hubWith();
    const pages = [true, false, true].map((chats, i) => Object.assign(probe(), { userId: i + 1, chats }));
    for (const page of pages) await hub.join(page, undefined);
    const heard = () => pages.map(({ text }) => text.split('said').length - 1);
    hub.whisper(null, 'said', 'chats');
    expect(heard()).toEqual([1, 0, 1]);
    hub.whisper([2, 3], 'said', 'chats');
    expect(heard()).toEqual([1, 0, 2]);
    hub.whisper(null, 'said');
    expect(heard()).toEqual([2, 1, 3]);
  });

  it.each([
    ['the last event', 3, [4], false],
    ['an earlier one', 1, [2, 3, 4], false],
    ['the one before the oldest kept', 0, [1, 2, 3, 4], false],
    ['an id that was never given', 99, [4], true],
    ['nothing', undefined, [4], false],
  ])('gives a client that saw %s what came since', async (_what, since, ids, reset) => {
    const hub = await hubWith(1, 2, 3);
    const client = probe();
    await hub.join(client, since);
    hub.publish(event(4));
    await waitFor(() => client.ids().includes(4), { what: 'the newest event' });
    expect(client.ids()).toEqual(ids);
    expect(client.text.includes('event: reset')).toBe(reset);
  });

  it('resets a client whose events are no longer kept', async () => {
    const hub = await hubWith(...Array.from({ length: 2_100 }, (_, n) => n + 1));
    const client = probe();
    await hub.join(client, 50);
    expect(client.text).toContain('event: reset');
    expect(client.text).toContain('id: 2100\n\n');
  });

  it('keeps order and loses nothing while the right is being asked', async () => {
    const hub = await hubWith();
    const client = probe();
    const asked = Promise.withResolvers<Identity>();
    client.answer = () => asked.promise;
    await hub.join(client, undefined);
    for (let seq = 1; seq <= 100; seq++) hub.publish(event(seq));
    expect(client.ids()).toEqual([]);
    asked.resolve({ actor } as Identity);
    await waitFor(() => client.ids().length === 100, { what: 'all events' });
    expect(client.ids()).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
  });

  it('does not hand the same event over twice', async () => {
    const hub = await hubWith(1);
    const client = probe();
    await hub.join(client, undefined);
    hub.publish(event(1));
    hub.publish(event(2));
    hub.publish(event(2));
    await waitFor(() => client.ids().length > 0, { what: 'the event' });
    expect(client.ids()).toEqual([2]);
  });

  it('closes a client that does not read, and the others go on', async () => {
    const hub = await hubWith();
    const [slow, quick] = [probe(), probe()];
    slow.reads = false;
    await Promise.all([hub.join(slow, undefined), hub.join(quick, undefined)]);
    hub.publish(event(1));
    hub.publish(event(2));
    await waitFor(() => quick.ids().length === 2, { what: 'the events' });
    expect(slow.closed).toBe('slow');
    expect(hub.size).toBe(1);
  });

  it('closes a client for which more events wait than may', async () => {
    const hub = await hubWith();
    const client = probe();
    client.answer = () => new Promise(() => undefined);
    await hub.join(client, undefined);
    for (let seq = 1; seq <= 1_001; seq++) hub.publish(event(seq));
    expect(client.closed).toBe('slow');
  });

  it('closes a client whose right has ended, and finds dead ones by its beat', async () => {
    const hub = await hubWith();
    const [ended, dead] = [probe(), probe()];
    ended.answer = () => Promise.reject(new AppError('unauthenticated', 'auth.ended', 'x'));
    await Promise.all([hub.join(ended, undefined), hub.join(dead, undefined)]);
    hub.publish(event(1));
    await waitFor(() => ended.closed, { what: 'the close' });
    expect(ended.closed).toBe('signed-out');
    dead.reads = false;
    hub.beat();
    expect(dead.closed).toBe('slow');
    expect(hub.size).toBe(0);
  });

  it('starts over with everybody when another stream stands in its place', async () => {
    const hub = await hubWith(1, 2, 3);
    const client = probe();
    await hub.join(client, undefined);
    hub.reset();
    hub.begin(1);
    hub.publish(event(1));
    await waitFor(() => client.ids().length > 0, { what: 'the first event of the new stream' });
    expect(client.text).toContain('event: reset');
    expect(client.ids()).toEqual([1]);
  });
});
