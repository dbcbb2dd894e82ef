import { afterEach, expect, it, vi } from 'vitest';
import { meQuery } from '../features/session/queries.ts';
import { parseListState } from '../features/tickets/list-state.ts';
import { articlesQuery, ticketCountsQuery, ticketListQuery, ticketQuery } from '../features/tickets/queries.ts';
import { askedFirst, takeAhead } from './ahead.ts';
import { queryClient } from './query-client.ts';

afterEach(() => vi.unstubAllGlobals());

it.each([
  ['/', '', undefined],
  ['/tickets', '', undefined],
  ['/tickets', '?view=open', undefined],
  ['/tickets', '?view=open&sort=number&order=asc&q=paper%20jam+%26&group=3', undefined],
  ['/tickets', '?overview=my_own&sort=custom.impact', undefined],
  ['/tickets/42', '', 42],
])('asks ahead of %s%s what the page asks then, letter by letter', async (path, search, ticket) => {
  const asked: string[] = [];
  vi.stubGlobal('localStorage', { getItem: () => 'yes', setItem: () => undefined, removeItem: () => undefined });
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return new Response('{"views":[],"tickets":[]}');
  });
  await queryClient.fetchQuery({ ...meQuery, staleTime: 0 });
  await queryClient.fetchQuery({ ...ticketCountsQuery, staleTime: 0 });
  const given = Object.fromEntries(new URLSearchParams(search));
  const preview = given.view !== undefined;
  const list = ticketListQuery(parseListState(given, 'open'), preview);
  if (search) await queryClient.fetchInfiniteQuery({ ...list, staleTime: 0 });
  if (ticket) {
    await queryClient.fetchQuery(ticketQuery(ticket));
    await queryClient.fetchQuery(articlesQuery(ticket));
  }
  expect(askedFirst(path, search, preview)).toEqual(asked);
});

it('takes an answer once: whoever asks again wants to know what is so now', async () => {
  const answer = Promise.resolve(new Response('{}'));
  vi.stubGlobal('window', { helpmeshAhead: new Map([['/x', answer]]) });
  expect(takeAhead('/y')).toBeUndefined();
  expect(takeAhead('/x')).toBe(answer);
  expect(takeAhead('/x')).toBeUndefined();
});
