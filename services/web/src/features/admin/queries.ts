import type { OutputOf } from '@helpmesh/contracts';
import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  skipToken,
} from '@tanstack/react-query';
import type { Endpoints } from '../../app/api.gen.ts';
import { type CallInput, call } from '../../app/api.ts';
import { type AuditFilter, auditQuery } from './audit-filter.ts';

export type User = OutputOf<Endpoints['getUser']>;
export type Group = OutputOf<Endpoints['getGroup']>;
export type Organization = OutputOf<Endpoints['getOrganization']>;
export type Role = OutputOf<Endpoints['listRoles']>[number] & { permissions?: string[] };
export type Provider = OutputOf<Endpoints['getOpenIdProvider']>;
export type Mapping = OutputOf<Endpoints['getEntitlementMapping']>;
export type DeskSettings = OutputOf<Endpoints['getDeskSettings']>;
export type ObjectAttribute = OutputOf<Endpoints['getObjectAttribute']>;
export type ChecklistTemplate = OutputOf<Endpoints['getChecklistTemplate']>;
export type UserAccess = OutputOf<Endpoints['getUserAccess']>;
export type Branding = OutputOf<Endpoints['getBranding']>;
export type Community = OutputOf<Endpoints['getCommunity']>;
export type CatalogueService = OutputOf<Endpoints['getService']>;
export type CommunityAgent = OutputOf<Endpoints['listCommunityAgents']>[number];
export type BrandingColours = OutputOf<Endpoints['brandingColours']>;
export type Calendar = OutputOf<Endpoints['getCalendar']>;
export type Sla = OutputOf<Endpoints['getSla']>;
export type Application = OutputOf<Endpoints['getApplication']>;
export type Directory = OutputOf<Endpoints['getDirectory']>;
export type DirectoryToken = OutputOf<Endpoints['listDirectoryTokens']>[number];
export type ErasureTask = OutputOf<Endpoints['getDataPrivacyTask']>;
export type LegalHold = OutputOf<Endpoints['listLegalHolds']>[number];
export type RetentionRule = OutputOf<Endpoints['getRetentionRule']>;
export type RetentionPreview = OutputOf<Endpoints['previewRetentionRule']>;
export type RetentionRun = OutputOf<Endpoints['listRetentionRuns']>[number];
export type AuditEntry = OutputOf<Endpoints['listAuditEntries']>['entries'][number];

const PAGE = 50;
/** More than any desk has; the server gives no more at once. */
const ALL = 1000;

/** Where a record is kept, so that saving it makes every list of its kind read anew. */
export const keyOf = (page: string, ...more: unknown[]) => ['admin', page, ...more];

/**
 * Reads anew what a change may show in: the lists of the administration that are named, and what the rest of the app
 * remembers of people, groups, providers and of the rights of who is signed in.
 */
export async function readAnew(cache: QueryClient, pages: readonly string[]): Promise<void> {
  const elsewhere = [['people'], ['lookup'], ['sign-in-providers'], ['me']];
  const keys = [...pages.map((page) => keyOf(page)), ...elsewhere];
  await Promise.all(keys.map((queryKey) => cache.invalidateQueries({ queryKey })));
}

const nextPage = (last: readonly unknown[], _: unknown, page: number) => (last.length < PAGE ? null : page + 1);

export const usersQuery = ({ q, role }: { q: string; role: number | null }) =>
  infiniteQueryOptions({
    queryKey: keyOf('users', 'list', q, role),
    queryFn: ({ pageParam, signal }) =>
      call('searchUsers', {
        query: {
          query: q || '*',
          ...(role !== null && { role_ids: String(role) }),
          page: pageParam,
          per_page: PAGE,
          sort_by: 'lastname,firstname',
          order_by: 'asc,asc',
          expand: true,
        },
        signal,
      }),
    initialPageParam: 1,
    getNextPageParam: nextPage,
    placeholderData: keepPreviousData,
  });

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('users', id),
    queryFn: ({ signal }) => call('getUser', { params: { id }, query: { expand: true }, signal }),
  });

export const userAccessQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('users', id, 'access'),
    queryFn: ({ signal }) => call('getUserAccess', { params: { id }, signal }),
  });

/** @param id  null: none is asked for yet */
export const ticketAccessQuery = (id: number | null, userId: number) =>
  queryOptions({
    queryKey: keyOf('users', userId, 'access', 'ticket', id),
    queryFn:
      id === null
        ? skipToken
        : ({ signal }) => call('getTicketAccess', { params: { id }, query: { user_id: userId }, signal }),
    retry: false,
  });

export const groupsQuery = queryOptions({
  queryKey: keyOf('groups'),
  queryFn: ({ signal }) => call('listGroups', { query: { per_page: ALL }, signal }),
});

export const brandingsQuery = queryOptions({
  queryKey: keyOf('branding'),
  queryFn: ({ signal }) => call('listBrandings', { signal }),
});

export const communitiesQuery = queryOptions({
  queryKey: keyOf('communities'),
  queryFn: ({ signal }) => call('listCommunities', { query: { per_page: 500 }, signal }),
});

export const catalogueQuery = queryOptions({
  queryKey: keyOf('services'),
  queryFn: ({ signal }) => call('listServices', { query: { per_page: 500 }, signal }),
});

export const communityAgentsQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('communities', id, 'agents'),
    queryFn: ({ signal }) => call('listCommunityAgents', { params: { id }, signal }),
  });

/** @param accent  `#rrggbb`; empty: none is chosen */
export const brandingColoursQuery = (accent: string) =>
  queryOptions({
    queryKey: keyOf('branding-colours', accent),
    queryFn: accent === '' ? skipToken : ({ signal }) => call('brandingColours', { query: { accent }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    ...(accent !== '' && { placeholderData: keepPreviousData }),
  });

export const organizationsQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: keyOf('organizations', 'list', q),
    queryFn: ({ pageParam, signal }) =>
      call('searchOrganizations', {
        query: { query: q || '*', page: pageParam, per_page: PAGE, sort_by: 'name', order_by: 'asc' },
        signal,
      }),
    initialPageParam: 1,
    getNextPageParam: nextPage,
    placeholderData: keepPreviousData,
  });

export const organizationQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('organizations', id),
    queryFn: ({ signal }) => call('getOrganization', { params: { id }, query: { expand: true }, signal }),
  });

export const rolesQuery = queryOptions({
  queryKey: keyOf('roles'),
  queryFn: async ({ signal }) => (await call('listRoles', { query: { expand: true }, signal })) as Role[],
});

export const settingsQuery = queryOptions({
  queryKey: keyOf('sign-in', 'settings'),
  queryFn: ({ signal }) => call('listSettings', { signal }),
});

export const providersQuery = queryOptions({
  queryKey: keyOf('sign-in', 'providers'),
  queryFn: ({ signal }) => call('listOpenIdProviders', { signal }),
});

export const mappingsQuery = queryOptions({
  queryKey: keyOf('sign-in', 'mappings'),
  queryFn: ({ signal }) => call('listEntitlementMappings', { signal }),
});

export const identitiesQuery = (userId: number) =>
  queryOptions({
    queryKey: keyOf('sign-in', 'identities', userId),
    queryFn: ({ signal }) => call('listOpenIdIdentities', { query: { user_id: userId }, signal }),
  });

export const userFactorsQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('credentials', 'factors', id),
    queryFn: ({ signal }) => call('userTwoFactor', { params: { id }, signal }),
  });

export const userSessionsQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('credentials', 'sessions', id),
    queryFn: async ({ signal }) => (await call('listSessions', { query: { user_id: id }, signal })).sessions,
  });

export const auditQueryOf = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: keyOf('audit', filter),
    queryFn: ({ pageParam, signal }) =>
      call('listAuditEntries', {
        query: { ...auditQuery(filter), ...(pageParam > 0 && { before: pageParam }) },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    // Whoever looks again wants to see what happened since.
    staleTime: 0,
  });

export const userTokensQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('credentials', 'tokens', id),
    queryFn: ({ signal }) => call('listUserTokens', { params: { id }, signal }),
  });

export const userAuthorizationsQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('credentials', 'authorizations', id),
    queryFn: ({ signal }) => call('listUserAuthorizations', { params: { id }, signal }),
  });

export const permissionsQuery = queryOptions({
  queryKey: keyOf('roles', 'permissions'),
  queryFn: ({ signal }) => call('listPermissions', { signal }),
});

export type RecurringTicket = OutputOf<Endpoints['getRecurringTicket']>;

export const recurringTicketsQuery = queryOptions({
  queryKey: keyOf('recurring'),
  queryFn: ({ signal }) => call('listRecurringTickets', { signal }),
});

export const recurringPreviewQuery = (plan: { rrule: string; starts_at: string; timezone: string }) =>
  queryOptions({
    queryKey: keyOf('recurring', 'preview', plan),
    queryFn: ({ signal }) => call('previewRecurringTicket', { body: plan, signal }),
    retry: false,
    placeholderData: keepPreviousData,
  });

export const deskSettingsQuery = queryOptions({
  queryKey: keyOf('desk-settings'),
  queryFn: ({ signal }) => call('getDeskSettings', { signal }),
});

export const activityTypesQuery = queryOptions({
  queryKey: keyOf('activity-types'),
  queryFn: ({ signal }) => call('listTimeAccountingTypes', { query: { per_page: ALL }, signal }),
});

export type TimeLogBy = 'ticket' | 'activity' | 'customer' | 'organization';

export interface TimeLogRow {
  key: string;
  what: string;
  facts: string;
  units: string;
}

const joined = (...facts: (string | null)[]) => facts.filter((fact) => fact && fact !== '-').join(' · ');

export const timeLogQuery = (by: TimeLogBy, params: { year: number; month: number }) =>
  queryOptions({
    queryKey: keyOf('time-log', by, params),
    queryFn: async ({ signal }): Promise<TimeLogRow[]> => {
      switch (by) {
        case 'ticket':
          return (await call('timeLogByTicket', { params, signal })).map((row) => ({
            key: String(row.ticket.id),
            what: `#${row.ticket.number} ${row.ticket.title}`,
            facts: joined(row.customer, row.organization),
            units: row.time_unit,
          }));
        case 'activity':
          return (await call('timeLogByActivity', { params, signal })).map((row, i) => ({
            key: String(i),
            what: `#${row.ticket.number} ${row.ticket.title}`,
            facts: joined(row.agent, row.type, row.customer),
            units: row.time_unit,
          }));
        case 'customer':
          return (await call('timeLogByCustomer', { params, signal })).map((row) => ({
            key: `${row.customer.id} ${row.organization}`,
            what: row.customer.name,
            facts: joined(row.organization),
            units: row.time_unit,
          }));
        case 'organization':
          return (await call('timeLogByOrganization', { params, signal })).map((row) => ({
            key: String(row.organization.id),
            what: row.organization.name,
            facts: '',
            units: row.time_unit,
          }));
      }
    },
  });

export const customFieldsAdminQuery = queryOptions({
  queryKey: keyOf('custom-fields'),
  queryFn: ({ signal }) => call('listObjectAttributes', { query: { per_page: ALL }, signal }),
});

export const checklistTemplatesQuery = queryOptions({
  queryKey: keyOf('checklists'),
  queryFn: ({ signal }) => call('listChecklistTemplates', { query: { per_page: ALL }, signal }),
});

export const calendarsQuery = queryOptions({
  queryKey: keyOf('calendars'),
  queryFn: ({ signal }) => call('listCalendars', { query: { per_page: ALL }, signal }),
});

/** When work would be done by a calendar as it stands in a form. */
export const calendarPreviewQuery = (body: NonNullable<CallInput<'previewCalendar'>['body']>) =>
  queryOptions({
    queryKey: keyOf('calendars', 'preview', body),
    queryFn: ({ signal }) => call('previewCalendar', { body, signal }),
    placeholderData: keepPreviousData,
    retry: false,
    // It begins with the present moment.
    staleTime: 0,
  });

/** The data changes with a release of ours, and takes the server a second. */
export const holidayPlacesQuery = queryOptions({
  queryKey: keyOf('holidays', 'places'),
  queryFn: ({ signal }) => call('calendarHolidayPlaces', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

/** @param body  null: no country was chosen yet */
export const holidaysQuery = (body: NonNullable<CallInput<'calendarHolidays'>['body']> | null) =>
  queryOptions({
    queryKey: keyOf('holidays', body),
    queryFn: body === null ? skipToken : ({ signal }) => call('calendarHolidays', { body, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const slasQuery = queryOptions({
  queryKey: keyOf('slas'),
  queryFn: ({ signal }) => call('listSlas', { query: { per_page: ALL, expand: true }, signal }),
});

const RECKONED_MS = 2_000;

/** Asked for again as long as due times are still of older rules. */
export const slaProgressQuery = queryOptions({
  queryKey: keyOf('slas', 'progress'),
  queryFn: ({ signal }) => call('slaProgress', { signal }),
  refetchInterval: ({ state }) => (state.data && state.data.remaining > 0 ? RECKONED_MS : false),
});

export const applicationsQuery = queryOptions({
  queryKey: keyOf('applications'),
  queryFn: ({ signal }) => call('listApplications', { signal }),
});

export const directoriesQuery = queryOptions({
  queryKey: keyOf('directories'),
  queryFn: ({ signal }) => call('listDirectories', { signal }),
});

export const directoryTokensQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('directories', 'tokens', id),
    queryFn: ({ signal }) => call('listDirectoryTokens', { params: { id }, signal }),
  });

/** Rounds follow each other within seconds while there is something to find. */
const LOOK_AGAIN_MS = 2_000;

export const erasuresQuery = queryOptions({
  queryKey: keyOf('data-protection', 'tasks'),
  queryFn: ({ signal }) => call('listDataPrivacyTasks', { signal }),
  refetchInterval: ({ state }) => (state.data?.some((task) => task.state === 'in process') ? LOOK_AGAIN_MS : false),
});

export const erasureQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('data-protection', 'tasks', id),
    queryFn: ({ signal }) => call('getDataPrivacyTask', { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'in process' ? LOOK_AGAIN_MS : false),
  });

export const erasurePreviewQuery = (userId: number) =>
  queryOptions({
    queryKey: keyOf('data-protection', 'preview', userId),
    queryFn: ({ signal }) => call('previewDataPrivacyTask', { query: { deletable_id: userId }, signal }),
    // What is about to be erased is counted anew by whoever looks.
    staleTime: 0,
  });

export const holdsQuery = queryOptions({
  queryKey: keyOf('data-protection', 'holds'),
  queryFn: ({ signal }) => call('listLegalHolds', { signal }),
});

export const retentionRulesQuery = queryOptions({
  queryKey: keyOf('data-protection', 'retention'),
  queryFn: ({ signal }) => call('listRetentionRules', { signal }),
});

export const retentionPreviewQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('data-protection', 'retention', id, 'preview'),
    queryFn: ({ signal }) => call('previewRetentionRule', { params: { id }, signal }),
  });

export const retentionRunsQuery = (id: number) =>
  queryOptions({
    queryKey: keyOf('data-protection', 'retention', id, 'runs'),
    queryFn: ({ signal }) => call('listRetentionRuns', { params: { id }, signal }),
    // No event tells how far one is.
    refetchInterval: ({ state }) => (state.data?.some((run) => run.finished_at === null) ? 2_000 : false),
  });

export const rawMailRetentionQuery = queryOptions({
  queryKey: keyOf('data-protection', 'raw-mails'),
  queryFn: ({ signal }) => call('rawMailRetention', { signal }),
});
