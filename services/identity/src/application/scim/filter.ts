import { Types } from 'scimmy';
import type { Condition, Filter } from '../../domain/scim/query.ts';
import { ENTERPRISE_SCHEMA, GROUP_SCHEMA, USER_SCHEMA, withLibrary } from './library.ts';
import { scimRefusals } from './refusals.ts';

const LONGEST = 2_000;
/** Alternatives multiply: so many comparisons make at most a few hundred. */
const MOST_COMPARISONS = 16;

const literal = /"(?:[^"\\]|\\.)*"/gs;
const plain = /^[\w\s.:$()[\]/+-]*$/;

/**
 * Reads a filter (RFC 7644 3.4.2.2) by the library's parser, which is handed the structure without the texts: it knows
 * no escapes, takes a bracket in a text for one of the filter, and needs exponential time for a text without an end.
 * @throws AppError unreadable `scim.invalid-filter`
 */
export async function readFilter(text: string): Promise<Filter> {
  if (text.length > LONGEST || text.trim() === '') throw scimRefusals.invalidFilter('The filter is empty or too long.');
  const texts: string[] = [];
  const bare = text.replace(literal, (quoted) => `"#${texts.push(unquoted(quoted)) - 1}"`);
  if (!plain.test(bare.replaceAll(/"#\d+"/g, ''))) {
    throw scimRefusals.invalidFilter('The filter has a text without an end, or a character outside of one.');
  }
  refuseMisread(bare);
  const parsed = await withLibrary(
    () => [...new Types.Filter(bare)] as Record<string, unknown>[],
    scimRefusals.invalidFilter,
  );
  return parsed.map((all) => conditions(all, '').map((one) => ({ ...one, value: original(one.value, texts) })));
}

function unquoted(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw scimRefusals.invalidFilter('A text in the filter cannot be read.');
  }
}

/** What the library would read as something else is refused: a filter must never find more than was asked for. */
function refuseMisread(bare: string): void {
  if ((bare.match(/\s(?:and|or)\s/gi)?.length ?? 0) >= MOST_COMPARISONS) {
    throw scimRefusals.invalidFilter('The filter has too many comparisons.');
  }
  // It negates each comparison of a group, and joins them as they were.
  if (/\bnot\s*(?:\([^)]*\s(?:and|or)\s|\(?\s*not\b)/i.test(bare)) {
    throw scimRefusals.invalidFilter("'not' is supported before one comparison only.");
  }
  // Beside a group of alternatives it demands only one of several conditions, and none of another group at times.
  const groups = [...bare.matchAll(/\(([^)]*)\)|\[([^\]]*)\]/g)].map(([, round, square]) => round ?? square ?? '');
  const outside = bare.replaceAll(/\([^)]*\)|\[[^\]]*\]/g, '()');
  const beside = groups.length > 1 || (outside.match(/\sand\s/gi)?.length ?? 0) > 1;
  if (beside && groups.some((group) => /\sor\s/i.test(group))) {
    throw scimRefusals.invalidFilter("A group with 'or' is supported beside one other condition only.");
  }
  if (/\s(?:and|or)\s*$/i.test(bare)) {
    throw scimRefusals.invalidFilter('The filter ends with a word that joins.');
  }
}

/** The library's form: attribute, or object of sub-attributes, to `[not?, operator, value?]` or a list of those. */
function conditions(all: Record<string, unknown>, prefix: string): Condition[] {
  return Object.entries(all).flatMap(([name, is]): Condition[] => {
    const attribute = prefix === '' ? withoutSchema(name) : `${prefix}.${name.toLowerCase()}`;
    if (!Array.isArray(is)) return conditions(is as Record<string, unknown>, attribute);
    if (!is.every(Array.isArray)) return [condition(attribute, is)];
    return is.map((one) => condition(attribute, one as unknown[]));
  });
}

function condition(attribute: string, parts: unknown[]): Condition {
  const not = parts[0] === 'not';
  const [operator, value] = not ? parts.slice(1) : parts;
  return { attribute, not, operator: String(operator), value };
}

/** Attributes may be written with the schema they are of. */
function withoutSchema(name: string): string {
  const lower = name.toLowerCase();
  const schema = [ENTERPRISE_SCHEMA, USER_SCHEMA, GROUP_SCHEMA].find((id) => lower.startsWith(`${id.toLowerCase()}:`));
  return schema === undefined ? lower : lower.slice(schema.length + 1);
}

/** Words that are no JSON are no values. */
function original(value: unknown, texts: readonly string[]): unknown {
  if (typeof value !== 'string') return value;
  const place = /^#(\d+)$/.exec(value)?.[1];
  return place === undefined ? undefined : texts[Number(place)];
}
