/** A page as its owner tells of it. */
interface ToldPage {
  page: number;
  perPage: number;
  rows?: number | undefined;
  total?: number | undefined;
  next?: string | null | undefined;
}

/** Headers of a page: `Link` (RFC 8288), and `X-Total-Count` where the total is known. */
export interface PageHeaders {
  link?: string;
  'x-total-count'?: string;
}

/**
 * @param url   as it was asked, path and query; the links keep what else stands in it
 * @param told  what the owner of the list knows of the page
 */
export function pageHeaders(url: string, told: ToldPage): PageHeaders {
  const total = totalOf(url, told);
  const links = Object.entries(walked(url) ? walkLinks(told) : pageLinks(told, total)).flatMap(([rel, at]) =>
    at === undefined ? [] : [`<${urlWith(url, at)}>; rel="${rel}"`],
  );
  return {
    ...(links.length > 0 && { link: links.join(', ') }),
    ...(total !== undefined && { 'x-total-count': String(total) }),
  };
}

type At = { page: number } | { cursor: string };

/** A page that is not full is the last one, and tells how many there are without being counted. */
function totalOf(url: string, { page, perPage, rows, total }: ToldPage): number | undefined {
  if (total !== undefined || rows === undefined || rows >= perPage || walked(url)) return total;
  return rows > 0 || page === 1 ? (page - 1) * perPage + rows : undefined;
}

function walkLinks({ next }: ToldPage): Record<string, At | undefined> {
  return { first: { cursor: '' }, next: next ? { cursor: next } : undefined };
}

function pageLinks({ page, perPage, rows }: ToldPage, total: number | undefined): Record<string, At | undefined> {
  if (rows === undefined) return {};
  const last = total === undefined ? undefined : Math.max(1, Math.ceil(total / perPage));
  const more = last === undefined ? rows >= perPage : page < last;
  return {
    first: { page: 1 },
    prev: page > 1 ? { page: Math.min(page - 1, last ?? page) } : undefined,
    next: more ? { page: page + 1 } : undefined,
    last: last === undefined ? undefined : { page: last },
  };
}

function walked(url: string): boolean {
  return queryOf(url).has('cursor');
}

function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}

/** Relative to the host: the gateway need not know by which name it was called. */
function urlWith(url: string, at: At): string {
  const query = queryOf(url);
  for (const [name, value] of Object.entries(at)) query.set(name, String(value));
  return `${url.split('?')[0]}?${query}`;
}
