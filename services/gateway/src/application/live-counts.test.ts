import { ticketOverviews } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import { waitFor } from '@helpmesh/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { LiveEvent } from '../domain/event-view.ts';
import { LiveCounts } from './live-counts.ts';
import type { LiveClient } from './live-hub.ts';

const made: LiveCounts[] = [];
afterEach(() => {
  for (const counts of made.splice(0)) counts.stop();
});

/** A ticket service whose numbers are how often it was asked. */
function desk() {
  let asked = 0;
  const call = async (question: unknown) => {
    if (question !== ticketOverviews) return { views: [] };
    return [{ id: 1, count: ++asked, depends_on: ['ticket.state_id'] }];
  };
  const counts = new LiveCounts({ call } as unknown as Pick<RpcClient, 'call'>);
  made.push(counts);
  return { counts, asked: () => asked };
}

function page(userId: number | undefined): LiveClient & { heard: string[] } {
  const heard: string[] = [];
  const actor = {
    ...{ kind: 'user', userId, permissions: ['ticket.agent'], groups: { 1: ['full'] } },
    sharedOrganizationIds: [],
  };
  return {
    heard,
    userId,
    identify: async () => ({ actor, signed: () => '', csrfToken: null }) as never,
    gone: () => false,
    write: (text) => heard.push(text) > 0,
    close: () => undefined,
  };
}

const event = (seq: number, field = 'state_id', groupId = 1): LiveEvent => ({
  ...{ seq, type: 'ticket.v1.updated' },
  data: {
    ticket: { id: seq, groupId, customerId: 2, organizationId: null },
    changes: { [field]: { from: 1, to: 2 } },
  },
});

describe('the numbers of people', () => {
  it('are asked for once a burst for each person, however many pages they have open, and come to all of them', async () => {
    const { counts, asked } = desk();
    const pages = Array.from({ length: 60 }, (_, i) => page(1 + (i % 50)));
    for (const one of pages) counts.joined(one);
    await waitFor(() => pages.every(({ heard }) => heard.length > 0), { what: 'the first numbers' });
    const first = asked();
    expect(first).toBe(50);
    for (let seq = 1; seq <= 500; seq++) counts.happened(event(seq));
    await waitFor(() => pages.every(({ heard }) => heard.length > 1), { what: 'the numbers after the burst' });
    expect(asked() - first).toBe(50);
    expect(pages[0]?.heard.at(-1)).toBe(pages[50]?.heard.at(-1));
    expect(pages[0]?.heard.at(-1)).toMatch(/^event: counts\ndata: \{"overviews":\[\{"id":1,/);
  });

  it('are not asked for when nothing they follow from changed, nor for who has left or is no page', async () => {
    const { counts, asked } = desk();
    const [here, left, script] = [page(1), page(2), page(undefined)];
    for (const one of [here, left, script]) counts.joined(one);
    await waitFor(() => asked() === 2, { what: 'the first numbers' });
    counts.left(left);
    counts.happened(event(1, 'title'));
    counts.happened(event(2, 'state_id', 9));
    counts.happened(event(3));
    await waitFor(() => here.heard.length === 2, { what: 'the numbers after the third' });
    expect(asked()).toBe(3);
    expect([left.heard.length, script.heard.length]).toEqual([1, 0]);
  });

  it('are asked for again when rights changed', async () => {
    const { counts, asked } = desk();
    const [one, other] = [page(1), page(2)];
    for (const each of [one, other]) counts.joined(each);
    await waitFor(() => asked() === 2, { what: 'the first numbers' });
    counts.forget([2]);
    await waitFor(() => other.heard.length === 2, { what: 'the numbers of whose rights changed' });
    expect(one.heard).toHaveLength(1);
  });
});
