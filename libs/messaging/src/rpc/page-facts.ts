import type { EndpointDefinition, QuestionDefinition } from '@helpmesh/contracts';

/** What is known of a page beside its rows. */
export interface PageFacts {
  rows?: number | undefined;
  /** Of all pages; only where it is known. */
  total?: number | undefined;
  /** Where the next page begins; null: there is none. */
  next?: string | null | undefined;
}

/** As it travels: with where the page lies. */
export interface ToldPage extends PageFacts {
  page: number;
  perPage: number;
}

const known = new WeakMap<object, PageFacts>();
/** Before the answer, when it was asked for; JSON never begins like that. */
const MARK = '#';

/** Says of an answer what it cannot say itself. */
export function onPage<T extends object>(answer: T, facts: PageFacts): T {
  known.set(answer, { ...known.get(answer), ...facts });
  return answer;
}

/** What was said of it; a list tells its own length. */
export function pageOf(answer: object): PageFacts {
  const { record_ids: ids, total_count: total } = answer as { record_ids?: unknown; total_count?: unknown };
  const list = Array.isArray(answer) ? answer : ids;
  return {
    ...(Array.isArray(list) && { rows: list.length }),
    ...(typeof total === 'number' && { total }),
    ...known.get(answer),
  };
}

interface Asked {
  page?: number;
  per_page?: number;
  limit?: number;
}

/** Where the page lies that is asked for, in the terms of its list: written into the input, so that all read the same. */
export function settlePage(
  question: QuestionDefinition,
  input: unknown,
): Pick<ToldPage, 'page' | 'perPage'> | undefined {
  const { paging } = question as Partial<EndpointDefinition>;
  if (!paging) return undefined;
  const { query, body } = input as { query: Asked; body?: Asked | null };
  const asked: Asked = { ...query, ...(body && typeof body === 'object' && ownPage(body)) };
  const perPage = Math.min(asked.per_page ?? asked.limit ?? paging.standard, paging.max);
  const page = asked.page ?? 1;
  for (const place of [
    query,
    body && typeof body === 'object' && Object.keys(ownPage(body)).length > 0 ? body : null,
  ]) {
    if (place) Object.assign(place, { page, per_page: perPage });
  }
  return { page, perPage };
}

function ownPage({ page, per_page, limit }: Asked): Asked {
  return {
    ...(page !== undefined && { page }),
    ...(per_page !== undefined && { per_page }),
    ...(limit !== undefined && { limit }),
  };
}

export function withPage(json: Buffer, told: ToldPage): Buffer {
  return Buffer.concat([Buffer.from(`${MARK}${JSON.stringify(told)}\n`), json]);
}

/** Takes them apart again. An answer of a service that does not know the question tells nothing. */
export function readPage(answer: Buffer): { json: Buffer; told: ToldPage | undefined } {
  if (answer[0] !== MARK.charCodeAt(0)) return { json: answer, told: undefined };
  const end = answer.indexOf('\n');
  return { json: answer.subarray(end + 1), told: JSON.parse(answer.toString('utf8', 1, end)) as ToldPage };
}
