import { AttributeBook } from '@helpmesh/attributes';
import {
  type Actor,
  administersAll,
  auditMessage,
  type Caller,
  changesBetween,
  groupsWith,
  hasPermission,
  type MacroInput,
  recordAudit,
  type TemplateInput,
  type TextModuleInput,
} from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { sqlstateOf, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { macroKinds, parseActions } from '../../domain/action/action.ts';
import { templateOptions } from '../../domain/library/template-options.ts';
import { snippetTroubles } from '../../domain/template/snippet.ts';
import { sanitize } from '../../html/sanitize.ts';
import {
  type LibraryKind,
  type LibraryReader,
  type LibraryRow,
  LibraryStore,
  type LibraryValues,
} from '../../persistence/library.store.ts';
import { invalidParam, noLookupValue, notAuthorized, notFound, requireAnyOf } from '../access.ts';
import { checkedSettable } from '../attributes/settable.ts';
import { References, Wanted } from '../references.ts';

export type { LibraryKind };

const kinds = {
  macro: {
    ...{ type: 'Macro' as const, action: 'macro', permission: 'admin.macro' },
    audited: ['name', 'perform', 'ux_flow_next_up', 'note', 'active', 'group_ids'],
  },
  text_module: {
    ...{ type: 'TextModule' as const, action: 'text-module', permission: 'admin.text_module' },
    audited: ['name', 'keywords', 'content', 'note', 'active', 'group_ids'],
  },
  template: {
    ...{ type: 'Template' as const, action: 'template', permission: 'admin.template' },
    audited: ['name', 'options', 'active'],
  },
} as const;

type Input = Omit<MacroInput & TextModuleInput & TemplateInput, 'user_id'> & Pick<TextModuleInput, 'user_id'>;
interface Paging {
  page?: number | undefined;
  per_page?: number | undefined;
  limit?: number | undefined;
  expand?: boolean | undefined;
  full?: boolean | undefined;
}
type Reading = Pick<Paging, 'expand' | 'full'>;

/** Macros, text modules and templates. Administrators keep them; agents read what is for them, and have own modules. */
@Injectable()
export class ManageLibrary {
  constructor(
    private readonly db: DataSource,
    private readonly store: LibraryStore,
    private readonly references: References,
    private readonly attributes: AttributeBook,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(actor: Actor, kind: LibraryKind, paging: Paging): Promise<unknown> {
    const reader = readerOf(actor, kind);
    const { page = 1, expand, full } = paging;
    const limit = Math.min(paging.per_page ?? paging.limit ?? 500, 1000);
    const rows = await this.store.list(this.db, kind, reader, {
      ...{ expand: expand === true && !full, limit, offset: (page - 1) * limit },
    });
    return full ? { record_ids: rows.map(({ id }) => id), assets: assetsOf(kind, rows) } : rows;
  }

  async get(actor: Actor, kind: LibraryKind, id: number, reading: Reading): Promise<unknown> {
    return this.show(this.db, actor, kind, id, reading);
  }

  async create(actor: Caller, kind: LibraryKind, input: Partial<Input>, reading: Reading): Promise<unknown> {
    const values = await this.valuesOf(kind, input);
    const userId = kind === 'text_module' ? ownerOf(actor, input.user_id, groupsIn(values)) : undefined;
    requireWriter(actor, kind, userId ?? null, groupsIn(values));
    if (values.name === undefined) throw blank();
    if (kind === 'macro') values.perform ??= {};
    if (kind === 'text_module' && values.content === undefined) throw noContent();
    if (userId !== undefined) values.user_id = userId;
    return this.write(async (tx, now) => {
      const id = await this.store.insert(tx, kind, values, actor.userId, now);
      const row = await this.existing(tx, actor, kind, id);
      await this.tell(tx, actor, kind, 'created', null, row);
      return this.show(tx, actor, kind, id, reading);
    });
  }

  async update(
    actor: Caller,
    kind: LibraryKind,
    id: number,
    input: Partial<Input>,
    reading: Reading,
  ): Promise<unknown> {
    const values = await this.valuesOf(kind, input);
    return this.write(async (tx, now) => {
      const before = await this.existing(tx, actor, kind, id);
      requireWriter(actor, kind, before.user_id as number | null, groupsIn(before));
      requireWriter(actor, kind, before.user_id as number | null, groupsIn({ ...before, ...values }));
      await this.store.update(tx, kind, id, values, actor.userId, now);
      const row = await this.existing(tx, actor, kind, id);
      await this.tell(tx, actor, kind, 'changed', before, row);
      return this.show(tx, actor, kind, id, reading);
    });
  }

  async remove(actor: Caller, kind: LibraryKind, id: number): Promise<void> {
    await this.write(async (tx) => {
      const before = await this.existing(tx, actor, kind, id);
      requireWriter(actor, kind, before.user_id as number | null, groupsIn(before));
      await this.store.remove(tx, kind, id);
      await this.tell(tx, actor, kind, 'deleted', before, null);
    });
  }

  private async show(on: DataSource | EntityManager, actor: Actor, kind: LibraryKind, id: number, reading: Reading) {
    const { expand, full } = reading;
    const row = await this.existing(on, actor, kind, id, expand && !full);
    return full ? { id, assets: assetsOf(kind, [row]) } : row;
  }

  private async existing(
    on: DataSource | EntityManager,
    actor: Actor,
    kind: LibraryKind,
    id: number,
    expand = false,
  ): Promise<LibraryRow> {
    const row = await this.store.get(on, kind, readerOf(actor, kind), id, expand);
    if (!row) throw notFound(kinds[kind].type, id);
    return row;
  }

  /** What of the input is written, checked and cleaned. */
  private async valuesOf(kind: LibraryKind, input: Partial<Input>): Promise<LibraryValues> {
    const { groups, user_id: _, ...given } = input;
    const values: LibraryValues = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    if (input.name !== undefined) {
      values.name = input.name.trim();
      if (!values.name) throw blank();
    }
    const attribute = checkedSettable(await this.attributes.of('Ticket'));
    if (input.perform) parseActions(input.perform, macroKinds, attribute);
    if (input.options) values.options = templateOptions(input.options, sanitize, attribute);
    if (input.content !== undefined) {
      values.content = sanitize(input.content);
      if (!values.content) throw noContent();
      const troubles = snippetTroubles(values.content as string);
      if (troubles.length > 0) throw unbalanced(troubles);
    }
    if (kind !== 'template' && (input.group_ids || groups))
      values.group_ids = await this.groupIds(input.group_ids, groups);
    return values;
  }

  private async groupIds(ids: readonly number[] | undefined, names: readonly string[] | undefined): Promise<number[]> {
    const wanted = new Wanted();
    for (const key of ids ?? names ?? []) wanted.group(key);
    const refs = await this.references.resolve(wanted);
    if (!ids) {
      return (names ?? []).map((name) => refs.groupNamed(name)?.id ?? raise(noLookupValue('groups', name)));
    }
    for (const id of ids) if (!refs.group(id)) throw invalidParam('group_ids', id);
    return [...new Set(ids)].sort((a, b) => a - b);
  }

  /** What agents do with modules of their own is their business. */
  private async tell(
    tx: EntityManager,
    actor: Caller,
    kind: LibraryKind,
    what: 'created' | 'changed' | 'deleted',
    before: LibraryRow | null,
    after: LibraryRow | null,
  ): Promise<void> {
    const { type, action, audited } = kinds[kind];
    const { id, name, user_id } = (after ?? before) as LibraryRow;
    if (user_id != null) return;
    const changes = changesBetween(before, after, audited);
    const told = { action: `${action}.${what}`, object: { type, id, label: name }, changes };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  private async write<T>(work: (tx: EntityManager, now: EpochMs) => Promise<T>): Promise<T> {
    try {
      return await transaction(this.db, (tx) => work(tx, this.clock.now()));
    } catch (error) {
      if (sqlstateOf(error) === '23505') {
        throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
      }
      throw error;
    }
  }
}

function readerOf(actor: Actor, kind: LibraryKind): LibraryReader {
  const { permission } = kinds[kind];
  const administered = kind === 'text_module' ? (actor.administers ?? []) : [];
  if (administered.length === 0) requireAnyOf(actor, ['ticket.agent', permission]);
  const levels = kind === 'macro' ? (['change'] as const) : (['change', 'create'] as const);
  const groupIds = [...new Set(levels.flatMap((level) => groupsWith(actor, level)))];
  return { admin: hasPermission(actor, permission), userId: actor.userId, groupIds, administered };
}

const groupsIn = ({ group_ids: ids }: LibraryValues) => (ids ?? []) as number[];

/**
 * @param owner     of a module of somebody; null for what is shared
 * @param groupIds  for whose tickets it is; none: for all
 */
function requireWriter(actor: Actor, kind: LibraryKind, owner: number | null, groupIds: readonly number[]): void {
  if (kind === 'text_module' && owner === actor.userId) requireAnyOf(actor, ['ticket.agent']);
  else if (kind === 'text_module' && owner === null && administersAll(actor, groupIds)) return;
  else requireAnyOf(actor, [kinds[kind].permission]);
}

/**
 * Whose a new module is: of agents their own, of administrators shared unless they say that it is theirs. So are those
 * for groups of communities by whoever administers these.
 */
function ownerOf(actor: Actor, asked: number | null | undefined, groupIds: readonly number[]): number | null {
  if (asked != null && asked !== actor.userId)
    throw notAuthorized('A text module belongs to whoever makes it, or to all.');
  if (asked != null) return asked;
  if (asked === null || hasPermission(actor, kinds.text_module.permission)) return null;
  return administersAll(actor, groupIds) ? null : actor.userId;
}

function assetsOf(kind: LibraryKind, rows: readonly LibraryRow[]) {
  return { [kinds[kind].type]: Object.fromEntries(rows.map((row) => [row.id, row])) };
}

function blank(): AppError {
  return new AppError('invalid', 'input.name-blank', "Name can't be blank");
}

function noContent(): AppError {
  return new AppError('invalid', 'text-module.no-content', 'A text module needs a content.');
}

function unbalanced(troubles: readonly string[]): AppError {
  return new AppError('invalid', 'text-module.unbalanced', troubles.join(' '), undefined, {
    fields: troubles.map((detail) => ({ pointer: '/content', detail })),
  });
}

function raise(error: AppError): never {
  throw error;
}
