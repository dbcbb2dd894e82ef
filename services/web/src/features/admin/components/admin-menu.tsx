import { useLingui } from '@lingui/react/macro';
import {
  IconAffiliate,
  IconApps,
  IconBarrierBlock,
  IconBolt,
  IconBuilding,
  IconCalendarTime,
  IconChevronRight,
  IconCircleCheck,
  IconClock,
  IconEyeOff,
  IconFileText,
  IconFlame,
  IconFolders,
  IconHeartbeat,
  IconHistory,
  IconInbox,
  IconLayoutList,
  IconListDetails,
  IconLogin2,
  IconMessages,
  IconPalette,
  IconShield,
  IconStack2,
  IconTicket,
  IconUsers,
  IconWebhook,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Action } from '../../../app/actions/registry.ts';
import { useActions } from '../../../app/actions/use-actions.ts';
import classes from '../../../app/shell/navigation.module.css';
import { useMe } from '../../session/use-me.ts';
import { pageLabels, sectionLabels } from '../labels.ts';
import { type AdminPage, type AdminPageId, adminPages, adminSections, mayOpen, pageAt, pagesFor } from '../pages.ts';

/** So many pages are seen at a glance. */
const FEW = 7;

const icons: Record<AdminPageId, TablerIcon> = {
  users: IconUsers,
  groups: IconFolders,
  organizations: IconBuilding,
  communities: IconAffiliate,
  services: IconListDetails,
  roles: IconShield,
  mail: IconInbox,
  macros: IconBolt,
  'text-modules': IconFileText,
  templates: IconFileText,
  'custom-fields': IconListDetails,
  triggers: IconBolt,
  schedules: IconCalendarTime,
  webhooks: IconWebhook,
  slas: IconFlame,
  calendars: IconCalendarTime,
  checklists: IconCircleCheck,
  recurring: IconCalendarTime,
  'ticket-settings': IconTicket,
  states: IconCircleCheck,
  priorities: IconFlame,
  tags: IconListDetails,
  'time-accounting': IconClock,
  overviews: IconLayoutList,
  'knowledge-base': IconFileText,
  reports: IconStack2,
  'sign-in': IconLogin2,
  branding: IconPalette,
  'public-links': IconApps,
  directories: IconUsers,
  applications: IconApps,
  integrations: IconApps,
  chat: IconMessages,
  cmdb: IconApps,
  federation: IconAffiliate,
  'data-protection': IconEyeOff,
  imports: IconApps,
  configuration: IconStack2,
  health: IconHeartbeat,
  maintenance: IconBarrierBlock,
  audit: IconHistory,
};

/** The pages of the administration that somebody may open, also as commands of the palette. */
export function AdminMenu() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const { may } = useMe();
  const { pathname } = useLocation();
  const current = pageAt(pathname);
  const here = useRef<HTMLAnchorElement>(null);
  // Its section may be longer than what is in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another page is current
  useEffect(() => {
    // Newer browsers answer a promise, which React would take for what is to be undone.
    here.current?.scrollIntoView({ block: 'nearest' });
  }, [current?.id]);
  useActions(
    adminPages.map(
      (page): Action => ({
        id: `go.admin.${page.id}`,
        label: pageLabels[page.id],
        section: 'navigation',
        can: () => mayOpen(page, may),
        run: () => void navigate({ to: `/admin/${page.id}` }),
      }),
    ),
  );
  const pages = pagesFor(may);
  if (pages.length === 0) return null;
  const listOf = (shown: readonly AdminPage[], labelledBy: string) => (
    <ul className={classes.list} aria-labelledby={labelledBy}>
      {shown.map(({ id }) => {
        const Icon = icons[id];
        return (
          <li key={id}>
            <Link
              ref={current?.id === id ? here : undefined}
              to={`/admin/${id}`}
              className={classes.link}
              aria-current={current?.id === id ? 'page' : undefined}
              data-active={current?.id === id || undefined}
            >
              <Icon size={17} stroke={1.7} aria-hidden />
              <span className={classes.label}>{i18n._(pageLabels[id])}</span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
  return (
    <div className={classes.section}>
      <div className={classes.title} id="nav-admin">
        {t`Administration`}
      </div>
      {pages.length <= FEW
        ? listOf(pages, 'nav-admin')
        : adminSections
            .map((section) => ({ section, shown: pages.filter((page) => page.section === section) }))
            .filter(({ shown }) => shown.length > 0)
            .map(({ section, shown }) => (
              // Of one name: opening one closes the other.
              <details key={section} name="nav-admin" open={current?.section === section}>
                <summary id={`nav-admin-${section}`} className={classes.fold}>
                  <IconChevronRight size={15} stroke={1.8} aria-hidden className={classes.arrow} />
                  {i18n._(sectionLabels[section])}
                </summary>
                {listOf(shown, `nav-admin-${section}`)}
              </details>
            ))}
    </div>
  );
}
