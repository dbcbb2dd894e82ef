import { useLingui } from '@lingui/react/macro';
import {
  IconAddressBook,
  IconApps,
  IconBuilding,
  IconBuildingCommunity,
  IconChecklist,
  IconCircleCheck,
  IconCircleDot,
  IconClock,
  IconClockHour4,
  IconEyeOff,
  IconFlame,
  IconFolders,
  IconHistory,
  IconInbox,
  IconListDetails,
  IconLogin2,
  IconShield,
  IconStack2,
  IconUser,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { pageLabels } from '../../features/admin/labels.ts';
import { type AdminPageId, pageAt, pagesFor } from '../../features/admin/pages.ts';
import { useMe } from '../../features/session/use-me.ts';
import { viewLabels } from '../../features/tickets/labels.ts';
import { agentViews, customerViews, type View } from '../../features/tickets/list-state.ts';
import { ticketCountsQuery } from '../../features/tickets/queries.ts';
import classes from './navigation.module.css';

const icons: Record<View, TablerIcon> = {
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

const adminIcons: Record<AdminPageId, TablerIcon> = {
  users: IconUsers,
  groups: IconFolders,
  organizations: IconBuildingCommunity,
  roles: IconShield,
  checklists: IconChecklist,
  'time-accounting': IconClockHour4,
  'sign-in': IconLogin2,
  directories: IconAddressBook,
  applications: IconApps,
  'data-protection': IconEyeOff,
  audit: IconHistory,
};

/** Views with their exact counts; the number is part of the link that leads to what it counts. */
export function Navigation() {
  const { t, i18n } = useLingui();
  const { agent, customer, may } = useMe();
  const { pathname, search } = useLocation();
  const { data: counts } = useQuery(ticketCountsQuery);
  const number = new Intl.NumberFormat(i18n.locale);
  const current = pathname === '/tickets' ? (search as { view?: string }).view : undefined;
  const adminPages = pagesFor(may);
  const currentAdmin = pageAt(pathname)?.id;
  const sections: { title: string; views: readonly View[] }[] = [
    ...(agent ? [{ title: t`Tickets`, views: agentViews }] : []),
    // Somebody may be both: agent here, customer elsewhere.
    ...(customer || !agent ? [{ title: agent ? t`As customer` : t`Tickets`, views: customerViews }] : []),
  ];
  return (
    <>
      {sections.map(({ title, views }) => (
        <div key={title} className={classes.section}>
          <div className={classes.title} id={`nav-${views[0]}`}>
            {title}
          </div>
          <ul className={classes.list} aria-labelledby={`nav-${views[0]}`}>
            {views.map((view) => {
              const Icon = icons[view];
              const count = counts?.get(view);
              return (
                <li key={view}>
                  <Link
                    to="/tickets"
                    search={{ view }}
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
      {adminPages.length > 0 && (
        <div className={classes.section}>
          <div className={classes.title} id="nav-admin">
            {t`Administration`}
          </div>
          <ul className={classes.list} aria-labelledby="nav-admin">
            {adminPages.map(({ id }) => {
              const Icon = adminIcons[id];
              return (
                <li key={id}>
                  <Link
                    to={`/admin/${id}`}
                    className={classes.link}
                    aria-current={currentAdmin === id ? 'page' : undefined}
                    data-active={currentAdmin === id || undefined}
                  >
                    <Icon size={17} stroke={1.7} aria-hidden />
                    <span className={classes.label}>{i18n._(pageLabels[id])}</span>
                  </Link>
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </>
  );
}
