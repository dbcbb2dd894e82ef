import {
  type Actor,
  type AnswerState,
  auditMessage,
  type Caller,
  changesBetween,
  type HelpAnswer,
  type HelpAnswerInput,
  recordAudit,
  type StoredFile,
} from '@helpmesh/contracts';
import { AppError, type Clock, epochMs, isoTime } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { requireMove, requireSchedule, scheduleAfter } from '../../domain/help/answer-life.ts';
import { type Reader, standings, statesFor } from '../../domain/help/reader.ts';
import { withoutSigns } from '../../domain/help/words.ts';
import { sanitize } from '../../html/sanitize.ts';
import { textOf } from '../../html/text.ts';
import { type AnswerText, type AnswerValues, HelpStore } from '../../persistence/help.store.ts';
import { HelpReadingStore } from '../../persistence/help-reading.store.ts';
import { invalidParam, missingValue, notAuthorized, notFound } from '../access.ts';
import { editorOf, readerOf } from './help-access.ts';
import { twice } from './manage-help.ts';

const MOST_FILES = 50;
const FIGURES_DAYS = 30;
const DAY_MS = 86_400_000;

/** Answers of the knowledge base, as their editors write them and the desk reads them. */
@Injectable()
export class HelpAnswers {
  constructor(
    private readonly db: DataSource,
    private readonly store: HelpStore,
    private readonly readings: HelpReadingStore,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async get(actor: Actor, id: number): Promise<HelpAnswer> {
    const { row, standing } = await this.visible(this.db, readerOf(actor), id);
    return standing === 'public' ? { ...row, internal_note: null } : row;
  }

  async create(actor: Caller, input: HelpAnswerInput): Promise<HelpAnswer> {
    const reader = editorOf(actor);
    const { category_id: categoryId } = input;
    if (categoryId === undefined) throw missingValue('category_id');
    const texts = textsOf(input);
    if (texts.length === 0) throw missingValue('translations');
    return transaction(this.db, async (tx) => {
      await this.requireCategory(tx, reader, categoryId);
      const values = { ...valuesOf(input, null), categoryId };
      requireSchedule('draft', values);
      const now = this.clock.now();
      const id = await this.store.insertAnswer(tx, values, actor.userId, now);
      await this.store.setTexts(tx, id, texts, actor.userId, now);
      const row = (await this.store.answer(tx, id)) as HelpAnswer;
      await this.tell(tx, actor, 'created', null, row);
      return row;
    });
  }

  async update(actor: Caller, id: number, input: HelpAnswerInput): Promise<HelpAnswer> {
    const reader = editorOf(actor);
    const given = textsOf(input);
    return transaction(this.db, async (tx) => {
      const before = await this.locked(tx, reader, id);
      const values = valuesOf(input, before);
      if (values.categoryId !== before.category_id) await this.requireCategory(tx, reader, values.categoryId);
      requireSchedule(before.state, values);
      const now = this.clock.now();
      // A text that is sent as it was is no new version.
      const texts = given.filter(
        ({ locale, title, body }) =>
          !before.translations.some((one) => one.locale === locale && one.title === title && one.body === body),
      );
      await this.store.setTexts(tx, id, texts, actor.userId, now);
      const gone = (input.removed_locales ?? []).filter((locale) => !given.some((text) => text.locale === locale));
      await this.store.removeTexts(tx, id, gone);
      await this.store.updateAnswer(tx, id, values, actor.userId, now);
      const row = (await this.store.answer(tx, id)) as HelpAnswer;
      if (row.translations.length === 0) throw textless();
      await this.tell(tx, actor, 'changed', before, row);
      return row;
    });
  }

  async remove(actor: Caller, id: number): Promise<void> {
    const reader = editorOf(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.locked(tx, reader, id);
      await this.store.removeAnswer(tx, id);
      await this.tell(tx, actor, 'deleted', before, null);
    });
  }

  async move(actor: Caller, id: number, to: AnswerState): Promise<HelpAnswer> {
    const reader = editorOf(actor);
    return transaction(this.db, async (tx) => {
      const before = await this.locked(tx, reader, id);
      if (before.state === to) return before;
      requireMove(before.state, to);
      const schedule = scheduleAfter(valuesOf({}, before), to);
      await this.store.moveAnswer(tx, id, [to], schedule, actor.userId, this.clock.now());
      const row = (await this.store.answer(tx, id)) as HelpAnswer;
      await this.tell(tx, actor, 'changed', before, row);
      return row;
    });
  }

  async versions(actor: Actor, id: number) {
    await this.editable(this.db, editorOf(actor), id);
    return this.store.versions(this.db, id);
  }

  async restore(actor: Caller, id: number, versionId: number): Promise<HelpAnswer> {
    await this.editable(this.db, editorOf(actor), id);
    const version = await this.store.version(this.db, id, versionId);
    if (!version) throw invalidParam('version_id', versionId);
    return this.update(actor, id, { translations: [version] });
  }

  /** A file of an answer that the reader may see. */
  async file(actor: Actor, answerId: number, id: number): Promise<StoredFile> {
    await this.visible(this.db, readerOf(actor), answerId);
    const found = await this.store.file(this.db, id);
    if (found?.answerId !== answerId) throw notFound('KnowledgeBase::File', id);
    const { answerId: _, ...file } = found;
    return file;
  }

  async addFile(actor: Caller, answerId: number, file: StoredFile): Promise<{ id: number }> {
    const reader = editorOf(actor);
    return transaction(this.db, async (tx) => {
      const before = await this.locked(tx, reader, answerId);
      if (before.attachments.length >= MOST_FILES) {
        const why = `An answer holds at most ${MOST_FILES} files.`;
        throw new AppError('invalid', 'help-answer.too-many-files', why);
      }
      const id = await this.store.addFile(tx, answerId, file, actor.userId, this.clock.now());
      await this.tell(tx, actor, 'changed', before, (await this.store.answer(tx, answerId)) as HelpAnswer);
      return { id };
    });
  }

  async removeFile(actor: Caller, answerId: number, id: number): Promise<void> {
    const reader = editorOf(actor);
    await transaction(this.db, async (tx) => {
      const before = await this.locked(tx, reader, answerId);
      if (!(await this.store.removeFile(tx, answerId, id))) throw notFound('KnowledgeBase::File', id);
      await this.tell(tx, actor, 'changed', before, (await this.store.answer(tx, answerId)) as HelpAnswer);
    });
  }

  /** @param days  that count, today among them */
  async allFigures(actor: Actor, days = FIGURES_DAYS) {
    const reader = editorOf(actor);
    const since = isoTime(epochMs(this.clock.now() - (days - 1) * DAY_MS)).slice(0, 10);
    const own = [...standings(await this.store.tree(this.db), reader)];
    const ids = own.flatMap(([id, standing]) => (id !== null && standing === 'editor' ? [id] : []));
    return { since, answers: await this.readings.figuresSince(this.db, ids, since) };
  }

  async figures(actor: Actor, id: number) {
    await this.editable(this.db, editorOf(actor), id);
    return this.readings.figures(this.db, id);
  }

  /** What is not for the reader is not there. */
  private async visible(on: DataSource | EntityManager, reader: Reader, id: number) {
    const row = await this.store.answer(on, id);
    const standing = row && standings(await this.store.tree(on), reader).get(row.category_id);
    if (row && statesFor(standing).includes(row.state)) return { row, standing };
    throw notFound('KnowledgeBase::Answer', id);
  }

  /** @throws AppError not-found, forbidden for whoever may only read it */
  private async editable(on: DataSource | EntityManager, reader: Reader, id: number): Promise<HelpAnswer> {
    const { row, standing } = await this.visible(on, reader, id);
    if (standing !== 'editor') throw notAuthorized();
    return row;
  }

  private async locked(tx: EntityManager, reader: Reader, id: number): Promise<HelpAnswer> {
    await this.store.lockAnswer(tx, id);
    return this.editable(tx, reader, id);
  }

  private async requireCategory(tx: EntityManager, reader: Reader, id: number): Promise<void> {
    const standing = standings(await this.store.tree(tx), reader).get(id);
    if (!standing) throw invalidParam('category_id', id);
    if (standing !== 'editor') throw notAuthorized();
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    what: 'created' | 'changed' | 'deleted',
    before: HelpAnswer | null,
    after: HelpAnswer | null,
  ): Promise<void> {
    await tellOfAnswer(this.outbox, tx, actor, what, before, after);
  }
}

/** The entry of the audit log. */
export async function tellOfAnswer(
  outbox: Outbox,
  tx: EntityManager,
  actor: Caller,
  what: 'created' | 'changed' | 'deleted',
  before: HelpAnswer | null,
  after: HelpAnswer | null,
): Promise<void> {
  const names = [
    'category_id',
    'state',
    'publish_at',
    'archive_at',
    'internal_note',
    'titles',
    'texts',
    'files',
  ] as const;
  const changes = changesBetween(audited(before), audited(after), names);
  if (Object.keys(changes).length === 0) return;
  const { id, translations } = (after ?? before) as HelpAnswer;
  const object = { type: 'KnowledgeBase::Answer', id, label: translations[0]?.title ?? '' };
  await outbox.add(tx, recordAudit, auditMessage(actor, { action: `help-answer.${what}`, object, changes }));
}

function audited(row: HelpAnswer | null) {
  if (!row) return null;
  const { category_id, state, publish_at, archive_at, internal_note, translations, attachments } = row;
  const titles = Object.fromEntries(translations.map(({ locale, title }) => [locale, title]));
  // The versions have the texts themselves.
  const texts = Object.fromEntries(
    translations.map(({ locale, body }) => [locale, `${body.length}: ${body.slice(0, 80)}`]),
  );
  const files = attachments.map(({ filename }) => filename);
  return { category_id, state, publish_at, archive_at, internal_note, titles, texts, files };
}

function valuesOf(input: HelpAnswerInput, before: HelpAnswer | null): AnswerValues {
  const { category_id, internal_note, publish_at, archive_at } = input;
  const at = (given: string | null | undefined, old: string | null | undefined) => {
    const text = given === undefined ? (old ?? null) : given;
    return text === null ? null : epochMs(Date.parse(text));
  };
  return {
    categoryId: category_id ?? before?.category_id ?? 0,
    internalNote: internal_note === undefined ? (before?.internal_note ?? null) : internal_note?.trim() || null,
    publishAt: at(publish_at, before?.publish_at),
    archiveAt: at(archive_at, before?.archive_at),
  };
}

/** The texts that are sent, cleaned. @throws AppError invalid `help-answer.textless` */
function textsOf({ translations = [] }: HelpAnswerInput): AnswerText[] {
  if (new Set(translations.map(({ locale }) => locale)).size < translations.length) throw twice();
  return translations.map(({ locale, title, body }) => {
    const clean = withoutSigns(sanitize(body));
    const words = textOf(clean, 'text/html').trim();
    const name = withoutSigns(title).trim();
    if (!name || !words) throw textless();
    return { locale, title: name, body: clean, words };
  });
}

function textless(): AppError {
  const why = 'An answer needs a title and a text, in one language at least.';
  return new AppError('invalid', 'help-answer.textless', why);
}
