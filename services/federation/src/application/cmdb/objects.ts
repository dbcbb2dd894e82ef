import {
  type Actor,
  type CmdbObject,
  type CmdbObjectDetails,
  type cmdb,
  hasPermission,
  type OutputOf,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { Cache } from '@helpmesh/service-kit';
import { detailsOf, objectOf } from '../../domain/cmdb/idoit.ts';
import type { CmdbAccess, CmdbCall, CmdbResult, CmdbWire } from './ports.ts';
import type { CmdbSettings } from './settings.ts';

/** What an object is changes rarely; that a ticket is opened ten times must not ask for it ten times. */
const KEPT_MS = 10 * 60_000;
const MOST_FOUND = 20;
const MOST_IDS = 100;

const categories = {
  model: 'C__CATG__MODEL',
  location: 'C__CATG__LOCATION',
  ip: 'C__CATG__IP',
  access: 'C__CATG__ACCESS',
} as const;

/** Objects of the CMDB as agents see them. Nothing about tickets waits for it. */
export class CmdbObjects {
  constructor(
    private readonly settings: CmdbSettings,
    private readonly wire: CmdbWire,
    private readonly cache: Pick<Cache, 'get' | 'set'>,
  ) {}

  /** @throws AppError forbidden; unavailable `cmdb.…` */
  async search(
    actor: Actor | undefined,
    { query, ids }: { query?: string | undefined; ids?: string | undefined },
  ): Promise<OutputOf<typeof cmdb.search>> {
    requireAgent(actor);
    const ready = await this.settings.access();
    if (!ready) return { active: false, tenant: '', objects: [] };
    const { access, tenant, revision } = ready;
    const wanted = (ids ?? '')
      .split(',')
      .filter((id) => /^[1-9]\d{0,17}$/.test(id))
      .slice(0, MOST_IDS);
    const words = query?.trim() ?? '';
    if (wanted.length === 0 && words.length < 2) return { active: true, tenant, objects: [] };
    const filter = wanted.length > 0 ? { ids: wanted.map(Number) } : { title: `%${words}%` };
    const limit = wanted.length > 0 ? MOST_IDS : MOST_FOUND;
    const key = `${revision}:${JSON.stringify(filter)}`;
    const objects = await this.kept<CmdbObject[]>(key, async () => {
      const params = {
        filter: { ...filter, status: 'C__RECORD_STATUS__NORMAL' },
        limit: `0,${limit}`,
        order_by: 'title',
      };
      const [found] = await this.wire.ask(access, [{ method: 'cmdb.objects.read', params }]);
      return rowsOf(heard(found)).flatMap((row) => objectOf(row, access.url) ?? []);
    });
    return { active: true, tenant, objects };
  }

  /** @throws AppError forbidden; not-found `cmdb.object-unknown`; unavailable `cmdb.…` */
  async read(actor: Actor | undefined, id: number): Promise<CmdbObjectDetails> {
    requireAgent(actor);
    const ready = await this.settings.access();
    if (!ready) throw unknown();
    const { access, revision } = ready;
    const details = await this.kept(`${revision}:object ${id}`, () => this.ask(access, id));
    if (!details) throw unknown();
    return details;
  }

  private async ask(access: CmdbAccess, id: number): Promise<CmdbObjectDetails | undefined> {
    const names = Object.keys(categories) as (keyof typeof categories)[];
    const calls: CmdbCall[] = [
      { method: 'cmdb.object.read', params: { id } },
      ...names.map((name) => ({ method: 'cmdb.category.read', params: { objID: id, category: categories[name] } })),
    ];
    const [object, ...read] = await this.wire.ask(access, calls);
    // A category that the type of object does not have is an error, and nothing is missing.
    const rows = Object.fromEntries(names.map((name, at) => [name, read[at]?.ok ? rowsOf(read[at].result) : []]));
    return detailsOf(heard(object), rows as Record<keyof typeof categories, unknown[]>, access.url);
  }

  /** @param key  with the revision of the settings: what was read with others is not found any more */
  private async kept<T>(key: string, read: () => Promise<T>): Promise<T> {
    const place = `cmdb:${key}`;
    const before = await this.cache.get(place);
    if (before !== undefined) return JSON.parse(before) as T;
    const value = await read();
    if (value !== undefined) await this.cache.set(place, JSON.stringify(value), KEPT_MS);
    return value;
  }
}

/** @throws AppError unavailable `cmdb.refused` */
function heard(answer: CmdbResult | undefined): unknown {
  if (answer?.ok) return answer.result;
  throw new AppError(
    'unavailable',
    'cmdb.refused',
    'The CMDB refuses the name, the password or the key.',
    answer?.message,
  );
}

function rowsOf(result: unknown): unknown[] {
  if (Array.isArray(result)) return result;
  // PHP makes an object of a list with gaps.
  return typeof result === 'object' && result !== null ? Object.values(result) : [];
}

function requireAgent(actor: Actor | undefined): void {
  if (actor && hasPermission(actor, 'ticket.agent')) return;
  throw new AppError('forbidden', 'access.not-authorized', 'Not authorized');
}

function unknown(): AppError {
  return new AppError('not-found', 'cmdb.object-unknown', 'The CMDB knows no such object.');
}
