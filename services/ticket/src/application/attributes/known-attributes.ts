import type { Attribute, AttributeSet } from '@helpmesh/attributes';
import type { FieldType, Knowledge } from '../../domain/condition/fields.ts';

type Known = Required<Pick<Knowledge, 'attributes' | 'defaults'>>;

const made = new WeakMap<AttributeSet, Known>();

/** What conditions know of custom attributes. Also of inactive ones: what a rule says does not change with a form. */
export function knownAttributes(set: AttributeSet): Known {
  const known = made.get(set) ?? {
    attributes: new Map(set.known.map((one) => [one.name, typeOf(one)])),
    defaults: Object.fromEntries(set.known.map(({ name, fallback }) => [name, fallback])),
  };
  made.set(set, known);
  return known;
}

function typeOf({ type, isSeveral }: Attribute): FieldType {
  if (isSeveral) return 'keys';
  if (type === 'integer') return 'number';
  if (type === 'boolean') return 'boolean';
  return type === 'date' || type === 'datetime' ? 'time' : 'text';
}
