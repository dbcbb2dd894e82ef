import type { OutputOf } from '@helpmesh/contracts';
import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { callKeys } from '../../features/calls/queries.ts';
import { chatKeys } from '../../features/chat/queries.ts';
import { hearTyping } from '../../features/chat/typing.ts';
import { noticeKeys } from '../../features/notifications/queries.ts';
import { ticketOverviewsQuery } from '../../features/overviews/queries.ts';
import { nobody } from '../../features/people/queries.ts';
import { pageName, usePresent, withNews } from '../../features/presence/present.ts';
import { useMe } from '../../features/session/use-me.ts';
import { type TicketPage, ticketCountsQuery, ticketKeys } from '../../features/tickets/queries.ts';
import type { Endpoints } from '../api.gen.ts';
import { useShell } from '../shell/store.ts';
import { readTicketEvent, type TicketEvent } from './event.ts';

interface LiveCounts extends Pick<OutputOf<Endpoints['ticketCounts']>, 'views'> {
  overviews: OutputOf<Endpoints['ticketOverviews']>;
}

const eventTypes = [
  'created',
  'updated',
  'article-added',
  'article-changed',
  'deleted',
  'merged',
  'escalation-warning',
  'escalated',
];
/** Lists and counts are asked for again at most this often, ms: a burst of mails must not become a burst of requests. */
const listPauseMs = 700;
/** What waits for somebody costs more to find out than a page of a list, ms. */
const homePauseMs = 3_000;
/** A stream that the server refused for good (restart, proxy error) is opened again after this time, ms. */
const reopenMs = 4000;

/** One stream for the whole app; every event patches or invalidates the cache, so no screen has to poll. */
export function useLiveUpdates(): void {
  const cache = useQueryClient();
  const { me, agent } = useMe();
  const myId = me.id;
  useEffect(() => {
    const { setLive } = useShell.getState();
    const lists = throttled(() => {
      void cache.invalidateQueries({ queryKey: ticketKeys.lists });
    }, listPauseMs);
    const home = throttled(() => {
      void cache.invalidateQueries({ queryKey: ticketKeys.home });
    }, homePauseMs);
    let source: EventSource;
    let reopen: ReturnType<typeof setTimeout> | undefined;
    let missed = false;
    let opened = false;
    // EventSource itself resumes with Last-Event-ID; a stream opened anew carries the id in its address.
    let lastId = '';

    const askAnew = () => {
      for (const queryKey of [['tickets'], noticeKeys.all, callKeys.all, chatKeys.all])
        void cache.invalidateQueries({ queryKey });
    };
    const onMessage = (message: MessageEvent<string>) => {
      lastId = message.lastEventId || lastId;
      const event = readTicketEvent(message.data);
      if (!event) return;
      apply(cache, event);
      lists.run();
      // Of tickets of others only what moves one's numbers matters, and that is told.
      const { owner_id: owner = nobody } = event.row;
      if (owner === nobody || owner === myId) home.run();
    };
    const open = () => {
      const query = new URLSearchParams({
        ...(lastId && { last_event_id: lastId }),
        // With the name of the page agents hear who is on which ticket, and others that this page has closed.
        ...(agent && { page: pageName }),
      });
      source = new EventSource(`/api/v1/events?${query}`);
      source.onopen = () => {
        setLive('live');
        // What happened while we were away may be older than what the stream keeps; and the first answers came before it.
        if (missed || !opened) askAnew();
        missed = false;
        opened = true;
      };
      source.onerror = () => {
        setLive('offline');
        usePresent.setState({ tickets: {} });
        missed = true;
        if (source.readyState !== EventSource.CLOSED) return;
        // Refused for good: perhaps because the session ended.
        void cache.invalidateQueries({ queryKey: ['me'] });
        clearTimeout(reopen);
        reopen = setTimeout(open, reopenMs);
      };
      // The server no longer knows what came after our last event.
      source.addEventListener('reset', askAnew);
      source.onmessage = onMessage;
      source.addEventListener('ticket.v1.job-progressed', () => {
        void cache.invalidateQueries({ queryKey: ['ticket-jobs'] });
      });
      source.addEventListener('notifications', () => void cache.invalidateQueries({ queryKey: noticeKeys.all }));
      source.addEventListener('reload', () => useShell.setState({ outdated: true }));
      source.addEventListener('calls', () => void cache.invalidateQueries({ queryKey: callKeys.all }));
      source.addEventListener('chats', ({ data }: MessageEvent<string>) => {
        const { id } = JSON.parse(data) as { id?: number };
        void cache.invalidateQueries({ queryKey: chatKeys.list });
        void cache.invalidateQueries({ queryKey: id === undefined ? chatKeys.all : chatKeys.one(id) });
      });
      source.addEventListener('chat-typing', ({ data }: MessageEvent<string>) => hearTyping(data));
      source.addEventListener('presence', ({ data }: MessageEvent<string>) => {
        usePresent.setState(({ tickets }) => ({ tickets: withNews(tickets, data) }));
      });
      // Counted once for all pages of a person when something changed that their numbers follow from.
      source.addEventListener('counts', ({ data }: MessageEvent<string>) => {
        const { overviews, views } = JSON.parse(data) as LiveCounts;
        cache.setQueryData(ticketOverviewsQuery.queryKey, overviews);
        cache.setQueryData(ticketCountsQuery.queryKey, new Map(views.map(({ view, count }) => [view, count])));
        home.run();
      });
      for (const type of eventTypes) source.addEventListener(`ticket.v1.${type}`, onMessage);
    };
    open();
    return () => {
      clearTimeout(reopen);
      lists.cancel();
      home.cancel();
      source.close();
      setLive('connecting');
    };
  }, [cache, agent, myId]);
}

function apply(cache: QueryClient, { type, ticketId, row }: TicketEvent): void {
  if (type === 'ticket.v1.deleted') {
    // Also said of a ticket that moved out of this person's sight: what is cached must not stay on screen.
    void cache.resetQueries({ queryKey: ticketKeys.one(ticketId) });
  } else {
    cache.setQueriesData<InfiniteData<TicketPage>>({ queryKey: ticketKeys.lists }, (list) =>
      patchRow(list, ticketId, row),
    );
  }
  const { one, articles, history, tags, sla, links, checklist, rating } = ticketKeys;
  for (const keyOf of [one, articles, history, tags, sla, links, checklist, rating]) {
    void cache.invalidateQueries({ queryKey: keyOf(ticketId) });
  }
}

function patchRow(
  list: InfiniteData<TicketPage> | undefined,
  ticketId: number,
  row: Record<string, unknown>,
): InfiniteData<TicketPage> | undefined {
  if (!list?.pages.some((page) => page.tickets.some(({ id }) => id === ticketId))) return list;
  return {
    ...list,
    pages: list.pages.map((page) => ({
      ...page,
      tickets: page.tickets.map((ticket) => (ticket.id === ticketId ? { ...ticket, ...row } : ticket)),
    })),
  };
}

/** Runs at once, then at most once a pause; a call during the pause runs at its end. */
function throttled(action: () => void, pauseMs: number): { run: () => void; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const run = () => {
    if (timer) {
      again = true;
      return;
    }
    action();
    timer = setTimeout(() => {
      timer = undefined;
      if (again) {
        again = false;
        run();
      }
    }, pauseMs);
  };
  return { run, cancel: () => clearTimeout(timer) };
}
