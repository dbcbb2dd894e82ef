import { AppError } from '@helpmesh/kernel';
import type { Condition } from '../domain/condition/condition.ts';
import type { Knowledge } from '../domain/condition/fields.ts';
import { parseCondition, SelectorError } from '../domain/condition/parse.ts';

/** A selector that somebody wrote. @returns null for every ticket @throws AppError invalid `condition.unsupported` */
export function conditionOf(selector: unknown, knowledge: Knowledge): Condition | null {
  try {
    return parseCondition(selector, knowledge);
  } catch (error) {
    if (error instanceof SelectorError) throw new AppError('invalid', 'condition.unsupported', error.message);
    throw error;
  }
}
