import type { OutputOf } from '@helpmesh/contracts';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { call } from '../../app/api.ts';
import { type ListState, listQuery } from './list-state.ts';

export type TicketPage = OutputOf<Endpoints['ticketList']>;
export type TicketRow = TicketPage['tickets'][number];
export type Ticket = OutputOf<Endpoints['getTicket']>;
export type Article = OutputOf<Endpoints['listArticles']>[number];
export type Attachment = Article['attachments'][number];

export interface HistoryEntry {
  /** The rule that did it: Trigger, Job or Sla. */
  sourceable_type?: string;
  sourceable_name?: string;
  id: number;
  object: string;
  type: string;
  attribute?: string | null;
  value_from?: string | null;
  value_to?: string | null;
  created_by_id?: number;
  created_at?: string;
}

/** Keys form a tree: invalidating `['tickets', 'list']` reaches every list. */
export const ticketKeys = {
  lists: ['tickets', 'list'] as const,
  counts: ['tickets', 'counts'] as const,
  home: ['tickets', 'home'] as const,
  highlights: ['tickets', 'highlights'] as const,
  one: (id: number) => ['tickets', 'one', id] as const,
  articles: (id: number) => ['tickets', 'articles', id] as const,
  history: (id: number) => ['tickets', 'history', id] as const,
  tags: (id: number) => ['tickets', 'tags', id] as const,
  sla: (id: number) => ['tickets', 'sla', id] as const,
  links: (id: number) => ['tickets', 'links', id] as const,
  sharedDraft: (id: number) => ['tickets', 'shared-draft', id] as const,
  heldTickets: ['tickets', 'held-tickets'] as const,
  held: (id: number) => ['tickets', 'held', id] as const,
  checklist: (id: number) => ['tickets', 'checklist', id] as const,
  rating: (id: number) => ['tickets', 'rating', id] as const,
  ofCustomer: (id: number) => ['tickets', 'of-customer', id] as const,
};

const sameList = (one: ListState | undefined, other: ListState) =>
  one?.view === other.view && one.overview === other.overview;

/** @param preview  with how the last messages begin */
export const ticketListQuery = (state: ListState, preview: boolean) =>
  infiniteQueryOptions({
    queryKey: [...ticketKeys.lists, state, preview] as const,
    queryFn: ({ pageParam, signal }) => call('ticketList', { query: listQuery(state, preview, pageParam), signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    // Another sort or word keeps the old rows until the new ones are there; another view must not show wrong rows.
    placeholderData: (previous, query) => (sameList(query?.queryKey[2], state) ? previous : undefined),
  });

export type Highlight = OutputOf<Endpoints['searchHighlights']>['highlights'][number];

/** Where the tickets of a page have the words that were searched for; by their ids. */
export const highlightsQuery = (query: string, ids: readonly number[]) =>
  queryOptions({
    queryKey: [...ticketKeys.highlights, query, ...ids] as const,
    queryFn: async ({ signal }) => {
      const { highlights } = await call('searchHighlights', { query: { query, ids: ids.join(',') }, signal });
      return new Map(highlights.map((one) => [one.id, one]));
    },
    enabled: query !== '' && ids.length > 0,
    staleTime: 60_000,
    retry: false,
  });

export const ticketCountsQuery = queryOptions({
  queryKey: ticketKeys.counts,
  queryFn: async ({ signal }) => {
    const { views } = await call('ticketCounts', { signal });
    return new Map(views.map(({ view, count }) => [view, count]));
  },
});

export const ticketQuery = (id: number) =>
  queryOptions({
    queryKey: ticketKeys.one(id),
    queryFn: ({ signal }) => call('getTicket', { params: { id }, query: { expand: true }, signal }),
  });

export const articlesQuery = (id: number) =>
  queryOptions({
    queryKey: ticketKeys.articles(id),
    queryFn: ({ signal }) => call('listArticles', { params: { id }, query: { expand: true }, signal }),
  });

export const historyQuery = (id: number) =>
  queryOptions({
    queryKey: ticketKeys.history(id),
    queryFn: async ({ signal }) => {
      const { history, assets } = await call('ticketHistory', { params: { id }, signal });
      return { entries: history as unknown as HistoryEntry[], assets };
    },
  });

export type TicketSla = OutputOf<Endpoints['ticketSla']>;

/** @param updatedAt  of the ticket: what is due follows from what happened last */
export const slaQuery = (id: number, updatedAt: string) =>
  queryOptions({
    queryKey: [...ticketKeys.sla(id), updatedAt] as const,
    queryFn: ({ signal }) => call('ticketSla', { params: { id }, signal }),
    placeholderData: (previous) => previous,
  });

export const ticketsOfCustomerQuery = (customerId: number) =>
  queryOptions({
    queryKey: ticketKeys.ofCustomer(customerId),
    queryFn: ({ signal }) =>
      call('ticketList', { query: { view: 'all', customer_id: customerId, limit: 6, sort: 'updated_at' }, signal }),
  });

/** Open tickets of a customer, newest change first. */
export const openOfCustomerQuery = (customerId: number) =>
  queryOptions({
    queryKey: ['tickets', 'open-of-customer', customerId] as const,
    queryFn: async ({ signal }) =>
      (await call('ticketList', { query: { view: 'open', customer_id: customerId, limit: 5 }, signal })).tickets,
    staleTime: 0,
  });

/** Open tickets in which all of these words stand. */
export const openWithWordsQuery = (words: readonly string[]) =>
  queryOptions({
    queryKey: ['tickets', 'open-with-words', ...words] as const,
    queryFn: async ({ signal }) =>
      (await call('ticketList', { query: { view: 'open', query: words.join(' '), limit: 5 }, signal })).tickets,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const tagsQuery = (id: number) =>
  queryOptions({
    queryKey: ticketKeys.tags(id),
    queryFn: async ({ signal }) => (await call('listTags', { query: { object: 'Ticket', o_id: id }, signal })).tags,
  });

export const tagSuggestionsQuery = (term: string) =>
  queryOptions({
    queryKey: ['tags', term] as const,
    queryFn: ({ signal }) => call('searchTags', { query: { term, limit: 8 }, signal }),
    placeholderData: (previous) => previous,
  });

export type LinkType = OutputOf<Endpoints['listLinks']>['links'][number]['link_type'];

export interface LinkedTicket {
  type: LinkType;
  ticket: Ticket;
}

export const linksQuery = (id: number) =>
  queryOptions({
    queryKey: ticketKeys.links(id),
    queryFn: async ({ signal }): Promise<LinkedTicket[]> => {
      const query = { link_object: 'Ticket', link_object_value: id };
      const { links, assets } = await call('listLinks', { query, signal });
      const tickets = (assets.Ticket ?? {}) as Record<string, Ticket>;
      return links.flatMap(({ link_type: type, link_object_value }) => {
        const ticket = tickets[link_object_value];
        return ticket ? [{ type, ticket }] : [];
      });
    },
  });

type ChecklistAssets = OutputOf<Endpoints['getChecklist']>['assets'];
export type ChecklistItem = OutputOf<Endpoints['createChecklistItem']>;

export interface Checklist {
  id: number;
  name: string;
  /** In their order. */
  items: ChecklistItem[];
  /** Those that items name, by id. */
  tickets: Record<string, Ticket>;
}

export function checklistOf(id: number, assets: ChecklistAssets): Checklist {
  const lists = assets.Checklist as Record<string, { name: string; sorted_item_ids: string[] }>;
  const byId = (assets.ChecklistItem ?? {}) as Record<string, ChecklistItem>;
  const { name = '', sorted_item_ids = [] } = lists[id] ?? {};
  const tickets = (assets.Ticket ?? {}) as Record<string, Ticket>;
  return { id, name, items: sorted_item_ids.flatMap((item) => byId[item] ?? []), tickets };
}

/** @param checklistId  null: the ticket has none */
export const checklistQuery = (ticketId: number, checklistId: number | null) =>
  queryOptions({
    queryKey: [...ticketKeys.checklist(ticketId), checklistId] as const,
    queryFn: async ({ signal }) => {
      if (checklistId === null) return null;
      const { id, assets } = await call('getChecklist', { params: { id: checklistId }, signal });
      return checklistOf(id, assets);
    },
  });

export const checklistTemplatesQuery = queryOptions({
  queryKey: ['lookup', 'checklist-templates'],
  queryFn: async ({ signal }) => {
    const templates = await call('listChecklistTemplates', { signal });
    return templates.filter(({ active }) => active);
  },
  staleTime: 10 * 60_000,
});

/** Asked anew whenever a ticket is opened: somebody may have gone on elsewhere. */
export const draftsQuery = (id: number) =>
  queryOptions({
    queryKey: ['tickets', 'drafts', id] as const,
    queryFn: ({ signal }) => call('listDrafts', { params: { id }, signal }),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export const deskSettingsQuery = queryOptions({
  queryKey: ['lookup', 'desk-settings'],
  queryFn: ({ signal }) => call('getDeskSettings', { signal }),
  staleTime: 10 * 60_000,
});

export const activityTypesQuery = queryOptions({
  queryKey: ['lookup', 'activity-types'],
  queryFn: async ({ signal }) => {
    const types = await call('listTimeAccountingTypes', { signal });
    return types.filter(({ active }) => active);
  },
  staleTime: 10 * 60_000,
});

/** Tickets by number or words, to choose one of them; the last word is still being typed. */
export const ticketSearchQuery = (words: string) =>
  queryOptions({
    queryKey: ['tickets', 'search', words] as const,
    queryFn: async ({ signal }) => {
      const query = /[\p{L}\p{N}]$/u.test(words) ? `${words}*` : words;
      const found = await call('searchTickets', { query: { query, limit: 8 }, signal });
      return Array.isArray(found) ? found : [];
    },
    placeholderData: (previous) => previous,
  });

const rarely = 10 * 60_000;

export const statesQuery = queryOptions({
  queryKey: ['lookup', 'states'],
  queryFn: async ({ signal }) => {
    const states = await call('listTicketStates', { query: { expand: true }, signal });
    return states.filter((state) => state.active);
  },
  staleTime: rarely,
});

export const prioritiesQuery = queryOptions({
  queryKey: ['lookup', 'priorities'],
  queryFn: async ({ signal }) => {
    const priorities = await call('listTicketPriorities', { signal });
    return priorities.filter((priority) => priority.active);
  },
  staleTime: rarely,
});

/** What can be asked for. Without the catalogue people choose a group. */
export const servicesQuery = queryOptions({
  queryKey: ['lookup', 'services'],
  queryFn: async ({ signal }) => {
    const services = await call('listServices', { query: { per_page: 500 }, signal });
    return services.filter(({ offered }) => offered);
  },
  staleTime: rarely,
  retry: false,
});

export const groupsQuery = queryOptions({
  queryKey: ['lookup', 'groups'],
  queryFn: async ({ signal }) => {
    const groups = await call('listGroups', { signal });
    return groups.filter((group) => group.active);
  },
  staleTime: rarely,
});

/** Whether a mail of a group to these people can be signed and encrypted. */
export const offerQuery = (groupId: number, to: readonly string[]) =>
  queryOptions({
    queryKey: ['mail-sealing', groupId, ...to],
    queryFn: ({ signal }) => call('offerMailSealing', { body: { group_id: groupId, to: [...to] }, signal }),
    staleTime: 30_000,
    placeholderData: keepPreviousData,
    retry: false,
  });
