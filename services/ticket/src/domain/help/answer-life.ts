import type { AnswerState } from '@helpmesh/contracts';
import { AppError, type EpochMs } from '@helpmesh/kernel';

export const moves = {
  draft: ['internal', 'published', 'archived'],
  internal: ['published', 'archived'],
  published: ['internal', 'archived'],
  archived: ['draft'],
} as const satisfies Record<AnswerState, readonly AnswerState[]>;

/** When an answer becomes something by itself. */
export interface Schedule {
  publishAt: EpochMs | null;
  archiveAt: EpochMs | null;
}

/** @throws AppError conflict `help-answer.move-not-allowed` */
export function requireMove(from: AnswerState, to: AnswerState): void {
  const allowed: readonly AnswerState[] = moves[from];
  if (allowed.includes(to)) return;
  throw new AppError('conflict', 'help-answer.move-not-allowed', `An answer that is ${from} cannot become ${to}.`);
}

/** What is left of the schedule of an answer that becomes something. */
export function scheduleAfter({ archiveAt }: Schedule, to: AnswerState): Schedule {
  return { publishAt: null, archiveAt: to === 'archived' || to === 'draft' ? null : archiveAt };
}

/** @throws AppError invalid `help-answer.schedule-invalid` */
export function requireSchedule(state: AnswerState, { publishAt, archiveAt }: Schedule): void {
  const why =
    publishAt !== null && !['draft', 'internal'].includes(state)
      ? `An answer that is ${state} is not published again by itself.`
      : archiveAt !== null && state === 'archived'
        ? 'It is archived already.'
        : publishAt !== null && archiveAt !== null && archiveAt <= publishAt
          ? 'It is archived after it is published, not before.'
          : undefined;
  if (why !== undefined) throw new AppError('invalid', 'help-answer.schedule-invalid', why);
}

/** What an answer becomes by itself by now, in this order; empty: it stays. */
export function dueMoves(state: AnswerState, { publishAt, archiveAt }: Schedule, now: EpochMs): AnswerState[] {
  const publish = publishAt !== null && publishAt <= now && ['draft', 'internal'].includes(state);
  const archive = archiveAt !== null && archiveAt <= now && state !== 'archived';
  return [...(publish ? (['published'] as const) : []), ...(archive ? (['archived'] as const) : [])];
}
