import type { InputOf } from '@helpmesh/contracts';
import { capabilitiesOf } from '../features/session/access.ts';
import { type Me, meQuery } from '../features/session/queries.ts';
import { setTimeZone } from '../ui/time.ts';
import { registry } from './actions/registry.ts';
import type { Endpoints } from './api.gen.ts';
import { call } from './api.ts';
import { activateLanguage, languageOf } from './i18n.ts';
import { queryClient } from './query-client.ts';
import { type Density, useShell } from './shell/store.ts';

export type PreferencesChange = NonNullable<InputOf<Endpoints['updatePreferences']>['body']>;

/** What comes on screen when a ticket was closed. */
export type AfterClose = 'stay' | 'list' | 'next';

export interface Preferences {
  locale?: string;
  timezone?: string;
  theme?: 'auto' | 'light' | 'dark';
  density?: Density;
  list_preview?: boolean;
  shortcuts?: boolean;
  shortcut_keys?: Record<string, string>;
  after_close?: AfterClose;
}

export const preferencesOf = (me: Pick<Me, 'preferences'>): Preferences => me.preferences;

/** Looks and speaks as somebody chose, on whatever device; what they chose nothing about stays as it is here. */
export async function applyPreferences(me: Pick<Me, 'preferences'>): Promise<void> {
  const { locale, timezone, density, list_preview: preview, shortcuts, shortcut_keys } = preferencesOf(me);
  setTimeZone(timezone);
  registry.giveKeys(shortcut_keys ?? {});
  const shell = useShell.getState();
  if (density && density !== shell.density) shell.setDensity(density);
  if (preview !== undefined && preview !== shell.preview) shell.setPreview(preview);
  if (shortcuts !== undefined && shortcuts !== shell.shortcuts) shell.setShortcuts(shortcuts);
  const language = languageOf(locale);
  if (language && document.documentElement.lang !== language) await activateLanguage(language, { remember: true });
}

/** @throws ApiError */
export async function savePreferences(change: PreferencesChange): Promise<void> {
  await call('updatePreferences', { body: change });
  queryClient.setQueryData(meQuery.queryKey, (me) => {
    if (!me) return me;
    const all = Object.entries({ ...me.preferences, ...change }).filter(([, value]) => value !== null);
    return { ...me, preferences: Object.fromEntries(all) };
  });
}

/** A choice made in passing: kept with the account of whoever is signed in and may, and on this device in any case. */
export async function keepChoice(permission: 'language' | 'appearance', change: PreferencesChange): Promise<void> {
  const me = queryClient.getQueryData(meQuery.queryKey);
  if (!me || !capabilitiesOf(me as Parameters<typeof capabilitiesOf>[0]).may(`user_preferences.${permission}`)) return;
  await savePreferences(change);
}
