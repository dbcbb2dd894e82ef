import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { useMantineColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { signOut } from '../../features/session/queries.ts';
import { useMe } from '../../features/session/use-me.ts';
import { viewLabels } from '../../features/tickets/labels.ts';
import { agentViews, customerViews, type View } from '../../features/tickets/list-state.ts';
import { notifyProblem } from '../../ui/notify.tsx';
import type { Action } from '../actions/registry.ts';
import { useActions } from '../actions/use-actions.ts';
import { activateLanguage, languages } from '../i18n.ts';
import { useShell } from './store.ts';

const signOutFailed = msg`You are still signed in`;

const viewKeys: Partial<Record<View, string>> = {
  'my-open': 'g m',
  unassigned: 'g u',
  open: 'g o',
  escalated: 'g e',
  pending: 'g p',
  closed: 'g c',
  all: 'g a',
  'my-tickets': 'g t',
};

/** What can be done on every page. */
export function useGeneralActions(): void {
  const { i18n } = useLingui();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const { agent, customer } = useMe();
  const { setColorScheme } = useMantineColorScheme();
  const setHelpOpen = useShell((shell) => shell.setHelpOpen);

  const views = (list: readonly View[], can: () => boolean): Action[] =>
    list.map((view) => ({
      id: `go.${view}`,
      label: viewLabels[view],
      section: 'navigation',
      ...(viewKeys[view] ? { key: viewKeys[view] } : {}),
      can,
      run: () => void navigate({ to: '/tickets', search: { view } }),
    }));

  useActions([
    {
      id: 'general.palette',
      label: msg`Search or run a command`,
      section: 'general',
      key: '$mod+k',
      inPalette: false,
      run: openPalette,
    },
    {
      id: 'general.search',
      label: msg`Search`,
      section: 'general',
      key: '/',
      inPalette: false,
      run: openPalette,
    },
    {
      id: 'ticket.new',
      label: msg`New ticket`,
      section: 'general',
      key: 'c',
      can: () => agent,
      run: () => void navigate({ to: '/tickets/new' }),
    },
    {
      id: 'request.new',
      label: msg`New request`,
      section: 'general',
      key: 'c',
      can: () => customer && !agent,
      run: () => void navigate({ to: '/tickets/new' }),
    },
    {
      id: 'go.home',
      label: msg`Home`,
      section: 'navigation',
      key: 'g h',
      can: () => agent,
      run: () => void navigate({ to: '/' }),
    },
    ...views(agentViews, () => agent),
    ...views(customerViews, () => customer),
    {
      id: 'go.profile',
      label: msg`Profile`,
      section: 'navigation',
      run: () => void navigate({ to: '/profile' }),
    },
    {
      id: 'go.account',
      label: msg`Account security`,
      section: 'navigation',
      run: () => void navigate({ to: '/account' }),
    },
    {
      id: 'general.shortcut-help',
      label: msg`Keyboard shortcuts`,
      section: 'general',
      key: '?',
      run: () => setHelpOpen(true),
    },
    { id: 'general.light', label: msg`Light appearance`, section: 'general', run: () => setColorScheme('light') },
    { id: 'general.dark', label: msg`Dark appearance`, section: 'general', run: () => setColorScheme('dark') },
    {
      id: 'general.auto',
      label: msg`Appearance like the system`,
      section: 'general',
      run: () => setColorScheme('auto'),
    },
    ...languages.map(
      ({ code, name }): Action => ({
        id: `general.language.${code}`,
        label: msg`Language: ${name}`,
        section: 'general',
        run: () => void activateLanguage(code, { remember: true }),
      }),
    ),
    {
      id: 'general.sign-out',
      label: msg`Sign out`,
      section: 'general',
      run: () => {
        signOut()
          // The provider that opened the session is told as well, and leads back to here.
          .then(async (url) => {
            if (url) return window.location.assign(url);
            await navigate({ to: '/sign-in', replace: true });
            // Only now: pages still on screen would ask for everything again, without a session.
            notifications.clean();
            cache.clear();
          })
          .catch((error) => notifyProblem(i18n, i18n._(signOutFailed), error));
      },
    },
  ]);
}

/** Comes with the palette: neither is part of what is fetched first. */
const openPalette = () => void import('@mantine/spotlight').then(({ spotlight }) => spotlight.open());
