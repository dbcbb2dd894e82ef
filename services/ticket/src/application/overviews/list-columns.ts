import type { Attribute, AttributeSet } from '@helpmesh/attributes';
import { type CustomColumn, groupKeys, type OrderKey, type SortKey, sortKeys } from '../../persistence/list-keys.ts';

/** As overviews and lists name a column: `state`, `state_id`, `ticket.impact`, `custom.impact`. */
const plain = (name: string) => name.replace(/^(?:ticket|custom)\./, '').replace(/_id$/, '');

export function orderKeyNamed(name: string, attributes: AttributeSet): OrderKey | undefined {
  const own = plain(name);
  if (!name.startsWith('custom.') && Object.hasOwn(sortKeys, own)) return own as SortKey;
  const attribute = attributes.get(own);
  // Of several values none is the one to sort by.
  return attribute && !attribute.isSeveral ? columnOf(attribute) : undefined;
}

/** What rows can be gathered by: few values that many of them share. */
export function groupKeyNamed(name: string | null, attributes: AttributeSet): OrderKey | undefined {
  if (name === null) return undefined;
  const own = groupKeys.find((key) => key === plain(name));
  if (own) return own;
  const attribute = attributes.get(plain(name));
  const shared = attribute && (attribute.type === 'boolean' || (attribute.isChoice && !attribute.isSeveral));
  return shared ? columnOf(attribute) : undefined;
}

/** The custom attributes among the columns of an overview. */
export function customColumns(view: Record<string, unknown>, attributes: AttributeSet): CustomColumn[] {
  const named = new Set([view.s, view.d, view.m].flat().map((name) => plain(String(name))));
  return attributes.all.filter(({ name }) => named.has(name)).map(columnOf);
}

function columnOf(attribute: Attribute): CustomColumn {
  const ofAgents = !attribute.isFor((permission) => permission === 'ticket.customer');
  return { name: attribute.name, fallback: attribute.fallback, isNumber: attribute.type === 'integer', ofAgents };
}
