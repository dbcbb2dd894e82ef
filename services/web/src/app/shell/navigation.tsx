import { useLingui } from '@lingui/react/macro';
import {
  IconArrowsSort,
  IconBuilding,
  IconCircleCheck,
  IconCircleDot,
  IconClock,
  IconFlame,
  IconHome,
  IconInbox,
  IconLayoutList,
  IconListDetails,
  IconPlus,
  IconStack2,
  IconUser,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { lazy } from 'react';
import { overviewLabel } from '../../features/overviews/labels.ts';
import { listed } from '../../features/overviews/order.ts';
import { ticketOverviewsQuery } from '../../features/overviews/queries.ts';
import { useMe } from '../../features/session/use-me.ts';
import { viewLabels } from '../../features/tickets/labels.ts';
import {
  agentViews,
  customerViews,
  listOrderOf,
  parseListState,
  type View,
} from '../../features/tickets/list-state.ts';
import { ticketCountsQuery, ticketListQuery } from '../../features/tickets/queries.ts';
import { withTexts } from '../i18n.ts';
import { Beside } from './beside.tsx';
import { asksPreview } from './list-looks.ts';
import classes from './navigation.module.css';
import { useShell } from './store.ts';

const icons: Partial<Record<View, TablerIcon>> = {
  'my-open': IconUser,
  unassigned: IconInbox,
  open: IconCircleDot,
  escalated: IconFlame,
  pending: IconClock,
  closed: IconCircleCheck,
  all: IconStack2,
  'my-tickets': IconListDetails,
  'my-organization': IconBuilding,
};

/** Most people never see it, and it grows with every page. */
const AdminMenu = lazy(() =>
  withTexts(() => import('../../features/admin/components/admin-menu.tsx'), 'work').then((file) => ({
    default: file.AdminMenu,
  })),
);

/** Where no telephone system speaks to the desk nobody sees it. */
const CallsLink = lazy(() =>
  withTexts(() => import('../../features/calls/calls-link.tsx'), 'work').then((file) => ({ default: file.CallsLink })),
);

const ChatLink = lazy(() =>
  withTexts(() => import('../../features/chat/chat-link.tsx'), 'work').then((file) => ({ default: file.ChatLink })),
);

/** Views with their exact counts; the number is part of the link that leads to what it counts. */
export function Navigation() {
  const { t, i18n } = useLingui();
  const { me, agent, customer, may } = useMe();
  const { pathname, search } = useLocation();
  const { data: counts } = useQuery(ticketCountsQuery);
  const soon = useSoon();
  const number = new Intl.NumberFormat(i18n.locale);
  const { view: shown, overview } = search as { view?: string; overview?: string };
  const current = pathname === '/tickets' && !overview ? shown : undefined;
  const administers = (me.permissions as string[]).some((name) =>
    /^(?:admin\b|community$|report\b|knowledge_base(?!\.r))/.test(name),
  );
  const sections: { title: string; views: readonly View[] }[] = [
    ...(agent ? [{ title: t`Tickets`, views: agentViews }] : []),
    // Somebody may be both: agent here, customer elsewhere.
    ...(customer || !agent ? [{ title: agent ? t`As customer` : t`Tickets`, views: customerViews }] : []),
  ];
  return (
    <>
      {agent && (
        <div className={classes.section}>
          <ul className={classes.list}>
            <li>
              <Link
                to="/"
                className={classes.link}
                aria-current={pathname === '/' ? 'page' : undefined}
                data-active={pathname === '/' || undefined}
              >
                <IconHome size={17} stroke={1.7} aria-hidden />
                <span className={classes.label}>{t`Home`}</span>
              </Link>
            </li>
          </ul>
        </div>
      )}
      {sections.map(({ title, views }) => (
        <div key={title} className={classes.section}>
          <div className={classes.title} id={`nav-${views[0]}`}>
            {title}
          </div>
          <ul className={classes.list} aria-labelledby={`nav-${views[0]}`}>
            {views.map((view) => {
              const Icon = icons[view] ?? IconLayoutList;
              const count = counts?.get(view);
              return (
                <li key={view}>
                  <Link
                    to="/tickets"
                    search={{ view }}
                    {...soon({ view })}
                    className={classes.link}
                    aria-current={current === view ? 'page' : undefined}
                    data-active={current === view || undefined}
                  >
                    <Icon size={17} stroke={1.7} aria-hidden />
                    <span className={classes.label}>{i18n._(viewLabels[view])}</span>
                    {count !== undefined && <span className={classes.count}>{number.format(count)}</span>}
                  </Link>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
      {may('cti.agent') && (
        <Beside>
          <CallsLink />
        </Beside>
      )}
      {may('chat.agent') && (
        <Beside>
          <ChatLink />
        </Beside>
      )}
      <Overviews />
      {administers && (
        <Beside>
          <AdminMenu />
        </Beside>
      )}
    </>
  );
}

/** A list is asked for when the pointer, the finger or the keyboard comes to its name: it is there when it is wanted. */
function useSoon() {
  const cache = useQueryClient();
  const preview = useShell(asksPreview);
  return (search: Record<string, string>) => {
    const ask = () => void cache.prefetchInfiniteQuery(ticketListQuery(parseListState(search, 'open'), preview));
    return { onPointerEnter: ask, onPointerDown: ask, onFocus: ask };
  };
}

const searchOf = ({ link, order }: { link: string; order: Parameters<typeof listOrderOf>[0] }) => ({
  overview: link,
  ...listOrderOf(order),
});

/** The overviews of who is signed in, with their exact counts. */
function Overviews() {
  const { t, i18n } = useLingui();
  const { agent, may } = useMe();
  const { pathname, search } = useLocation();
  const { data = [] } = useQuery(ticketOverviewsQuery);
  const soon = useSoon();
  const number = new Intl.NumberFormat(i18n.locale);
  const current = pathname === '/tickets' ? (search as { overview?: string }).overview : undefined;
  const overviews = listed(data);
  if (!agent && overviews.length === 0) return null;
  return (
    <div className={classes.section}>
      <div className={classes.title} id="nav-overviews">
        {t`Overviews`}
      </div>
      <ul className={classes.list} aria-labelledby="nav-overviews">
        {overviews.map((overview) => (
          <li key={overview.id}>
            <Link
              to="/tickets"
              search={searchOf(overview)}
              {...soon(searchOf(overview))}
              className={classes.link}
              aria-current={current === overview.link ? 'page' : undefined}
              data-active={current === overview.link || undefined}
            >
              <IconLayoutList size={17} stroke={1.7} aria-hidden />
              <span className={classes.label}>{overviewLabel(i18n, overview)}</span>
              <span className={classes.count}>{number.format(overview.count)}</span>
            </Link>
          </li>
        ))}
        {overviews.length > 1 && may('user_preferences.overview_sorting') && (
          <li>
            <Link to="/profile" hash="overviews" className={classes.link}>
              <IconArrowsSort size={17} stroke={1.7} aria-hidden />
              <span className={classes.label}>{t`Order of overviews`}</span>
            </Link>
          </li>
        )}
        {agent && (
          <li>
            <Link to="/overviews/new" className={classes.link}>
              <IconPlus size={17} stroke={1.7} aria-hidden />
              <span className={classes.label}>{t`New overview`}</span>
            </Link>
          </li>
        )}
      </ul>
    </div>
  );
}
