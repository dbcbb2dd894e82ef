import type { CmdbObject, CmdbObjectDetails } from '@helpmesh/contracts';

/** Answers of i-doit's JSON-RPC as our objects. Numbers come as texts and texts as numbers; what is missing is empty. */

type Row = Readonly<Record<string, unknown>>;

/** A row of `cmdb.objects.read` or `cmdb.object.read`; undefined when it is none. */
export function objectOf(row: unknown, base: string): CmdbObject | undefined {
  if (!isRow(row)) return undefined;
  const id = said(row.id);
  if (!/^[1-9]\d*$/.test(id)) return undefined;
  return {
    id,
    title: said(row.title),
    type: said(row.type_title),
    status: said(row.cmdb_status_title) || said(row.cmdb_status),
    url: `${base}/?objID=${id}`,
  };
}

/** The categories of an object, each as its rows; one that could not be read is empty. */
export interface Categories {
  model: readonly unknown[];
  location: readonly unknown[];
  ip: readonly unknown[];
  access: readonly unknown[];
}

const MOST_ROWS = 20;

export function detailsOf(row: unknown, categories: Categories, base: string): CmdbObjectDetails | undefined {
  const object = objectOf(row, base);
  if (!object) return undefined;
  const rows = (of: readonly unknown[]) => of.filter(isRow).slice(0, MOST_ROWS);
  const [model] = rows(categories.model);
  const [location] = rows(categories.location);
  return {
    ...object,
    sysid: isRow(row) ? said(row.sysid) : '',
    model: [model?.manufacturer, model?.title].map(said).filter(Boolean).join(' '),
    serial: said(model?.serial) || said(model?.service_tag),
    location: said(location?.location_path) || said(location?.parent),
    addresses: rows(categories.ip)
      .map((ip) => ({
        address: said(ip.hostaddress) || said(ip.ipv4_address) || said(ip.ipv6_address),
        hostname: said(ip.primary_fqdn) || said(ip.hostname),
        primary: isYes(ip.primary),
      }))
      .filter(({ address, hostname }) => address !== '' || hostname !== '')
      .sort((a, b) => Number(b.primary) - Number(a.primary)),
    access: rows(categories.access)
      .map((access) => {
        const url = said(access.formatted_url) || said(access.url);
        return { title: said(access.title), type: said(access.type), url: isWeb(url) ? url : '' };
      })
      .filter(({ title, url }) => title !== '' || url !== ''),
  };
}

/** A value as text: of a dialog field its title, of a reference what it refers to. */
function said(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value.trim().slice(0, 500);
  if (typeof value === 'number') return String(value);
  if (!isRow(value) || depth > 2) return '';
  return said(value.ref_title, depth + 1) || said(value.title, depth + 1);
}

function isYes(value: unknown): boolean {
  return (
    value === true ||
    ['1', 'yes', 'ja'].includes((isRow(value) ? said(value.value) || said(value.title) : said(value)).toLowerCase())
  );
}

/** Nothing else becomes a link. */
function isWeb(text: string): boolean {
  return URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol);
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
