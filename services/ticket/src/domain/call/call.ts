import { fits } from './numbers.ts';

export interface PhoneRules {
  outbound: { routing_table: { dest: string; caller_id: string }[]; default_caller_id: string };
  inbound: { block_caller_ids: { caller_id: string }[] };
}

export type WhatToDo =
  | { action: 'dial'; caller_id: string; number: string }
  | { action: 'reject'; reason: 'busy' }
  | Record<string, never>;

/** What a telephone system is to do with a call that begins. */
export function whatToDo(direction: 'in' | 'out', from: string, to: string, rules: PhoneRules): WhatToDo {
  if (direction === 'in') {
    const blocked = rules.inbound.block_caller_ids.some(({ caller_id }) => fits(from, caller_id));
    return blocked ? { action: 'reject', reason: 'busy' } : {};
  }
  const { routing_table, default_caller_id } = rules.outbound;
  const shown = routing_table.find(({ dest }) => fits(to, dest))?.caller_id ?? default_caller_id;
  return shown === '' ? {} : { action: 'dial', caller_id: shown, number: to };
}

/** Whether a call that ended is done with: one that nobody took is to be called back. */
export function isDone(call: { direction: string; answered: boolean }, cause: string | null): boolean {
  return call.direction === 'out' || call.answered || cause === 'forwarded';
}
