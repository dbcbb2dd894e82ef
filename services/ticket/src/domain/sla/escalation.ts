import type { EpochMs } from '@helpmesh/kernel';

/** What is promised about a ticket. */
export const clockNames = ['first_response', 'update', 'solution'] as const;
export type ClockName = (typeof clockNames)[number];

/** One promise: when it is due, and how it went. Minutes of working time. */
export interface Figure {
  /** Null while nothing is waited for: kept, paused, or never promised. */
  dueAt: EpochMs | null;
  /** How long it took. */
  inMin: number | null;
  /** How much of the promised time was left; negative when it was broken. */
  diffInMin: number | null;
}

/** What was told about a due time: first that it comes near, then that it has passed. */
export type Stage = 'warning' | 'escalated';

/** What the SLA clock knows of a ticket. */
export interface Escalation {
  figures: Readonly<Record<ClockName, Figure>>;
  /** The latest due time of each clock that somebody was told about. */
  told: Readonly<Partial<Record<ClockName, { dueAt: EpochMs; stage: Stage }>>>;
  /** When there is next something to tell; null when there is nothing. */
  noticeAt: EpochMs | null;
  /** Of the rules it was reckoned by (SlaPolicies); null for a closed ticket, which new rules leave alone. */
  revision: number | null;
}

const nothing: Figure = { dueAt: null, inMin: null, diffInMin: null };

export const noFigures: Escalation['figures'] = { first_response: nothing, update: nothing, solution: nothing };

export const noEscalation: Escalation = { figures: noFigures, told: {}, noticeAt: null, revision: null };

/** The earliest of the due times. */
export function earliestDue({ figures }: Escalation): EpochMs | null {
  const dues = clockNames.flatMap((clock) => figures[clock].dueAt ?? []);
  return dues.length === 0 ? null : (Math.min(...dues) as EpochMs);
}
