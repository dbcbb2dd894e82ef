import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type HelpCategory,
  type HelpCategoryInput,
  helpLocales,
  type KnowledgeBase,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { sqlstateOf, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  type HelpTree,
  openCategories,
  type Reader,
  readable,
  standings,
  wouldLoop,
} from '../../domain/help/reader.ts';
import { HelpStore, type KnowledgeBaseValues } from '../../persistence/help.store.ts';
import { invalidParam, notFound } from '../access.ts';
import { References, Wanted } from '../references.ts';
import {
  editorOf,
  readerOf,
  requireBase,
  requireEditing,
  requireHelpAdmin,
  requireStaff,
  requireStillOpen,
} from './help-access.ts';

const settings = ['active', 'locales', 'requests', 'request_group_ids'] as const;

/** The knowledge base itself, and its tree of categories. */
@Injectable()
export class ManageHelp {
  constructor(
    private readonly db: DataSource,
    private readonly store: HelpStore,
    private readonly references: References,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** All that somebody may see, as existing clients read it: rows of each kind by their ids. */
  async init(actor: Actor) {
    const reader = readerOf(actor);
    const base = await this.store.base(this.db);
    const tree = await this.store.tree(this.db);
    const seen = standings(tree, reader);
    const categories = await this.store.categories(this.db, [...openCategories(tree, reader)]);
    const answers = await this.store.answers(this.db, readable(tree, reader));
    const shown = answers.map((answer) =>
      seen.get(answer.category_id) === 'public' ? { ...answer, internal_note: null } : answer,
    );
    const locales = base.locales.map((locale, i) => ({ id: i + 1, locale, primary: i === 0 }));
    return {
      KnowledgeBase: byId([base]),
      KnowledgeBaseLocale: byId(locales.map((row) => ({ ...row, knowledge_base_id: base.id }))),
      KnowledgeBaseCategory: byId(categories),
      KnowledgeBaseCategoryTranslation: byId(
        categories.flatMap(({ id, translations }) => translations.map((row) => ({ ...row, category_id: id }))),
      ),
      KnowledgeBaseAnswer: byId(shown),
      KnowledgeBaseAnswerTranslation: byId(
        shown.flatMap(({ id, translations }) => translations.map((row) => ({ ...row, answer_id: id }))),
      ),
    };
  }

  async base(actor: Actor, id: number): Promise<KnowledgeBase> {
    requireStaff(actor);
    requireBase(id);
    return this.store.base(this.db);
  }

  async updateBase(actor: Caller, id: number, input: KnowledgeBaseValues): Promise<KnowledgeBase> {
    requireHelpAdmin(actor);
    requireBase(id);
    if (input.locales && (input.locales.length === 0 || new Set(input.locales).size < input.locales.length)) {
      throw new AppError('invalid', 'knowledge-base.locales', 'It needs at least one language, each of them once.');
    }
    await this.requireGroups(input.request_group_ids ?? []);
    return transaction(this.db, async (tx) => {
      await this.store.lockTree(tx);
      const before = await this.store.base(tx);
      await this.store.updateBase(tx, input, actor.userId, this.clock.now());
      const after = await this.store.base(tx);
      const changes = changesBetween(before, after, settings);
      if (Object.keys(changes).length > 0) {
        const object = { type: 'KnowledgeBase', id, label: 'Knowledge base' };
        const told = { action: 'knowledge-base.changed', object, changes };
        await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
      }
      return after;
    });
  }

  async category(actor: Actor, id: number): Promise<HelpCategory> {
    return this.existing(this.db, openCategories(await this.store.tree(this.db), readerOf(actor)), id);
  }

  async createCategory(actor: Caller, input: HelpCategoryInput): Promise<HelpCategory> {
    const reader = editorOf(actor);
    return this.write(async (tx) => {
      this.requireParent(await this.store.tree(tx), reader, input.parent_id ?? null);
      const { parent_id: parentId = null, internal = false, role_ids: roleIds = [] } = input;
      requireTitle(input.translations ?? []);
      const now = this.clock.now();
      const id = await this.store.insertCategory(tx, { parentId, internal, roleIds }, actor.userId, now);
      return this.finish(tx, actor, reader, id, input, null);
    });
  }

  async updateCategory(actor: Caller, id: number, input: HelpCategoryInput): Promise<HelpCategory> {
    const reader = editorOf(actor);
    return this.write(async (tx) => {
      const tree = await this.store.tree(tx);
      const before = await this.editable(tx, tree, reader, id);
      const parentId = input.parent_id === undefined ? before.parent_id : input.parent_id;
      if (parentId !== before.parent_id) {
        this.requireParent(tree, reader, parentId);
        if (wouldLoop(tree.categories, id, parentId)) {
          throw new AppError('invalid', 'help-category.below-itself', 'A category cannot be put below itself.');
        }
      }
      const { internal = before.internal, role_ids: roleIds = before.role_ids } = input;
      await this.store.updateCategory(tx, id, { parentId, internal, roleIds }, actor.userId, this.clock.now());
      return this.finish(tx, actor, reader, id, input, before);
    });
  }

  async removeCategory(actor: Caller, id: number): Promise<void> {
    const reader = editorOf(actor);
    await this.write(async (tx) => {
      const before = await this.editable(tx, await this.store.tree(tx), reader, id);
      await this.store.removeCategory(tx, id);
      await this.tell(tx, actor, before, null);
    });
  }

  /** @param parentId  null: at the top */
  async orderCategories(actor: Actor, parentId: number | null, ids: readonly number[]): Promise<void> {
    const reader = editorOf(actor);
    await this.write(async (tx) => {
      this.requireParent(await this.store.tree(tx), reader, parentId);
      const moved = await this.store.orderCategories(tx, parentId, ids);
      if (moved !== ids.length) throw strangers();
    });
  }

  async orderAnswers(actor: Actor, categoryId: number, ids: readonly number[]): Promise<void> {
    const reader = editorOf(actor);
    await this.write(async (tx) => {
      await this.editable(tx, await this.store.tree(tx), reader, categoryId);
      const moved = await this.store.orderAnswers(tx, categoryId, ids);
      if (moved !== ids.length) throw strangers();
    });
  }

  private async finish(
    tx: EntityManager,
    actor: Caller,
    reader: Reader,
    id: number,
    { translations = [] }: HelpCategoryInput,
    before: HelpCategory | null,
  ): Promise<HelpCategory> {
    const titles = translations.map(({ locale, title }) => ({ locale, title: title.trim() }));
    if (new Set(titles.map(({ locale }) => locale)).size < titles.length) throw twice();
    await this.store.setTitles(tx, id, titles);
    const [row] = await this.store.categories(tx, [id]);
    const after = row as HelpCategory;
    requireTitle(after.translations);
    requireStillOpen(await this.store.tree(tx), reader, id, 'roles');
    await this.tell(tx, actor, before, after);
    return after;
  }

  private requireParent(tree: HelpTree, reader: Reader, parentId: number | null): void {
    if (parentId !== null && !standings(tree, reader).has(parentId)) throw invalidParam('parent_id', parentId);
    requireEditing(tree, reader, parentId);
  }

  private async requireGroups(ids: readonly number[]): Promise<void> {
    const wanted = new Wanted();
    for (const id of ids) wanted.group(id);
    const refs = await this.references.resolve(wanted);
    for (const id of ids) if (!refs.group(id)) throw invalidParam('request_group_ids', id);
  }

  private async existing(on: DataSource | EntityManager, open: ReadonlySet<number>, id: number): Promise<HelpCategory> {
    const [row] = open.has(id) ? await this.store.categories(on, [id]) : [];
    if (!row) throw notFound('KnowledgeBase::Category', id);
    return row;
  }

  private async editable(tx: EntityManager, tree: HelpTree, reader: Reader, id: number): Promise<HelpCategory> {
    requireEditing(tree, reader, id);
    return this.existing(tx, openCategories(tree, reader), id);
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    before: HelpCategory | null,
    after: HelpCategory | null,
  ): Promise<void> {
    const changes = changesBetween(audited(before), audited(after), ['parent_id', 'internal', 'role_ids', 'titles']);
    if (Object.keys(changes).length === 0) return;
    const what = !before ? 'created' : after ? 'changed' : 'deleted';
    const { id, translations } = (after ?? before) as HelpCategory;
    const object = { type: 'KnowledgeBase::Category', id, label: translations[0]?.title ?? '' };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, { action: `help-category.${what}`, object, changes }));
  }

  /** One change of the tree at a time. */
  private async write<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, async (tx) => {
        await this.store.lockTree(tx);
        return work(tx);
      });
    } catch (error) {
      if (sqlstateOf(error) !== '23503') throw error;
      throw new AppError('invalid', 'input.referenced', "Can't delete, object has references.");
    }
  }
}

function audited(row: HelpCategory | null) {
  if (!row) return null;
  const titles = Object.fromEntries(row.translations.map(({ locale, title }) => [locale, title]));
  return { parent_id: row.parent_id, internal: row.internal, role_ids: row.role_ids, titles };
}

function byId<T extends { id: number }>(rows: readonly T[]): Record<string, T> {
  return Object.fromEntries(rows.map((row) => [row.id, row]));
}

function requireTitle(titles: readonly { title: string }[]): void {
  if (titles.some(({ title }) => title.trim() !== '')) return;
  throw new AppError('invalid', 'help-category.no-title', 'A category needs a title in one language at least.');
}

function strangers(): AppError {
  return new AppError('invalid', 'help-category.order-strange', 'Some of these do not stand there.');
}

/** @see helpLocales */
export function twice(): AppError {
  const known = helpLocales.join(', ');
  return new AppError('invalid', 'knowledge-base.language-twice', `Each of the languages (${known}) is given once.`);
}
