import { Types } from 'scimmy';
import type { Kind } from '../../domain/scim/query.ts';
import { meant, sortable } from '../../domain/scim/query.ts';
import type { Listing } from '../../persistence/scim-query.ts';
import { readFilter } from './filter.ts';
import { withLibrary } from './library.ts';
import { scimRefusals } from './refusals.ts';

/** Of one answer; also told by `ServiceProviderConfig`. */
export const MOST_RESULTS = 200;
const DEFAULT_RESULTS = 100;
const LONGEST_LIST = 2_000;

export type Query = Record<string, unknown>;

/** Which attributes of a resource are wanted. */
export interface Wanted {
  filter: Types.Filter | undefined;
  /** True unless the attribute is not asked for, or is excluded. */
  wants(attribute: string): boolean;
}

/** @throws AppError unreadable `scim.invalid-filter`, `scim.invalid-value` */
export async function listingOf<A extends string>(
  query: Query,
  attributes: Record<A, Kind>,
): Promise<Listing<A> & { startIndex: number }> {
  const filter = textOf(query, 'filter');
  const sortBy = textOf(query, 'sortBy');
  const column = sortBy === undefined ? null : sortable(sortBy, attributes);
  if (column === undefined) throw scimRefusals.invalidValue("'sortBy' names no attribute that can be sorted by.");
  const startIndex = Math.max(1, numberOf(query, 'startIndex') ?? 1);
  return {
    filter: filter === undefined ? null : meant(await readFilter(filter), attributes),
    sortBy: column,
    descending: textOf(query, 'sortOrder')?.toLowerCase() === 'descending',
    limit: Math.min(MOST_RESULTS, Math.max(0, numberOf(query, 'count') ?? DEFAULT_RESULTS)),
    offset: startIndex - 1,
    startIndex,
  };
}

export function listResponse(
  resources: readonly unknown[],
  total: number,
  startIndex: number,
): Record<string, unknown> {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

/** @throws AppError unreadable `scim.invalid-value` */
export async function wantedOf(query: Query): Promise<Wanted> {
  const attributes = names(query, 'attributes');
  const excluded = names(query, 'excludedAttributes');
  const asked = attributes ? { attributes: attributes.join(',') } : {};
  const left = excluded && !attributes ? { excludedAttributes: excluded.join(',') } : {};
  const filter = await withLibrary(() => new Types.Resource({ ...asked, ...left } as never).attributes);
  const has = (list: string[], attribute: string) =>
    list.some((name) => name.toLowerCase() === attribute || name.toLowerCase().startsWith(`${attribute}.`));
  return {
    filter: filter as Types.Filter | undefined,
    wants: (attribute) =>
      attributes ? has(attributes, attribute) : !excluded?.some((name) => name.toLowerCase() === attribute),
  };
}

function names(query: Query, parameter: string): string[] | undefined {
  const text = textOf(query, parameter);
  if (text === undefined) return undefined;
  const list = text.split(',').map((name) => name.trim());
  if (text.length > LONGEST_LIST || !list.every((name) => /^[a-z$][\w$.:-]*$/i.test(name))) {
    throw scimRefusals.invalidValue(`'${parameter}' must be names of attributes with commas between.`);
  }
  return list;
}

/** Empty is as good as absent: clients send what they have. */
function textOf(query: Query, parameter: string): string | undefined {
  const value = query[parameter];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw scimRefusals.invalidValue(`'${parameter}' must be given once.`);
  return value;
}

function numberOf(query: Query, parameter: string): number | undefined {
  const text = textOf(query, parameter);
  if (text === undefined) return undefined;
  if (!/^-?\d{1,9}$/.test(text)) throw scimRefusals.invalidValue(`'${parameter}' must be an integer.`);
  return Number(text);
}
