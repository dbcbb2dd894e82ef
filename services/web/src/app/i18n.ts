import { i18n, type Messages } from '@lingui/core';

export const languages = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
  { code: 'fr', name: 'Français' },
  { code: 'pl', name: 'Polski' },
] as const;

export type Language = (typeof languages)[number]['code'];

const storageKey = 'helpmesh.language';

/** What pages say besides what everybody comes to see: where tickets are worked on, and those that are opened seldom. */
const laterParts = ['work', 'late'] as const;
type LaterPart = (typeof laterParts)[number];

/** Each in parts (scripts/catalog-parts.ts). */
const catalogs: Record<Language, Record<'first' | LaterPart, () => Promise<{ messages: Messages }>>> = {
  en: {
    first: () => import('../locales/en/messages.po?part=first'),
    work: () => import('../locales/en/messages.po?part=work'),
    late: () => import('../locales/en/messages.po?part=late'),
  },
  de: {
    first: () => import('../locales/de/messages.po?part=first'),
    work: () => import('../locales/de/messages.po?part=work'),
    late: () => import('../locales/de/messages.po?part=late'),
  },
  fr: {
    first: () => import('../locales/fr/messages.po?part=first'),
    work: () => import('../locales/fr/messages.po?part=work'),
    late: () => import('../locales/fr/messages.po?part=late'),
  },
  pl: {
    first: () => import('../locales/pl/messages.po?part=first'),
    work: () => import('../locales/pl/messages.po?part=work'),
    late: () => import('../locales/pl/messages.po?part=late'),
  },
};

/** Once such a page was opened: its texts, in whatever language is spoken. */
const fetched: Partial<Record<LaterPart, Promise<void>>> = {};

/** Fetches a page together with its texts: those of its part and of the parts before it. */
export async function withTexts<M>(page: () => Promise<M>, part: LaterPart = 'late'): Promise<M> {
  const needed = laterParts.slice(0, laterParts.indexOf(part) + 1);
  const [module] = await Promise.all([page(), ...needed.map(textsOf)]);
  return module;
}

function textsOf(part: LaterPart): Promise<void> {
  fetched[part] ??= addTexts(part).catch((error: unknown) => {
    delete fetched[part];
    throw error;
  });
  return fetched[part];
}

async function addTexts(part: LaterPart): Promise<void> {
  const { locale } = i18n;
  if (isLanguage(locale)) i18n.load(locale, (await catalogs[locale][part]()).messages);
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

let speaking: Promise<unknown> = Promise.resolve();

/** One after the other: what is chosen last is spoken, whichever texts come first. */
export function activateLanguage(code: Language, { remember = false } = {}): Promise<void> {
  const spoken = speaking.then(() => speak(code, remember));
  speaking = spoken.catch(() => undefined);
  return spoken;
}

async function speak(code: Language, remember: boolean): Promise<void> {
  i18n.load(code, (await catalogs[code].first()).messages);
  for (const part of laterParts) if (fetched[part]) i18n.load(code, (await catalogs[code][part]()).messages);
  i18n.activate(code);
  document.documentElement.lang = code;
  if (remember) localStorage.setItem(storageKey, code);
}
