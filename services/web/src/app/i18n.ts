import { i18n, type Messages } from '@lingui/core';

export const languages = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
] as const;

export type Language = (typeof languages)[number]['code'];

const storageKey = 'helpmesh.language';

const catalogs: Record<Language, () => Promise<{ messages: Messages }>> = {
  en: () => import('../locales/en/messages.po'),
  de: () => import('../locales/de/messages.po'),
};

const isLanguage = (code: string | null | undefined): code is Language =>
  languages.some((known) => known.code === code);

/** `de` of `de-at`; undefined for a language that we do not speak. */
export function languageOf(locale: string | undefined): Language | undefined {
  const code = locale?.split('-')[0];
  return isLanguage(code) ? code : undefined;
}

/** The person's own choice, else the first language of the browser that we speak, else English. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(storageKey);
  if (isLanguage(chosen)) return chosen;
  const spoken = navigator.languages.map((tag) => tag.split('-')[0]);
  return spoken.find(isLanguage) ?? 'en';
}

export async function activateLanguage(code: Language, { remember = false } = {}): Promise<void> {
  const { messages } = await catalogs[code]();
  i18n.loadAndActivate({ locale: code, messages });
  document.documentElement.lang = code;
  if (remember) localStorage.setItem(storageKey, code);
}
