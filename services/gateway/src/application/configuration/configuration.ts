import { type EndpointDefinition, endpoints, SECRET_MASK } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import {
  ABOUT,
  byKey,
  type Document,
  FORMAT,
  type Step,
  secretsExchanged,
  stepsTo,
} from '../../domain/configuration/document.ts';
import { type Fields, type Kind, kinds, SECRET, SWITCHES } from '../../domain/configuration/kinds.ts';
import { exchanged } from '../../domain/configuration/references.ts';

type Asking = Parameters<RpcClient['call']>[2];
type Row = Fields & { id: number };

export interface Outcome extends Pick<Step, 'kind' | 'key' | 'action' | 'missing'> {
  done: boolean;
  /** Why not. */
  error: string | null;
}

/** Rows of a page. */
const PAGE = 500;
/** Rows of a kind about which the services are asked at once: a knowledge base may have thousands of categories. */
const FEW = 8;

/** The desk as it is, and how ids and names belong together on it. */
interface Desk {
  document: Document;
  /** By kind, of what stands in the document. */
  ids: Map<string, Map<string, number>>;
}

/**
 * The configuration of the desk as one file, and the way back. It reads and writes by the questions of the REST API in
 * the name of whoever asks: each object is checked, allowed and told in the audit log as if they had typed it.
 */
export class Configuration {
  private readonly asking: Asking;
  private readonly rpc: Pick<RpcClient, 'call'>;
  /** People and organizations, which are no configuration: by kind and id or name. */
  private readonly others = new Map<string, Promise<string | number | undefined>>();

  constructor(rpc: Pick<RpcClient, 'call'>, asking: Asking) {
    this.rpc = rpc;
    this.asking = asking;
  }

  async read(): Promise<Document> {
    return (await this.desk()).document;
  }

  async diff(wanted: Document): Promise<Step[]> {
    return stepsTo(wanted, await this.read());
  }

  /**
   * Carries out what the desk lacks, in the order in which one thing needs another. What is refused is told, and the
   * others go on; done twice, the second time changes nothing.
   * @param only  kinds; undefined: all that the file names
   */
  async apply(wanted: Document, only: readonly string[] | undefined, remove: boolean): Promise<Outcome[]> {
    const desk = await this.desk();
    const steps = stepsTo(wanted, desk.document).filter(
      ({ kind, action }) => (only?.includes(kind) ?? true) && (remove || action !== 'delete'),
    );
    const outcomes: Outcome[] = [];
    let waiting = steps;
    // What refers to a later one of its own kind, or is still referred to, is tried again once others are done.
    for (;;) {
      const refused: Outcome[] = [];
      for (const step of waiting) {
        const error = await this.carryOut(step, wanted, desk);
        (error === null ? outcomes : refused).push(told(step, error));
      }
      const left = waiting.filter((step) => refused.some(({ kind, key }) => kind === step.kind && key === step.key));
      if (left.length === 0 || left.length === waiting.length) return [...outcomes, ...refused];
      waiting = left;
    }
  }

  /** @returns why it was refused; null when it is done */
  private async carryOut(step: Step, wanted: Document, desk: Desk): Promise<string | null> {
    const kind = kinds.find(({ name }) => name === step.kind) as Kind;
    const known = desk.ids.get(kind.of ?? kind.name) as Map<string, number>;
    const isThere = step.action === 'update' || (kind.of !== undefined && known.has(step.key));
    const at = { ...kind.params, id: String(known.get(step.key)) };
    try {
      if (step.action === 'delete') {
        await this.ask('DELETE', `${kind.path}/:id`, { params: at });
        return null;
      }
      if (!isThere && kind.fixed) return 'The desk has no such thing, and none can be added.';
      const object = byKey(kind, wanted[kind.name] as Fields[]).get(step.key) as Fields;
      const fields = step.action === 'create' ? Object.keys(object) : step.changes.map(({ field }) => field);
      if (fields.length === 0) return null;
      const kept = step.action === 'update' && fields.find((field) => kind.constant?.includes(field));
      if (kept) return `Its ${kept} cannot be changed: delete it and make it anew.`;
      const body = await this.bodyOf(kind, step, object, fields, desk);
      if (!body) return 'It refers to something that is neither on this desk nor in the file.';
      if (isThere) {
        await this.ask('PUT', kind.change ?? `${kind.path}/:id`, { params: at, body });
        return null;
      }
      const made = (await this.ask('POST', kind.path, { params: kind.params ?? {}, body })) as Partial<Row> | undefined;
      if (typeof made?.id === 'number') known.set(step.key, made.id);
      return null;
    } catch (error) {
      const refusal = AppError.from(error);
      if (refusal.kind === 'bug' || refusal.kind === 'unavailable') throw error;
      return refusal.detail;
    }
  }

  private async bodyOf(
    kind: Kind,
    { action, missing: leftOut }: Step,
    object: Fields,
    fields: readonly string[],
    desk: Desk,
  ): Promise<Fields | undefined> {
    const what = action === 'create' ? action : 'update';
    // What is there keeps its secret; what is new has none yet, and would only fail until it has.
    const secret = (one: unknown) => (one !== SECRET ? one : what === 'update' ? SECRET_MASK : null);
    const given = Object.fromEntries(
      fields
        .filter((field) => object[field] !== SECRET)
        .map((field) => [field, secretsExchanged(kind, field, object[field], secret)]),
    );
    const off = Object.fromEntries(SWITCHES.filter((name) => kind.fields.includes(name)).map((name) => [name, false]));
    const sent = (kind.write ?? ((one) => one))({ ...given, ...(leftOut.length > 0 && off) }, what);
    const found = await this.otherNames(sent, 'id');
    let missing = false;
    const entries = Object.entries(sent).map(([field, one]) => {
      const value = exchanged(nameOfField(kind, object, field), one, (of, name) => {
        const ids = desk.ids.get(of);
        const id = ids ? ids.get(String(name)) : found.get(`${of} ${name}`);
        const ours = desk.ids.has(of) || id !== undefined;
        if (id === undefined && ours && !isLiteral(String(name))) missing = true;
        return id;
      });
      return [field, value] as const;
    });
    return missing ? undefined : Object.fromEntries(entries);
  }

  private async desk(): Promise<Desk> {
    const lists = await Promise.all(kinds.map((kind) => this.rowsOf(kind)));
    const names = new Map(
      kinds.map((kind, i) => {
        const keyed = byKey(kind, lists[i] ?? []);
        return [kind.name, new Map([...keyed].map(([key, { id }]) => [String(id), key]))];
      }),
    );
    const document: Document = { helpmesh_configuration: FORMAT, about: ABOUT };
    const ids: Desk['ids'] = new Map();
    for (const [i, kind] of kinds.entries()) {
      const rows = lists[i];
      const objects = await fewAtOnce(rows ?? [], (row) => this.objectOf(kind, row, names));
      // By the names of what they refer to, as the file has them.
      const keyed = [...byKey(kind, objects)];
      ids.set(kind.name, new Map(keyed.map(([key], n) => [key, (rows as Row[])[n]?.id as number])));
      if (rows) document[kind.name] = keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    }
    return { document, ids };
  }

  private async objectOf(kind: Kind, row: Row, names: Map<string, Map<string, string>>): Promise<Fields> {
    const found = await this.otherNames(row, 'name');
    const entries = kind.fields
      .filter((field) => row[field] !== undefined)
      .map((field) => {
        const value = exchanged(nameOfField(kind, row, field), row[field], (of, id) => {
          return names.get(of)?.get(String(id)) ?? (found.get(`${of} ${id}`) as string | undefined);
        });
        return [field, secretsExchanged(kind, field, value, (one) => (one === null ? null : SECRET))] as const;
      });
    return Object.fromEntries(entries);
  }

  /** Of the people and organizations that an object refers to, the other of id and name. */
  private async otherNames(object: Fields, wanted: 'id' | 'name'): Promise<Map<string, string | number>> {
    const asked = new Map<string, Promise<string | number | undefined>>();
    for (const [field, value] of Object.entries(object)) {
      exchanged(field, value, (of, given) => {
        if (of === 'users' || of === 'organizations') {
          const key = `${of} ${given}`;
          const known = this.others.get(`${wanted} ${key}`) ?? this.other(of, given, wanted);
          this.others.set(`${wanted} ${key}`, known);
          asked.set(key, known);
        }
        return undefined;
      });
    }
    const found = await Promise.all([...asked].map(async ([key, answer]) => [key, await answer] as const));
    return new Map(found.flatMap(([key, answer]) => (answer === undefined ? [] : [[key, answer] as const])));
  }

  private async other(
    of: 'users' | 'organizations',
    given: string | number,
    wanted: 'id' | 'name',
  ): Promise<string | number | undefined> {
    const text = String(given);
    const name = of === 'users' ? 'login' : 'name';
    if (wanted === 'name') {
      if (!/^[1-9]\d{0,8}$/.test(text)) return undefined;
      const row = await this.ask('GET', `${of}/:id`, { params: { id: text } }).catch(() => undefined);
      const found = (row as Fields | undefined)?.[name];
      return typeof found === 'string' && found !== '' ? found : undefined;
    }
    const query = { query: text, per_page: '50' };
    const rows = (await this.ask('GET', `${of}/search`, { query }).catch(() => [])) as Row[];
    return rows.find((row) => String(row[name]).toLowerCase() === text.toLowerCase())?.id;
  }

  /** @returns undefined where the asker may not look, although they administer everything else */
  private async rowsOf(kind: Kind): Promise<Row[] | undefined> {
    const rows = await (kind.list ? this.listed(kind, kind.list) : this.paged(kind)).catch((error: unknown) => {
      if (AppError.from(error).kind === 'forbidden') return undefined;
      throw error;
    });
    const meant = rows?.filter((row) => kind.only?.(row) ?? true);
    const whole = meant && (await fewAtOnce(meant, (row) => this.withMore(kind, row)));
    return whole?.map((row) => ({ ...(kind.read?.(row) ?? row), id: row.id }));
  }

  private async withMore({ each, params }: Kind, row: Row): Promise<Row> {
    if (!each?.only(row)) return row;
    return { ...row, ...each.read(await this.ask('GET', each.path, { params: { ...params, id: String(row.id) } })) };
  }

  private async listed(kind: Kind, { method, path, rows }: NonNullable<Kind['list']>): Promise<Row[]> {
    return rows(await this.ask(method, path, { params: kind.params ?? {} })) as Row[];
  }

  private async paged(kind: Kind): Promise<Row[]> {
    const { paging } = endpointAt('GET', kind.path);
    const found: Row[] = [];
    const size = Math.min(paging?.max ?? PAGE, PAGE);
    for (let page = 1; ; page += 1) {
      const query = { expand: 'true', ...(paging && { page: String(page), per_page: String(size) }) };
      const rows = (await this.ask('GET', kind.path, { query })) as Row[];
      found.push(...rows);
      if (!paging || rows.length < size) return found;
    }
  }

  private ask(method: string, path: string, input: { params?: object; query?: object; body?: object }) {
    const whole = { params: {}, query: {}, body: undefined, ...input };
    return this.rpc.call(endpointAt(method, path), whole as never, this.asking);
  }
}

/** What came of each, in order. */
async function fewAtOnce<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < all.length; at += FEW) done.push(...(await Promise.all(all.slice(at, at + FEW).map(work))));
  return done;
}

/** A setting refers to what its name says. */
function nameOfField(kind: Kind, object: Fields, field: string): string {
  return kind.name === 'settings' && field !== 'name' ? String(object.name) : (kind.refers?.[field] ?? field);
}

/** What stands in conditions in place of a name: somebody who is found out, and nobody. */
const isLiteral = (name: string): boolean => /^(?:current_user\.|not_set|ticket_|\d+$|-$)/.test(name);

function told({ kind, key, action, missing }: Step, error: string | null): Outcome {
  return { kind, key, action, missing, done: error === null, error };
}

function endpointAt(method: string, path: string): EndpointDefinition {
  const found = endpoints.find((one) => one.method === method && one.path === `/api/v1/${path}`);
  if (!found) throw new AppError('bug', 'internal', 'Something went wrong on our side.', `no ${method} ${path}`);
  return found;
}
