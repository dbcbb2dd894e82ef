import { i18n, type Messages } from '@lingui/core';

export const languages = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
] as const;

export type Language = (typeof languages)[number]['code'];

const storageKey = 'helpmesh.language';

/** Each in two parts: what anybody may come to see, and what pages say that are opened seldom (scripts/catalog-parts.ts). */
const catalogs: Record<Language, Record<'first' | 'late', () => Promise<{ messages: Messages }>>> = {
  en: {
    first: () => import('../locales/en/messages.po?part=first'),
    late: () => import('../locales/en/messages.po?part=late'),
  },
  de: {
    first: () => import('../locales/de/messages.po?part=first'),
    late: () => import('../locales/de/messages.po?part=late'),
  },
};

/** Once such a page was opened: its texts, in whatever language is spoken. */
let late: Promise<void> | undefined;

/** Fetches a page of those together with its texts. */
export async function withTexts<M>(page: () => Promise<M>): Promise<M> {
  late ??= addLateTexts().catch((error: unknown) => {
    late = undefined;
    throw error;
  });
  const [module] = await Promise.all([page(), late]);
  return module;
}

async function addLateTexts(): Promise<void> {
  const { locale } = i18n;
  if (isLanguage(locale)) i18n.load(locale, (await catalogs[locale].late()).messages);
}

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
  i18n.load(code, (await catalogs[code].first()).messages);
  if (late) i18n.load(code, (await catalogs[code].late()).messages);
  i18n.activate(code);
  document.documentElement.lang = code;
  if (remember) localStorage.setItem(storageKey, code);
}
