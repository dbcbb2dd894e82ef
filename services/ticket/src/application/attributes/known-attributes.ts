import type { Attribute, AttributeSet } from '@helpmesh/attributes';
import type { FieldType, KnownAttribute } from '@helpmesh/conditions';

type Known = ReadonlyMap<string, KnownAttribute>;

const made = new WeakMap<AttributeSet, Known>();

/** What conditions know of custom attributes. Also of inactive ones: what a rule says does not change with a form. */
export function knownAttributes(set: AttributeSet): Known {
  const known = made.get(set) ?? new Map(set.known.map((one) => [one.name, knownOf(one)]));
  made.set(set, known);
  return known;
}

function knownOf(attribute: Attribute): KnownAttribute {
  const ofAgents = !attribute.isFor((permission) => permission === 'ticket.customer');
  return { type: typeOf(attribute), fallback: attribute.fallback, ofAgents };
}

function typeOf({ type, isSeveral }: Attribute): FieldType {
  if (isSeveral) return 'choices';
  if (type === 'integer') return 'number';
  if (type === 'boolean') return 'boolean';
  if (type === 'date') return 'day';
  return type === 'datetime' ? 'time' : 'text';
}
