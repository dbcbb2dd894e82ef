import { createHash } from 'node:crypto';
import {
  type Actor,
  type Help,
  type HelpAnswerPage,
  type HelpCategory,
  type HelpCategoryPage,
  type HelpHit,
  type HelpHome,
  type HelpLocale,
  helpPath,
  type listHelpPages,
  type OutputOf,
  type StoredFile,
} from '@helpmesh/contracts';
import { AppError, type Clock, epochMs, isoTime } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { openCategories, type Reader, readable } from '../../domain/help/reader.ts';
import { beginning, piecesOf } from '../../domain/help/words.ts';
import { HelpStore } from '../../persistence/help.store.ts';
import { type FoundAnswer, HelpReadingStore } from '../../persistence/help-reading.store.ts';
import { readerOf } from './help-access.ts';
import { HelpCounts } from './help-counts.ts';
import { PublicRequests } from './public-requests.ts';

const POPULAR = 6;
const RECENT = 10;
const POPULAR_DAYS = 30;
const DAY_MS = 86_400_000;

/** The knowledge base as it is read: by everybody on its public pages, by people of the desk in searches. */
@Injectable()
export class ReadHelp {
  constructor(
    private readonly db: DataSource,
    private readonly store: HelpStore,
    private readonly readings: HelpReadingStore,
    private readonly counts: HelpCounts,
    private readonly requests: PublicRequests,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async help(): Promise<Help> {
    const { active, locales, requests } = await this.store.base(this.db);
    const groups = requests ? await this.requests.groups() : [];
    return { locales: active ? locales : [], requests, groups };
  }

  async home(locale: HelpLocale): Promise<HelpHome> {
    const { categories, primary } = await this.open(locale);
    const ids = categories.map(({ id }) => id);
    const since = isoTime(epochMs(this.clock.now() - POPULAR_DAYS * DAY_MS)).slice(0, 10);
    const popular = await this.readings.popular(this.db, ids, locale, since, POPULAR);
    return { categories: await this.counted(categories, locale, primary), popular };
  }

  async category(locale: HelpLocale, id: number): Promise<HelpCategoryPage> {
    const { categories, primary, locales } = await this.open(locale);
    const own = categories.find((one) => one.id === id);
    if (!own) throw noPage();
    const counted = await this.counted(categories, locale, primary);
    if (!counted.some((one) => one.id === id)) throw noPage();
    const spoken = await Promise.all(
      locales.map(async (one) => {
        const there = one === locale ? counted : await this.counted(categories, one, primary);
        return there.some((each) => each.id === id) ? [{ locale: one, title: titleOf(own, one, primary) }] : [];
      }),
    );
    return {
      title: titleOf(own, locale, primary),
      above: aboveOf(own, categories).map((one) => ({ id: one.id, title: titleOf(one, locale, primary) })),
      below: counted.filter(({ parentId }) => parentId === id),
      answers: await this.readings.titles(this.db, id, locale),
      locales: spoken.flat(),
    };
  }

  async answer(locale: HelpLocale, id: number): Promise<HelpAnswerPage> {
    const { categories, primary, locales } = await this.open(locale);
    const answer = await this.store.answer(this.db, id);
    const own = categories.find((one) => one.id === answer?.category_id);
    const text = answer?.translations.find((one) => one.locale === locale);
    if (answer?.state !== 'published' || !own || !text) throw noPage();
    this.counts.add(id, 'views');
    return {
      title: text.title,
      body: text.body,
      updatedAt: answer.updated_at,
      above: [...aboveOf(own, categories), own].map((one) => ({
        id: one.id,
        title: titleOf(one, locale, primary),
      })),
      locales: answer.translations
        .filter((one) => locales.includes(one.locale))
        .map((one) => ({ locale: one.locale, title: one.title })),
      files: answer.attachments.map(({ id: file, filename, size }) => ({ id: file, filename, size })),
    };
  }

  /** A file of what everybody may read. @throws AppError not-found `help.no-such-page` */
  async file(id: number): Promise<StoredFile> {
    const found = await this.store.file(this.db, id);
    if (!found) throw noPage();
    const { answerId, ...file } = found;
    await this.requirePublished(answerId);
    return file;
  }

  /** What was written last, for whoever looks for something to put into a reply. */
  async recent(actor: Actor, locale: HelpLocale | undefined): Promise<{ result: HelpHit[] }> {
    const reader = readerOf(actor);
    const { locales, active } = await this.store.base(this.db);
    if (reader === 'public' && !active) return { result: [] };
    const wanted = locale ? [locale, ...locales.filter((one) => one !== locale)] : locales;
    const tree = await this.store.tree(this.db);
    const found = await this.readings.recent(this.db, readable(tree, reader), wanted, RECENT);
    return { result: this.shown(found, openCategories(tree, 'public')) };
  }

  async pages(): Promise<OutputOf<typeof listHelpPages>> {
    const { active, locales } = await this.store.base(this.db);
    if (!active) return { pages: [] };
    const { categories, primary } = await this.open(locales[0] as HelpLocale);
    const ids = categories.map(({ id }) => id);
    const texts = (await this.readings.published(this.db, ids)).filter(({ locale }) => locales.includes(locale));
    const answers = texts.map((text) => ({ kind: 'answer' as const, ...text }));
    const shown = await Promise.all(
      locales.map(async (locale) =>
        (await this.counted(categories, locale, primary)).map(({ id, title }) => {
          const updatedAt = categories.find((one) => one.id === id)?.updated_at as string;
          return { kind: 'category' as const, id, locale, title, updatedAt };
        }),
      ),
    );
    return { pages: [...shown.flat(), ...answers] };
  }

  /** Published ones, for whoever asks. */
  async searchPublic(locale: HelpLocale, query: string, any: boolean, limit: number): Promise<{ hits: HelpHit[] }> {
    await this.open(locale);
    const found = await this.find('public', query, [locale], any, limit);
    // Some words of many are better than nothing.
    return { hits: found.length > 0 || any ? found : await this.find('public', query, [locale], true, limit) };
  }

  async search(
    actor: Actor,
    {
      query,
      locale,
      any = false,
      limit = 20,
    }: {
      query: string;
      locale?: HelpLocale | undefined;
      any?: boolean | undefined;
      limit?: number | undefined;
    },
  ): Promise<{ result: HelpHit[] }> {
    const reader = readerOf(actor);
    const { locales, active } = await this.store.base(this.db);
    if (reader === 'public' && !active) return { result: [] };
    return { result: await this.find(reader, query, locale ? [locale] : locales, any, limit) };
  }

  /** One word of each visitor about each answer. */
  async rate(said: {
    id: number;
    locale: HelpLocale;
    visitor: string;
    helpful: boolean;
    comment: string;
  }): Promise<void> {
    await this.requirePublished(said.id);
    const visitor = createHash('sha256').update(said.visitor).digest('base64url');
    const comment = said.comment.trim();
    await this.readings.rate(this.db, said.id, { ...said, visitor, comment }, this.clock.now());
  }

  async deflectedFor(actor: Actor, id: number): Promise<void> {
    readerOf(actor);
    await this.deflected(id);
  }

  async deflected(id: number): Promise<void> {
    await this.requirePublished(id);
    this.counts.add(id, 'deflections');
  }

  private async requirePublished(id: number): Promise<void> {
    const { active } = await this.store.base(this.db);
    const answer = active ? await this.store.answer(this.db, id) : undefined;
    const open = openCategories(await this.store.tree(this.db), 'public');
    if (answer?.state !== 'published' || !open.has(answer.category_id)) throw noPage();
  }

  private async find(
    reader: Reader,
    text: string,
    locales: readonly HelpLocale[],
    any: boolean,
    limit: number,
  ): Promise<HelpHit[]> {
    const query = text.replaceAll('\0', ' ').trim();
    if (query === '') return [];
    const tree = await this.store.tree(this.db);
    // What is still being typed finds what begins so; among more words it would find too much.
    const typed = any || !/\s/.test(query) ? beginning(query) : undefined;
    const asked = { query, beginning: typed, any, locales, limit };
    const found = await this.readings.find(this.db, readable(tree, reader), asked);
    return this.shown(found, openCategories(tree, 'public'));
  }

  /** @param open  categories that everybody may see */
  private shown(found: readonly FoundAnswer[], open: ReadonlySet<number>): HelpHit[] {
    return found.map(({ marked, ...hit }) => ({
      ...hit,
      preview: piecesOf(marked),
      url:
        hit.state === 'published' && open.has(hit.category_id)
          ? helpPath('answer', hit.locale, hit.id, hit.title)
          : null,
    }));
  }

  /** Categories that everybody may see, in the order of the tree. @throws AppError not-found `help.no-such-page` */
  private async open(locale: HelpLocale) {
    const { active, locales } = await this.store.base(this.db);
    if (!active || !locales.includes(locale)) throw noPage();
    const ids = [...openCategories(await this.store.tree(this.db), 'public')];
    return { locales, primary: locales[0] as HelpLocale, categories: await this.store.categories(this.db, ids) };
  }

  /** Those with something to read in them or below them, with how much that is. */
  private async counted(categories: readonly HelpCategory[], locale: HelpLocale, primary: HelpLocale) {
    const own = await this.readings.counts(this.db, locale);
    const within = ({ id }: HelpCategory): number =>
      (own.get(id) ?? 0) + categories.filter((one) => one.parent_id === id).reduce((sum, one) => sum + within(one), 0);
    return categories
      .map((one) => ({
        ...{ id: one.id, parentId: one.parent_id, title: titleOf(one, locale, primary) },
        answers: within(one),
      }))
      .filter(({ answers }) => answers > 0);
  }
}

/** In the language, in the first one, in any. */
function titleOf({ translations }: HelpCategory, locale: HelpLocale, primary: HelpLocale): string {
  const of = (wanted: HelpLocale) => translations.find((one) => one.locale === wanted)?.title;
  return of(locale) ?? of(primary) ?? translations[0]?.title ?? '';
}

/** From the topmost to the one above. */
function aboveOf({ parent_id }: HelpCategory, categories: readonly HelpCategory[]): HelpCategory[] {
  const above = categories.find(({ id }) => id === parent_id);
  return above ? [...aboveOf(above, categories), above] : [];
}

/** The same of what is not there and of what is not for everybody. */
function noPage(): AppError {
  return new AppError('not-found', 'help.no-such-page', 'There is no such page.');
}
