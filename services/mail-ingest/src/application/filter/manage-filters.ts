import {
  type Actor,
  auditMessage,
  type Caller,
  changesBetween,
  type OutputOf,
  type ParsedInputOf,
  type PostmasterFilterInput,
  type postmasterFilters,
  recordAudit,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction, violates } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import {
  type Filtered,
  type FilterRow,
  type FilterRule,
  type FilterValues,
  judge,
  trouble,
} from '../../domain/filter/filter.ts';
import type { FilterStore } from '../../persistence/filter.store.ts';
import type { MailReader } from '../ports.ts';
import { requireMailAdmin } from '../quarantine.ts';
import { type FilterBook, fieldsOf } from './filter-book.ts';

type TestInput = ParsedInputOf<typeof postmasterFilters.test>['body'];

const audited = ['name', 'match', 'perform', 'note', 'active'] as const;

/** Filters of incoming mail, for those who look after mail channels. */
export class ManageFilters {
  constructor(
    private readonly db: DataSource,
    private readonly store: FilterStore,
    private readonly book: FilterBook,
    private readonly reader: MailReader,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden */
  list(actor: Actor | undefined, limit: number, offset: number): Promise<FilterRow[]> {
    requireMailAdmin(actor);
    return this.store.list(this.db, limit, offset);
  }

  /** @throws AppError forbidden; not-found `filter.not-found` */
  async get(actor: Actor | undefined, id: number): Promise<FilterRow> {
    requireMailAdmin(actor);
    return found(await this.store.get(this.db, id), id);
  }

  /** @throws AppError forbidden; invalid `input.name-blank`, `input.not-unique`, `filter.unusable` */
  async create(caller: Caller | undefined, input: PostmasterFilterInput): Promise<FilterRow> {
    const actor = requireMailAdmin(caller);
    return this.write(async (tx) => {
      const values = checked(input, { name: '', match: {}, perform: {}, note: null, active: true });
      const id = await this.store.insert(tx, values, authorOf(actor), new Date(this.clock.now()));
      const row = found(await this.store.get(tx, id), id);
      await this.tell(tx, actor, 'created', null, row);
      return row;
    });
  }

  /** @throws AppError like `create`; not-found `filter.not-found` */
  async update(caller: Caller | undefined, id: number, input: PostmasterFilterInput): Promise<FilterRow> {
    const actor = requireMailAdmin(caller);
    return this.write(async (tx) => {
      const before = found(await this.store.get(tx, id), id);
      await this.store.update(tx, id, checked(input, before), authorOf(actor), new Date(this.clock.now()));
      const row = found(await this.store.get(tx, id), id);
      await this.tell(tx, actor, 'changed', before, row);
      return row;
    });
  }

  /** @throws AppError forbidden; not-found `filter.not-found` */
  async remove(caller: Caller | undefined, id: number): Promise<void> {
    const actor = requireMailAdmin(caller);
    await this.write(async (tx) => {
      const before = found(await this.store.get(tx, id), id);
      await this.store.remove(tx, id);
      await this.tell(tx, actor, 'deleted', before, null);
    });
  }

  /** What the filters in force would say of a mail that looks like this. @throws AppError forbidden */
  async test(
    actor: Actor | undefined,
    { header, body = '' }: TestInput,
  ): Promise<OutputOf<typeof postmasterFilters.test>> {
    requireMailAdmin(actor);
    await this.book.refresh();
    const raw = new Uint8Array(Buffer.from(`${header.replaceAll(/\r?\n/g, '\r\n').trimEnd()}\r\n\r\n`));
    const mail = { ...(await this.reader.salvage(raw, this.book.headers(false))), text: body };
    const fields = fieldsOf(mail);
    const judged = judge(this.book.filters, fields);
    const last = judged?.filtered.by.at(-1);
    const ignored = judged?.ignoredBy != null;
    const filters: { id: number; name: string; matches: boolean }[] = [];
    for (const { rule, meets } of this.book.filters) {
      filters.push({ id: rule.id, name: rule.name, matches: meets(fields) });
      if (ignored && rule.id === last?.id) break;
    }
    return { filters, perform: judged ? performed(judged.filtered, judged.outOfOffice) : {}, ignored };
  }

  private async tell(
    tx: EntityManager,
    actor: Caller,
    what: 'created' | 'changed' | 'deleted',
    before: FilterRow | null,
    after: FilterRow | null,
  ): Promise<void> {
    const { id, name } = (after ?? before) as FilterRow;
    const object = { type: 'PostmasterFilter', id, label: name };
    const told = { action: `postmaster-filter.${what}`, object, changes: changesBetween(before, after, audited) };
    await this.outbox.add(tx, recordAudit, auditMessage(actor, told));
  }

  /** Mails that come in after the answer meet the filters as they are then. */
  private async write<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    try {
      const done = await transaction(this.db, work);
      this.outbox.ring();
      await this.book.refresh();
      return done;
    } catch (error) {
      if (!violates(error, 'postmaster_filter_name_key')) throw error;
      throw new AppError('invalid', 'input.not-unique', 'This object already exists.');
    }
  }
}

const authorOf = ({ userId, actingUserId }: Actor) => actingUserId ?? userId;

function checked(input: PostmasterFilterInput, before: Required<FilterValues>): Required<FilterValues> {
  const name = (input.name ?? before.name).trim();
  if (name === '') throw new AppError('invalid', 'input.name-blank', "Name can't be blank");
  const match = (input.match as FilterRule['match'] | undefined) ?? before.match;
  const perform = (input.perform as FilterRule['perform'] | undefined) ?? before.perform;
  const why = trouble({ match, perform });
  if (why !== undefined) throw new AppError('invalid', 'filter.unusable', why);
  const { note = before.note, active = before.active } = input;
  return { name, match, perform, note, active };
}

function performed({ by: _, ...set }: Filtered, outOfOffice: boolean): Record<string, unknown> {
  return { ...set, ...(outOfOffice && { outOfOffice }) };
}

function found(row: FilterRow | undefined, id: number): FilterRow {
  if (row) return row;
  throw new AppError('not-found', 'filter.not-found', `Couldn't find PostmasterFilter with 'id'=${id}`);
}
