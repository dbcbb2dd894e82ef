import type { Attribute, AttributeSet } from '@helpmesh/attributes';
import type { ReadAttribute } from '../../domain/action/action.ts';

/** What rules may set. Whether the attribute still takes the value is seen when it is set. */
export const settable =
  (set: AttributeSet): ReadAttribute =>
  (name, value) => {
    const attribute = set.get(name);
    return attribute && { value, ...timeOf(attribute) };
  };

/** The same for a rule that is being saved. @throws AppError invalid `attribute.value-invalid` */
export const checkedSettable =
  (set: AttributeSet): ReadAttribute =>
  (name, value) => {
    const attribute = set.get(name);
    return attribute && { value: attribute.read(value), ...timeOf(attribute) };
  };

const timeOf = ({ type }: Attribute) => (type === 'date' || type === 'datetime' ? { time: type } : {});
