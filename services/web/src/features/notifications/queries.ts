import type { OnlineNotification } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

export const noticeKeys = { all: ['notifications'] as const, tickets: ['tickets', 'of-notifications'] as const };

/** The newest of what one was told. The badge counts in this very list, so that the two never differ. */
export const noticesQuery = queryOptions({
  queryKey: noticeKeys.all,
  queryFn: ({ signal }) => call('listOnlineNotifications', { query: { per_page: 200 }, signal }),
});

export interface NoticeTicket {
  number: string;
  title: string;
}

/** The tickets they are about, as far as one may see them now. */
export const noticeTicketsQuery = (notices: readonly OnlineNotification[]) => {
  const ids = [...new Set(notices.map(({ o_id }) => o_id))].sort((a, b) => a - b);
  return queryOptions({
    queryKey: [...noticeKeys.tickets, ids] as const,
    enabled: ids.length > 0,
    queryFn: async ({ signal }) => {
      const found = await call('searchTicketsByPost', { body: { ids, limit: 200 }, signal });
      const tickets = found as unknown as (NoticeTicket & { id: number })[];
      return new Map<number, NoticeTicket>(tickets.map(({ id, number, title }) => [id, { number, title }]));
    },
  });
};
