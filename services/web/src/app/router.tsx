import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouteComponent,
  redirect,
} from '@tanstack/react-router';
import { type AccessFacts, capabilitiesOf } from '../features/session/access.ts';
import { brandingQuery } from '../features/session/branding.ts';
import { meQuery, providersQuery, setupQuery } from '../features/session/queries.ts';
import { TicketListPage } from '../features/tickets/components/list-page.tsx';
import { parseListState, standardView } from '../features/tickets/list-state.ts';
import { articlesQuery, ticketListQuery, ticketQuery } from '../features/tickets/queries.ts';
import { isAskedAhead, namesList } from './ahead.ts';
import { withTexts } from './i18n.ts';
import { ownPath } from './own-path.ts';
import { applyPreferences } from './preferences.ts';
import { queryClient } from './query-client.ts';
import { Shell } from './shell/app-shell.tsx';
import { Crashed, NotFound, Starting } from './shell/fallbacks.tsx';
import { asksPreview } from './shell/list-looks.ts';
import { useShell } from './shell/store.ts';

type Search = Record<string, string>;
/** What pages of the administration keep in the address: words, a role, the filter of the audit log, whom it is about. */
type AdminSearch = Partial<Record<'q' | 'role' | 'who' | 'what' | 'from' | 'to' | 'person', string>>;
const strings = (search: Record<string, unknown>): Search =>
  Object.fromEntries(Object.entries(search).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const entry = () => import('../features/session/components/entry.ts');

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string; problem?: string } => {
    const next = ownPath(search.next);
    // The code of what went wrong at a sign-in by a provider.
    const { problem } = search;
    return { ...(next && { next }), ...(typeof problem === 'string' && { problem }) };
  },
  // Before the page shows: buttons that come later would move the fields away under somebody's hands.
  loader: async ({ context: { queryClient: cache } }) => {
    const setUp = cache.ensureQueryData(setupQuery).catch(() => true);
    await Promise.all([cache.prefetchQuery(providersQuery), cache.prefetchQuery(brandingQuery)]);
    if (!(await setUp)) throw redirect({ to: '/setup', replace: true });
  },
  component: lazyRouteComponent(entry, 'SignInPage'),
});
const forgot = createRoute({
  getParentRoute: () => root,
  path: '/forgot',
  component: lazyRouteComponent(entry, 'ForgotPage'),
});
const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  validateSearch: strings as (search: Record<string, unknown>) => { token?: string },
  component: lazyRouteComponent(entry, 'ResetPage'),
});
const link = createRoute({
  getParentRoute: () => root,
  path: '/link',
  validateSearch: strings as (search: Record<string, unknown>) => { token?: string },
  component: lazyRouteComponent(entry, 'LinkPage'),
});
const invite = createRoute({
  getParentRoute: () => root,
  path: '/invite',
  validateSearch: strings as (search: Record<string, unknown>) => { token?: string },
  component: lazyRouteComponent(entry, 'InvitePage'),
});
const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  validateSearch: strings as (search: Record<string, unknown>) => { token?: string },
  component: lazyRouteComponent(entry, 'WelcomePage'),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  loader: ({ context }) => context.queryClient.prefetchQuery(setupQuery),
  component: lazyRouteComponent(entry, 'SetupPage'),
});
const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  component: lazyRouteComponent(entry, 'SignUpPage'),
});

const consent = createRoute({
  getParentRoute: () => root,
  path: '/oauth/authorize',
  beforeLoad: async ({ context, location }) => {
    const me = await context.queryClient.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: '/sign-in', search: { next: location.href } });
    // A role demands a second factor first; the request can be sent again then.
    if (me.two_factor_required) throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(
    () => withTexts(() => import('../features/oauth/components/consent-page.tsx')),
    'ConsentPage',
  ),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const me = await context.queryClient.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
    await applyPreferences(me);
  },
});
const homePage = () => withTexts(() => import('../features/home/home-page.tsx'), 'work');
const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  beforeLoad: async ({ context: { queryClient: cache }, location }) => {
    if (location.hash) {
      const { foreignLink } = await import('./foreign-link.ts');
      const href = foreignLink(location.hash);
      if (href) throw redirect({ href, replace: true });
    }
    const me = await cache.ensureQueryData(meQuery);
    const waits = !me || me.two_factor_required === true;
    if (waits || !capabilitiesOf(me as AccessFacts).agent) throw redirect({ to: '/tickets', replace: true });
  },
  component: lazyRouteComponent(homePage, 'HomePage'),
});
const tickets = createRoute({
  getParentRoute: () => app,
  path: '/tickets',
  validateSearch: strings,
  // Asked for before anything is drawn; nobody waits for the answer.
  beforeLoad: ({ context: { queryClient: cache }, search }) => {
    const me = cache.getQueryData(meQuery.queryKey);
    if (!me || me.two_factor_required) return;
    const { agent } = capabilitiesOf(me as AccessFacts);
    const preview = asksPreview(useShell.getState());
    void cache.prefetchInfiniteQuery(ticketListQuery(parseListState(search, standardView(agent)), preview));
  },
  // In the shell: as parts of its own it came in two dozen files, of which a browser fetches six at a time.
  component: TicketListPage,
});
const newTicket = createRoute({
  getParentRoute: () => app,
  path: '/tickets/new',
  // The message that it is made of, `<ticket>.<article>`; the id of whose request it is; the objects of a CMDB that it is about, and its group.
  validateSearch: strings as (
    search: Record<string, unknown>,
  ) => Partial<Record<'from' | 'customer' | 'objects' | 'tenant' | 'group', string>>,
  component: lazyRouteComponent(
    () => withTexts(() => import('../features/tickets/components/new-ticket-page.tsx'), 'work'),
    'NewTicketPage',
  ),
});
const ticketPage = () => withTexts(() => import('../features/tickets/components/ticket-page.tsx'), 'work');
const ticket = createRoute({
  getParentRoute: () => app,
  path: '/tickets/$id',
  // With the scripts of the page, and as soon as somebody points at its row.
  beforeLoad: ({ context: { queryClient: cache }, params }) => {
    const id = Number(params.id);
    void cache.prefetchQuery(ticketQuery(id));
    void cache.prefetchQuery(articlesQuery(id));
  },
  component: lazyRouteComponent(ticketPage, 'TicketPage'),
});
const overviewPages = () => withTexts(() => import('../features/overviews/overview-page.tsx'));
const newOverview = createRoute({
  getParentRoute: () => app,
  path: '/overviews/new',
  component: lazyRouteComponent(overviewPages, 'NewOverviewPage'),
});
const overview = createRoute({
  getParentRoute: () => app,
  path: '/overviews/$id',
  component: lazyRouteComponent(overviewPages, 'OverviewPage'),
});
const calls = createRoute({
  getParentRoute: () => app,
  path: '/calls',
  component: lazyRouteComponent(() => withTexts(() => import('../features/calls/calls-page.tsx'), 'work'), 'CallsPage'),
});
const chatsPage = () => withTexts(() => import('../features/chat/chats-page.tsx'), 'work');
const chats = createRoute({
  getParentRoute: () => app,
  path: '/chats',
  component: lazyRouteComponent(chatsPage, 'ChatsPage'),
});
const chat = createRoute({
  getParentRoute: () => app,
  path: '/chats/$id',
  component: lazyRouteComponent(chatsPage, 'ChatsPage'),
});
const person = createRoute({
  getParentRoute: () => app,
  path: '/people/$id',
  component: lazyRouteComponent(
    () => withTexts(() => import('../features/people/components/person-page.tsx'), 'work'),
    'PersonPage',
  ),
});
const organization = createRoute({
  getParentRoute: () => app,
  path: '/organizations/$id',
  component: lazyRouteComponent(
    () => withTexts(() => import('../features/people/components/organization-page.tsx'), 'work'),
    'OrganizationCardPage',
  ),
});
const account = createRoute({
  getParentRoute: () => app,
  path: '/account',
  // What came of linking an account at a provider.
  validateSearch: strings as (search: Record<string, unknown>) => { linked?: string; problem?: string },
  component: lazyRouteComponent(
    () => withTexts(() => import('../features/account/components/account-page.tsx')),
    'AccountPage',
  ),
});

const profile = createRoute({
  getParentRoute: () => app,
  path: '/profile',
  component: lazyRouteComponent(
    () => withTexts(() => import('../features/profile/components/profile-page.tsx')),
    'ProfilePage',
  ),
});

const adminPages = () => withTexts(() => import('../features/admin/components/pages.ts'));
const admin = createRoute({
  getParentRoute: () => app,
  path: '/admin',
  component: lazyRouteComponent(adminPages, 'AdminArea'),
});
/** A page below `/admin`. */
const below = <const P extends string>(path: P, component: RouteComponent) =>
  createRoute({
    getParentRoute: () => admin,
    path,
    validateSearch: strings as (search: Record<string, unknown>) => AdminSearch,
    component,
  });
/** Pages below `/admin` of one chunk. */
const pagesOf =
  <M extends object>(load: () => Promise<M>) =>
  <const P extends string>(path: P, page: keyof M) =>
    below(path, lazyRouteComponent(load, page) as RouteComponent);
const adminPage = pagesOf(adminPages);
const rulePage = pagesOf(() => withTexts(() => import('../features/rules/pages.ts')));
const mailPage = pagesOf(() => withTexts(() => import('../features/mail/pages.ts')));
const reportPage = pagesOf(() => withTexts(() => import('../features/reports/pages.ts')));
const meshPage = pagesOf(() => withTexts(() => import('../features/federation/pages.tsx')));
const importPage = pagesOf(() => withTexts(() => import('../features/imports/pages.ts')));
const wordPage = pagesOf(() => withTexts(() => import('../features/vocabulary/pages.ts')));
const helpPage = pagesOf(() => withTexts(() => import('../features/help/pages.ts')));
const adminTree = admin.addChildren([
  adminPage('/users', 'UsersPage'),
  adminPage('/users/new', 'NewUserPage'),
  adminPage('/users/$id', 'UserPage'),
  adminPage('/groups', 'GroupsPage'),
  adminPage('/groups/new', 'NewGroupPage'),
  adminPage('/groups/$id', 'GroupPage'),
  adminPage('/organizations', 'OrganizationsPage'),
  adminPage('/organizations/new', 'NewOrganizationPage'),
  adminPage('/organizations/$id', 'OrganizationPage'),
  adminPage('/roles', 'RolesPage'),
  adminPage('/roles/new', 'NewRolePage'),
  adminPage('/roles/$id', 'RolePage'),
  adminPage('/overviews', 'OverviewsPage'),
  adminPage('/mail', 'MailPage'),
  adminPage('/mail/$kind/$id', 'MailPartPage'),
  mailPage('/mail/channels', 'ChannelsPage'),
  mailPage('/mail/mailboxes/$id', 'MailboxPage'),
  mailPage('/mail/accounts/$id', 'MailAccountPage'),
  mailPage('/mail/queues', 'QueuesPage'),
  mailPage('/mail/encryption', 'KeysPage'),
  mailPage('/mail/texts', 'MailTextsPage'),
  mailPage('/mail/texts/$id', 'MailTextPage'),
  mailPage('/mail/authorized', 'AuthorizedPage'),
  adminPage('/macros', 'MacrosPage'),
  adminPage('/macros/new', 'NewMacroPage'),
  adminPage('/macros/$id', 'MacroPage'),
  adminPage('/text-modules', 'TextModulesPage'),
  adminPage('/text-modules/new', 'NewTextModulePage'),
  adminPage('/text-modules/$id', 'TextModulePage'),
  adminPage('/templates', 'TemplatesPage'),
  adminPage('/templates/new', 'NewTemplatePage'),
  adminPage('/templates/$id', 'TemplatePage'),
  adminPage('/custom-fields', 'CustomFieldsPage'),
  adminPage('/custom-fields/new', 'NewCustomFieldPage'),
  adminPage('/custom-fields/$id', 'CustomFieldPage'),
  rulePage('/triggers', 'TriggersPage'),
  rulePage('/triggers/new', 'NewTriggerPage'),
  rulePage('/triggers/$id', 'TriggerPage'),
  rulePage('/schedules', 'SchedulesPage'),
  rulePage('/schedules/new', 'NewSchedulePage'),
  rulePage('/schedules/$id', 'SchedulePage'),
  rulePage('/webhooks', 'WebhooksPage'),
  rulePage('/webhooks/new', 'NewWebhookPage'),
  rulePage('/webhooks/$id', 'WebhookPage'),
  adminPage('/slas', 'SlasPage'),
  adminPage('/slas/new', 'NewSlaPage'),
  adminPage('/slas/$id', 'SlaPage'),
  adminPage('/calendars', 'CalendarsPage'),
  adminPage('/calendars/new', 'NewCalendarPage'),
  adminPage('/calendars/$id', 'CalendarPage'),
  adminPage('/checklists', 'ChecklistsPage'),
  adminPage('/checklists/new', 'NewChecklistTemplatePage'),
  adminPage('/checklists/$id', 'ChecklistTemplatePage'),
  adminPage('/recurring', 'RecurringTicketsPage'),
  adminPage('/recurring/new', 'NewRecurringTicketPage'),
  adminPage('/recurring/$id', 'RecurringTicketPage'),
  adminPage('/ticket-settings', 'TicketSettingsPage'),
  adminPage('/time-accounting', 'TimeAccountingPage'),
  wordPage('/states', 'StatesPage'),
  wordPage('/states/new', 'NewStatePage'),
  wordPage('/states/$id', 'StatePage'),
  wordPage('/priorities', 'PrioritiesPage'),
  wordPage('/priorities/new', 'NewPriorityPage'),
  wordPage('/priorities/$id', 'PriorityPage'),
  wordPage('/tags', 'TagsPage'),
  adminPage('/sign-in', 'SignInSettingsPage'),
  adminPage('/sign-in/providers/new', 'NewProviderPage'),
  adminPage('/sign-in/providers/$id', 'ProviderPage'),
  adminPage('/directories', 'DirectoriesPage'),
  adminPage('/directories/new', 'NewDirectoryPage'),
  adminPage('/directories/$id', 'DirectoryPage'),
  adminPage('/applications', 'ApplicationsPage'),
  adminPage('/applications/new', 'NewApplicationPage'),
  adminPage('/applications/$id', 'ApplicationPage'),
  adminPage('/integrations', 'IntegrationsPage'),
  adminPage('/chat', 'ChatSettingsPage'),
  adminPage('/cmdb', 'CmdbPage'),
  meshPage('/federation', 'FederationPage'),
  meshPage('/federation/$kind/$id', 'FederationPartPage'),
  adminPage('/data-protection', 'DataProtectionPage'),
  adminPage('/data-protection/new', 'NewErasurePage'),
  adminPage('/data-protection/tasks/$id', 'ErasurePage'),
  adminPage('/data-protection/retention/new', 'NewRetentionRulePage'),
  adminPage('/data-protection/retention/$id', 'RetentionRulePage'),
  importPage('/imports', 'ImportsPage'),
  importPage('/imports/new', 'NewImportPage'),
  importPage('/imports/$id', 'ImportPage'),
  adminPage('/configuration', 'ConfigurationPage'),
  adminPage('/health', 'HealthPage'),
  adminPage('/maintenance', 'MaintenancePage'),
  adminPage('/services', 'ServicesPage'),
  adminPage('/services/new', 'NewServicePage'),
  adminPage('/services/$id', 'ServicePage'),
  adminPage('/communities', 'CommunitiesPage'),
  adminPage('/communities/new', 'NewCommunityPage'),
  adminPage('/communities/$id', 'CommunityPage'),
  adminPage('/branding', 'BrandingsPage'),
  adminPage('/branding/new', 'NewBrandingPage'),
  adminPage('/branding/$id', 'BrandingPage'),
  adminPage('/audit', 'AuditPage'),
  helpPage('/knowledge-base', 'KnowledgeBasePage'),
  helpPage('/knowledge-base/categories/new', 'NewCategoryPage'),
  helpPage('/knowledge-base/categories/$id', 'CategoryPage'),
  helpPage('/knowledge-base/answers/new', 'NewAnswerPage'),
  helpPage('/knowledge-base/answers/$id', 'AnswerPage'),
  reportPage('/reports', 'ReportsPage'),
  reportPage('/reports/profiles', 'ReportProfilesPage'),
  reportPage('/reports/profiles/new', 'NewReportProfilePage'),
  reportPage('/reports/profiles/$id', 'ReportProfilePage'),
  reportPage('/public-links', 'PublicLinksPage'),
  reportPage('/public-links/new', 'NewPublicLinkPage'),
  reportPage('/public-links/$id', 'PublicLinkPage'),
]);

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    forgot,
    reset,
    link,
    invite,
    welcome,
    signUp,
    setup,
    consent,
    app.addChildren([
      ...[home, tickets, newTicket, ticket, newOverview, overview, calls, chats, chat, person, organization],
      ...[profile, account, adminTree],
    ]),
  ]),
  context: { queryClient },
  // Plain query strings: `?view=open&q=42` stays what a person would write and a script can build.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const text = new URLSearchParams(strings(search)).toString();
    return text && `?${text}`;
  },
  defaultErrorComponent: Crashed,
  defaultPendingComponent: Starting,
  defaultPendingMs: 400,
  // What is there is shown.
  defaultPendingMinMs: 0,
  scrollRestoration: false,
});

/** The pages that most people come to, before it is known who they are: their scripts, and what was asked ahead. */
export function fetchPageOf({ pathname, search }: Location): void {
  const page = pathname === '/' ? homePage : /^\/tickets\/\d+$/.test(pathname) ? ticketPage : undefined;
  // The route asks again, and says what is wrong.
  page?.().catch(() => undefined);
  if (!isAskedAhead()) return;
  const given = Object.fromEntries(new URLSearchParams(search));
  if (namesList(pathname, given))
    void queryClient.prefetchInfiniteQuery(
      ticketListQuery(parseListState(given, 'open'), asksPreview(useShell.getState())),
    );
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
