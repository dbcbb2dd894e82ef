import type { Attribute, AttributeSet } from '@helpmesh/attributes';
import { type CustomTerm, parseSearch, type SearchQuery } from '../../domain/list/search-query.ts';

/** Reads a query in which custom attributes may be named: `affected:many`, `"contract_end:2026-12-31"`. */
export function searchOf(text: string, attributes: AttributeSet): SearchQuery {
  if (attributes.isEmpty) return parseSearch(text);
  return parseSearch(text, (name, value) => {
    const attribute = attributes.get(name);
    return attribute && termOf(attribute, value);
  });
}

function termOf(attribute: Attribute, value: string): CustomTerm {
  const { name, fallback } = attribute;
  const forCustomers = attribute.isFor((permission) => permission === 'ticket.customer');
  const none = { name, anyOf: [], parts: [], unset: false, agentsOnly: !forCustomers };
  if (attribute.isText) {
    const words = value.replaceAll('*', '').trim();
    const unset = typeof fallback === 'string' && fallback.toLowerCase().includes(words.toLowerCase());
    return { ...none, parts: [words], unset };
  }
  const wanted = wantedOf(attribute, value);
  if (wanted === undefined) return none;
  const unset = Array.isArray(fallback) ? fallback.includes(String(wanted)) : fallback === wanted;
  return { ...none, anyOf: [wanted], unset };
}

/** Undefined: nothing has such a value. */
function wantedOf(attribute: Attribute, text: string): string | number | boolean | undefined {
  if (attribute.isChoice) return attribute.choiceNamed(text);
  if (attribute.type === 'boolean') {
    const labels = { [attribute.shown(true) ?? 'true']: true, [attribute.shown(false) ?? 'false']: false };
    return Object.entries({ true: true, false: false, ...labels }).find(
      ([word]) => word.toLowerCase() === text.toLowerCase(),
    )?.[1];
  }
  try {
    return attribute.read(text) as string | number;
  } catch {
    return undefined;
  }
}
