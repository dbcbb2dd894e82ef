import { readSelector } from '@helpmesh/conditions';
import { tagKey } from '../tag/tag.ts';
import type { Condition } from './condition.ts';
import { fieldNamed, type Knowledge, knownFields } from './fields.ts';

/**
 * Reads the selector JSON of a condition over tickets.
 * @returns null for an empty selector, which stands for every ticket
 * @throws SelectorError that names the line
 */
export function parseCondition(selector: unknown, knowledge: Knowledge): Condition | null {
  return readSelector(selector, {
    field: (name) => fieldNamed(name, knowledge),
    names: () => knownFields(knowledge),
    clock: knowledge.scope !== 'fields',
    viewer: knowledge.scope === 'tickets' || knowledge.scope === 'changes',
    changes: knowledge.scope === 'changes',
    keyOf: tagKey,
  });
}
