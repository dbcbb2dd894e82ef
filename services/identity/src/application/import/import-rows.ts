import {
  type Actor,
  type importRows,
  type OutputOf,
  organizations,
  type ParsedInputOf,
  users,
} from '@helpmesh/contracts';
import { AppError, csvText } from '@helpmesh/kernel';
import { sql, transaction } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { z } from 'zod';
import { mayOrganizations, mayUsers } from '../../domain/access.ts';
import { normalAddress } from '../../domain/address.ts';
import { importColumns, readRow } from '../../domain/import-row.ts';
import { record } from '../../events.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Attributes } from '../attributes/attributes.ts';
import { Organizations } from '../organizations/organizations.ts';
import { refusals } from '../refusals.ts';
import { WriteUser } from '../users/write-user.ts';

type Input = ParsedInputOf<typeof importRows>;
type Output = OutputOf<typeof importRows>;
type Line = Output['records'][number];
type Values = Record<string, unknown>;

/** As whom the import of another helpdesk adds people: it names no roles, so everybody begins as a customer. */
const importer: Actor = {
  ...{ kind: 'service', userId: 1, login: '-', permissions: ['admin.user', 'admin.organization'], groups: {} },
  ...{ organizationIds: [], sharedOrganizationIds: [], via: 'service', locale: 'en' },
};

/** Ends the transaction of a trial, or of a batch with a mistake: nothing of it is kept. */
class NothingKept extends Error {}

/** Rows of a file, each written as if somebody had sent it by itself: the same rules, refusals, history and audit. */
@Injectable()
export class ImportRows {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly writeUser: WriteUser,
    private readonly organizationStore: OrganizationStore,
    private readonly organizations: Organizations,
    private readonly attributes: Attributes,
  ) {}

  /** @throws AppError forbidden */
  async run(actor: Actor, { object, columns: named, rows, try: trial }: Input): Promise<Output> {
    const may = object === 'User' ? mayUsers.grant(actor) : mayOrganizations.delete(actor);
    if (!may) throw refusals.notAuthorized();
    return this.carry(actor, { object, columns: named, rows, try: trial }, false);
  }

  /** Adds who is not here; each row by itself, and nobody with rights. @throws AppError forbidden: for services alone; invalid */
  async takeIn(actor: Actor, input: Input): Promise<Output> {
    if (actor.kind !== 'service') throw refusals.notAuthorized();
    if (input.columns.includes('roles')) throw refusals.badParameter('columns', 'roles');
    return this.carry(importer, input, true);
  }

  /** @param adds  no more than that: who is here stays as they are, and a wrong row is no reason to leave out others */
  private async carry(
    actor: Actor,
    { object, columns: named, rows, try: trial }: Input,
    adds: boolean,
  ): Promise<Output> {
    const columns = named.map((name) => name.trim().toLowerCase());
    const misnamed = await this.misnamed(object, columns);
    if (misnamed.length > 0) return { records: [], errors: misnamed.map((message) => ({ line: 1, message })) };
    let done: Output = { records: [], errors: [] };
    try {
      await transaction(this.db, async (tx) => {
        done = await this.batch(tx, actor, object, columns, rows, adds);
        if (trial || (!adds && done.errors.length > 0)) throw new NothingKept();
      });
    } catch (error) {
      if (!(error instanceof NothingKept)) throw error;
    }
    const created = done.records.filter(({ what }) => what === 'created').length;
    const kept = adds || done.errors.length === 0;
    if (!trial && kept && object === 'User' && created > 0) record.usersCreated('import', created);
    // An id that was rolled back is nobody's.
    const shown = (line: Line) => (trial && line.what === 'created' ? { ...line, id: null } : line);
    return { records: kept ? done.records.map(shown) : [], errors: done.errors };
  }

  /** Every row is looked at, also behind one that is wrong: whoever corrects the file sees all there is to correct. */
  private async batch(
    tx: EntityManager,
    actor: Actor,
    object: Input['object'],
    columns: readonly string[],
    rows: Input['rows'],
    adds: boolean,
  ): Promise<Output> {
    const done: Output = { records: [], errors: [] };
    for (const { line, cells } of rows) {
      const read = readRow(columns, cells.map(csvText), importColumns[object]);
      if (!read.ok) {
        done.errors.push({ line, message: read.why });
        continue;
      }
      await sql(tx, 'SAVEPOINT import_row');
      try {
        const write =
          object === 'User' ? this.user(tx, actor, read.values, adds) : this.organization(tx, actor, read.values, adds);
        done.records.push({ line, ...(await write) });
        await sql(tx, 'RELEASE SAVEPOINT import_row');
      } catch (error) {
        const { kind, detail } = AppError.from(error);
        if (kind !== 'invalid' && kind !== 'forbidden' && kind !== 'not-found') throw error;
        await sql(tx, 'ROLLBACK TO SAVEPOINT import_row');
        done.errors.push({ line, message: detail });
      }
    }
    return done;
  }

  /** Known by id, else by login, else by address. */
  private async user(
    tx: EntityManager,
    actor: Actor,
    { id: given, ...values }: Values,
    adds: boolean,
  ): Promise<Omit<Line, 'line'>> {
    const input = checked(users.create.input.shape.body, values);
    const name = String(values.email ?? values.login ?? `${values.firstname ?? ''} ${values.lastname ?? ''}`.trim());
    const known = normalAddress(String(values.login ?? values.email ?? ''));
    const id = given === undefined ? known && (await this.users.findId(tx, known)) : idOf(given);
    if (!id) return { id: (await this.writeUser.createIn(tx, actor, input)).id, name, what: 'created' };
    if (adds) return { id, name, what: 'unchanged' };
    return { id, name, what: (await this.writeUser.updateIn(tx, actor, id, input)) ? 'updated' : 'unchanged' };
  }

  /** Known by id, else by name. */
  private async organization(
    tx: EntityManager,
    actor: Actor,
    { id: given, ...values }: Values,
    adds: boolean,
  ): Promise<Omit<Line, 'line'>> {
    const input = checked(organizations.create.input.shape.body, values);
    const name = String(values.name ?? '');
    const id = given === undefined ? (await this.organizationStore.idsByNames(tx, [name])).get(name) : idOf(given);
    if (!id) return { id: (await this.organizations.createIn(tx, actor, input)).id, name, what: 'created' };
    if (adds) return { id, name, what: 'unchanged' };
    return { id, name, what: (await this.organizations.updateIn(tx, actor, id, input)) ? 'updated' : 'unchanged' };
  }

  private async misnamed(object: Input['object'], columns: readonly string[]): Promise<string[]> {
    const { texts, flags, lists, ignored } = importColumns[object];
    const set = await this.attributes.set(object);
    const known = (name: string) =>
      [texts, flags, lists, ignored].some((names) => names.includes(name)) || set.get(name) !== undefined;
    const twice = columns.filter((name, place) => columns.indexOf(name) !== place);
    const keys = object === 'User' ? ['id', 'login', 'email', 'firstname', 'lastname'] : ['id', 'name'];
    return [
      ...columns.filter((name) => !known(name)).map((name) => `There is no column '${name}'.`),
      ...twice.map((name) => `The column '${name}' is there twice.`),
      ...(columns.some((name) => keys.includes(name)) ? [] : [`One of the columns ${keys.join(', ')} is needed.`]),
    ];
  }
}

/** @throws AppError invalid */
function checked<S extends z.ZodType>(schema: S, values: Values): z.output<S> {
  const read = schema.safeParse(values);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw refusals.badParameter(String(issue?.path[0] ?? 'row'), issue?.message ?? 'unknown');
}

function idOf(given: unknown): number {
  if (typeof given === 'string' && /^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw refusals.badParameter('id', given);
}
