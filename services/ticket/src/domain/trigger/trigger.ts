import { type ChangeFacts, fieldsOf } from '@helpmesh/conditions';
import type { Action } from '../action/action.ts';
import type { Condition } from '../condition/condition.ts';
import type { Knowledge } from '../condition/fields.ts';

/** What triggers and schedules have in common: for which tickets, and what is done. */
export interface Rule {
  kind: 'Trigger' | 'Job';
  id: number;
  name: string;
  /** Null: every ticket. */
  condition: Condition | null;
  actions: readonly Action[];
  /** Agents are not told of what it does. */
  quiet: boolean;
  /** Of the texts that it writes; null for the customer's. */
  locale: string | null;
  /** In which its texts tell times; null: where the desk is. */
  timezone: string | null;
}

export interface Trigger extends Rule {
  kind: 'Trigger';
  /** Looks at what is done to tickets, or at what time does. */
  activator: 'action' | 'time';
  /** Runs only when something that the condition looks at has changed, or an article was added. */
  selective: boolean;
}

type Attributes = Knowledge['attributes'];
/** What conditions of triggers may ask for. */
export const triggerKnowledge = (attributes: Attributes): Knowledge => ({ scope: 'changes', attributes });
/** What conditions of schedules may ask for: nobody looks when they run. */
export const jobKnowledge = (attributes: Attributes): Knowledge => ({ scope: 'schedules', attributes });

/** The active triggers as of one moment, in the order they run: by name, without case. */
export class Triggers {
  readonly all: readonly Trigger[];

  constructor(
    readonly revision: number,
    triggers: readonly Trigger[],
  ) {
    const key = ({ name }: Trigger) => name.toLowerCase();
    this.all = [...triggers].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.id - b.id));
  }

  get empty(): boolean {
    return this.all.length === 0;
  }
}

/** Whether the trigger has to look at this change at all. */
export function concerns(trigger: Trigger, change: ChangeFacts, articleAdded: boolean): boolean {
  const byTime = change.actions.includes('time');
  if ((trigger.activator === 'time') !== byTime) return false;
  if (byTime || !trigger.selective || trigger.condition === null) return true;
  if (change.actions.includes('create') || articleAdded) return true;
  const watched = [...fieldsOf(trigger.condition)].flatMap(
    (name) => /^ticket\.(?!action$)(\w+)$/.exec(name)?.[1] ?? [],
  );
  return watched.length === 0 || watched.some((name) => change.changed.has(name));
}

/** What happened, and what a rule made of it. */
export interface Link<E> {
  event: E;
  /** Nothing was changed by it that others could look at. */
  idle?: boolean;
}

/**
 * Lets triggers look at an event, one after the other: each at most once, each seeing what those before it did. With
 * `recursive`, those that stand earlier look again at what later ones did. It always ends: after every trigger ran once,
 * or after `deepest` rounds.
 * @param step  carries one trigger out; null when it does not match
 */
export async function runChain<T, E>(
  triggers: readonly T[],
  first: E,
  step: (trigger: T, event: E, depth: number) => Promise<Link<E> | null>,
  { recursive, deepest }: { recursive: boolean; deepest: number },
): Promise<void> {
  const left = new Set(triggers);
  let event = first;
  for (let depth = 1; depth <= (recursive ? deepest : 1) && left.size > 0; depth++) {
    let moved = false;
    for (const trigger of [...left]) {
      const link = await step(trigger, event, depth);
      if (!link) continue;
      left.delete(trigger);
      event = link.event;
      moved ||= !link.idle;
    }
    if (!moved) return;
  }
}
