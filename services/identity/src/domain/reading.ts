import { AppError } from '@helpmesh/kernel';

/** One page of a list as REST asks for it. */
export interface PageQuery {
  page?: number | undefined;
  per_page?: number | undefined;
  limit?: number | undefined;
  sort_by?: string | undefined;
  order_by?: string | undefined;
}

/** The part of a list between two ids, when it is walked. */
export interface Between {
  above: number;
  below: number;
  descending: boolean;
}

export interface Window {
  limit: number;
  offset: number;
  /** SQL order, built from known column names only. */
  orderBy: string;
}

/** The same between two ids, both excluded. */
export interface ListWindow extends Window {
  above: number;
  below: number;
}

/** Above every id there is. */
const BEYOND = 2_147_483_647;

export interface PageRule {
  standard: number;
  max: number;
  columns: readonly string[];
  /** Without `sort_by`. */
  order: string;
}

/**
 * Where a page lies. `per_page` wins over `limit`; more than the most is the most; past the end is simply empty.
 * @throws AppError invalid, `identity.sort-column-unknown`
 * @param walk  the list is walked by id, and this is where
 */
export function windowOf(query: PageQuery, rule: PageRule, walk?: Between): ListWindow {
  const limit = Math.min(query.per_page ?? query.limit ?? rule.standard, rule.max);
  const offset = Math.min(((query.page ?? 1) - 1) * limit, 2_000_000_000);
  if (walk)
    return { limit, offset: 0, orderBy: walk.descending ? 'id DESC' : 'id', above: walk.above, below: walk.below };
  return { limit, offset, orderBy: orderOf(query, rule), above: 0, below: BEYOND };
}

function orderOf(query: PageQuery, rule: PageRule): string {
  const columns = list(query.sort_by);
  if (columns.length === 0) return rule.order;
  const directions = list(query.order_by).map((word) => (word.toLowerCase() === 'desc' ? 'DESC' : 'ASC'));
  const terms = columns.map((column, index) => {
    if (!rule.columns.includes(column)) {
      throw new AppError('invalid', 'identity.sort-column-unknown', `Found invalid column '${column}' for sorting.`);
    }
    return `${column} ${directions[index] ?? directions.at(-1) ?? 'ASC'}`;
  });
  // The id at the end keeps pages apart when the sorted columns tie.
  return [...terms, 'id ASC'].join(', ');
}

function list(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** One word of a search: must appear in the named field, or in any when no field is named. */
export interface SearchTerm {
  field: string | null;
  /** LIKE pattern with its wildcards escaped. */
  pattern: string;
}

const terms = /(?:([a-z_][a-z0-9_]*):)?(?:"([^"]*)"|(\S+))/gi;
const mostTerms = 10;

/** Words of a query: `braun`, `"nicole braun"`, `email:nicole*`. `*` alone asks for everything. */
export function searchTerms(query: string, fields: readonly string[]): SearchTerm[] {
  const found: SearchTerm[] = [];
  for (const [whole, name, quoted, bare] of query.matchAll(terms)) {
    const field = name && fields.includes(name.toLowerCase()) ? name.toLowerCase() : null;
    const text = field === null && name ? whole : (quoted ?? bare ?? '');
    const word = text.replaceAll(/^[*"]+|[*"]+$/g, '');
    if (word !== '' && !/^(AND|OR)$/.test(word)) {
      found.push({ field, pattern: `%${word.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%')}%` });
    }
    if (found.length === mostTerms) break;
  }
  return found;
}
