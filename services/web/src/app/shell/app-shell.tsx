import { useLingui } from '@lingui/react/macro';
import {
  ActionIcon,
  AppShell,
  Burger,
  Button,
  Group,
  Kbd,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core';
import { IconPencilPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, lazyRouteComponent, Navigate, Outlet, useLocation } from '@tanstack/react-router';
import { lazy, useEffect } from 'react';
import { NotificationCentre } from '../../features/notifications/notification-centre.tsx';
import { languagesFor, useBranding } from '../../features/session/branding.ts';
import { BrandFooter } from '../../features/session/components/entry-page.tsx';
import { meQuery } from '../../features/session/queries.ts';
import { MeContext, useMe } from '../../features/session/use-me.ts';
import { useWatchedJob } from '../../features/tickets/jobs.ts';
import { Logo } from '../../ui/logo.tsx';
import { registry } from '../actions/registry.ts';
import { useShortcuts } from '../actions/use-shortcuts.ts';
import { withTexts } from '../i18n.ts';
import { useLiveUpdates } from '../live/use-live-updates.ts';
import { preferencesOf } from '../preferences.ts';
import classes from './app-shell.module.css';
import { Beside } from './beside.tsx';
import { ClosedBanner } from './closed-banner.tsx';
import { keyCaps } from './key-caps.tsx';
import { LanguageSwitch } from './language-switch.tsx';
import { LiveStatus } from './live-status.tsx';
import { Navigation } from './navigation.tsx';
import { ReloadBanner } from './reload-banner.tsx';
import { useShell } from './store.ts';
import { ThemeSwitch } from './theme-switch.tsx';
import { useGeneralActions } from './use-general-actions.ts';
import { UserMenu } from './user-menu.tsx';
import { ViewBanner } from './view-banner.tsx';

const EnrolPage = lazyRouteComponent(
  () => withTexts(() => import('../../features/account/components/enrol-page.tsx')),
  'EnrolPage',
);

// Nobody needs it before the page is there.
const Palette = lazy(() => import('./palette.tsx').then((file) => ({ default: file.Palette })));
const ShortcutHelp = lazy(() => import('./shortcut-help.tsx').then((file) => ({ default: file.ShortcutHelp })));
// Where no telephone system speaks to the desk nobody sees it.
const RingingCalls = lazy(() =>
  withTexts(() => import('../../features/calls/ringing-calls.tsx'), 'work').then((file) => ({
    default: file.RingingCalls,
  })),
);
const WaitingChats = lazy(() =>
  withTexts(() => import('../../features/chat/waiting-chats.tsx'), 'work').then((file) => ({
    default: file.WaitingChats,
  })),
);
const JobWatch = lazy(() =>
  import('../../features/tickets/components/job-watch.tsx').then((file) => ({ default: file.JobWatch })),
);

/** Leads to the sign-in page and back when the session ended while the page was open. */
export function Shell() {
  const { data: me } = useQuery(meQuery);
  if (me?.two_factor_required) return <EnrolPage />;
  if (!me) return <ToSignIn />;
  return (
    <MeContext value={me}>
      <Frame />
    </MeContext>
  );
}

function ToSignIn() {
  const next = useLocation({ select: ({ href }) => href });
  return <Navigate to="/sign-in" search={{ next }} replace />;
}

/** What the frame does besides being seen. Apart, for its news come with every page and would draw the frame anew. */
function Unseen() {
  const shortcuts = useShell((shell) => shell.shortcuts);
  const setNavOpen = useShell((shell) => shell.setNavOpen);
  const pathname = useLocation({ select: (location) => location.pathname });
  useGeneralActions();
  useShortcuts(shortcuts);
  useLiveUpdates();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new page closes the menu of small screens
  useEffect(() => setNavOpen(false), [pathname, setNavOpen]);
  return null;
}

/** Everything around a page of a signed-in person. */
function Frame() {
  const { t } = useLingui();
  const navOpen = useShell((shell) => shell.navOpen);
  const setNavOpen = useShell((shell) => shell.setNavOpen);
  const watched = useWatchedJob((jobs) => jobs.id);
  const { me, agent, customer, may } = useMe();
  // Who works here works for all communities: the desk looks as it always does.
  const look = useBranding(!agent);
  const name = look?.name || 'Helpmesh';
  const { setColorScheme } = useMantineColorScheme();
  const { theme } = preferencesOf(me);
  useEffect(() => {
    if (theme) setColorScheme(theme);
  }, [theme, setColorScheme]);

  const newLabel = agent ? t`New ticket` : t`New request`;
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !navOpen } }}
      padding={0}
      transitionDuration={0}
    >
      <Unseen />
      <a href="#main" className={classes.skip}>
        {t`Skip to content`}
      </a>
      <AppShell.Header className={classes.header}>
        <Group gap="xs" wrap="nowrap">
          <Burger
            opened={navOpen}
            onClick={() => setNavOpen(!navOpen)}
            hiddenFrom="sm"
            size="sm"
            aria-label={t`Views`}
            aria-expanded={navOpen}
          />
          <Link to="/" className={classes.home} aria-label={t`${name}, to the start`}>
            <Logo name={look?.name} picture={look?.logo_url} />
          </Link>
        </Group>
        <UnstyledButton className={classes.search} onClick={() => registry.run('general.palette')}>
          <IconSearch size={16} aria-hidden />
          <span className={classes.searchText}>{t`Search or run a command`}</span>
          <span className={classes.searchKeys} aria-hidden>
            {keyCaps('$mod+k').map((cap) => (
              <Kbd key={cap} size="xs">
                {cap}
              </Kbd>
            ))}
          </span>
        </UnstyledButton>
        <Group gap={2} wrap="nowrap">
          <LiveStatus />
          {(agent || customer) && (
            <>
              <Button
                component={Link}
                to="/tickets/new"
                size="compact-md"
                leftSection={<IconPencilPlus size={16} aria-hidden />}
                visibleFrom="sm"
                mr={6}
              >
                {newLabel}
              </Button>
              <Tooltip label={newLabel}>
                <ActionIcon component={Link} to="/tickets/new" hiddenFrom="sm" aria-label={newLabel} color="mesh">
                  <IconPencilPlus size={18} aria-hidden />
                </ActionIcon>
              </Tooltip>
            </>
          )}
          <span className={classes.wide}>
            <LanguageSwitch choices={languagesFor(look)} />
            <ThemeSwitch />
          </span>
          {agent && <NotificationCentre />}
          <UserMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} aria-label={t`Views`}>
        <Navigation />
        <BrandFooter look={look} />
        <span className={classes.narrow}>
          <LanguageSwitch choices={languagesFor(look)} />
          <ThemeSwitch />
        </span>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        {may('admin.maintenance') && <ClosedBanner />}
        <ReloadBanner />
        {typeof me.viewing_until === 'string' && <ViewBanner me={me} until={me.viewing_until} />}
        {may('cti.agent') && (
          <Beside>
            <RingingCalls />
          </Beside>
        )}
        {may('chat.agent') && (
          <Beside>
            <WaitingChats />
          </Beside>
        )}
        <Outlet />
      </AppShell.Main>
      {watched !== null && (
        <Beside>
          <JobWatch />
        </Beside>
      )}
      <Beside>
        <Palette />
        <ShortcutHelp />
      </Beside>
    </AppShell>
  );
}
