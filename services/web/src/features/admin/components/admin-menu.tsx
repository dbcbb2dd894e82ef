import { useLingui } from '@lingui/react/macro';
import {
  IconAffiliate,
  IconApps,
  IconBolt,
  IconBuilding,
  IconCalendarTime,
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
  IconPalette,
  IconShield,
  IconStack2,
  IconTicket,
  IconUsers,
  IconWebhook,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import type { Action } from '../../../app/actions/registry.ts';
import { useActions } from '../../../app/actions/use-actions.ts';
import classes from '../../../app/shell/navigation.module.css';
import { useMe } from '../../session/use-me.ts';
import { pageLabels } from '../labels.ts';
import { type AdminPageId, adminPages, mayOpen, pageAt, pagesFor } from '../pages.ts';

const icons: Record<AdminPageId, TablerIcon> = {
  users: IconUsers,
  groups: IconFolders,
  organizations: IconBuilding,
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
  cmdb: IconApps,
  federation: IconAffiliate,
  'data-protection': IconEyeOff,
  health: IconHeartbeat,
  audit: IconHistory,
};

/** The pages of the administration that somebody may open, also as commands of the palette. */
export function AdminMenu() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const { may } = useMe();
  const { pathname } = useLocation();
  const current = pageAt(pathname)?.id;
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
  return (
    <div className={classes.section}>
      <div className={classes.title} id="nav-admin">
        {t`Administration`}
      </div>
      <ul className={classes.list} aria-labelledby="nav-admin">
        {pages.map(({ id }) => {
          const Icon = icons[id];
          return (
            <li key={id}>
              <Link
                to={`/admin/${id}`}
                className={classes.link}
                aria-current={current === id ? 'page' : undefined}
                data-active={current === id || undefined}
              >
                <Icon size={17} stroke={1.7} aria-hidden />
                <span className={classes.label}>{i18n._(pageLabels[id])}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
