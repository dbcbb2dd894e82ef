import type { Call } from './queries.ts';

/** Somebody outside: their number as people write it, and who has it as far as that is known. */
export interface OtherEnd {
  number: string;
  people: { id: number; name: string }[];
  /** What a telephone dials; nothing for a withheld number. */
  dial: string | undefined;
}

export type Course = 'ringing' | 'talking' | 'missed' | 'unanswered' | 'ended';

type Facts = Pick<Call, 'direction' | 'from' | 'to' | 'from_pretty' | 'to_pretty' | 'preferences'>;

export function otherEnd(call: Facts): OtherEnd {
  const inbound = call.direction === 'in';
  const callers = (inbound ? call.preferences.from : call.preferences.to) ?? [];
  const number = (inbound ? call.from_pretty : call.to_pretty).trim();
  const digits = number.replaceAll(/[^\d+]/g, '');
  return {
    number,
    people: callers.map(({ user_id: id, comment: name }) => ({ id, name })),
    dial: /\d{3}/.test(digits) ? `tel:${digits}` : undefined,
  };
}

export function courseOf({ direction, state, start_at }: Pick<Call, 'direction' | 'state' | 'start_at'>): Course {
  if (state === 'newCall') return 'ringing';
  if (state === 'answer') return 'talking';
  if (start_at !== null) return 'ended';
  return direction === 'in' ? 'missed' : 'unanswered';
}

/** Rings for longer when its end was never told: telephone systems are restarted too. */
const RINGS_MS = 90_000;

/** Those that ring at the desk now. */
export const ringing = (calls: readonly Call[], now: number): Call[] =>
  calls.filter(
    (call) =>
      call.direction === 'in' && courseOf(call) === 'ringing' && now - Date.parse(call.initialized_at) < RINGS_MS,
  );

/** `3:07`, of seconds. */
export const asClock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
