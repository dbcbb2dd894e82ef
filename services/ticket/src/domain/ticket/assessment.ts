import type { Level } from '@helpmesh/contracts';

/** Ids of priorities by impact, then by urgency; null where there is no such priority any more. */
export type Matrix = Readonly<Record<Level, Readonly<Record<Level, number | null>>>>;

/** How bad it is, of a ticket whose group reckons priorities from that. */
export interface Assessment {
  impact: Level | null;
  urgency: Level | null;
  /** What the matrix says of the two; null while one is missing. The ticket's own is the present one. */
  priorityId: number | null;
  /** Somebody chose another one, and means it. */
  overridden: boolean;
}

/** What is asked for; what is left out stays as it is. */
export interface Wish {
  impact?: Level | null | undefined;
  urgency?: Level | null | undefined;
  priorityId?: number | undefined;
}

/** What stands already. */
export interface Standing {
  assessment: Assessment | null;
  /** Undefined for a ticket that is being opened. */
  priorityId: number | undefined;
}

/**
 * Impact, urgency and the priority that follows. The matrix is asked when one of the two or the group changes, and not
 * when it is edited itself: a priority does not move because somebody touched the title. Whoever chooses another one than
 * the matrix says overrides it until they choose what it says.
 * @param matrix  of the group that the ticket is in afterwards; without one, impact and urgency cannot be set
 * @param moved   into another group
 * @returns       a priority where one follows; the assessment itself when it is as it was
 */
export function assess(
  { assessment, priorityId }: Standing,
  wish: Wish,
  matrix: Matrix | null | undefined,
  moved: boolean,
): { assessment: Assessment | null; priorityId: number | undefined } {
  const chosen = wish.priorityId;
  const before = assessment ?? unassessed;
  const impact = matrix && wish.impact !== undefined ? wish.impact : before.impact;
  const urgency = matrix && wish.urgency !== undefined ? wish.urgency : before.urgency;
  const changed = impact !== before.impact || urgency !== before.urgency;
  if (impact === null && urgency === null) return { assessment: null, priorityId: chosen };
  if (!changed && !moved && chosen === undefined) return { assessment, priorityId: undefined };
  const asked = matrix != null && (changed || moved);
  const original = asked ? impact && urgency && matrix[impact][urgency] : before.priorityId;
  // Clients send back what they read: only another priority than the present one is a choice.
  const choice = chosen === priorityId && chosen !== original ? undefined : chosen;
  const overridden = original !== null && (choice === undefined ? before.overridden : choice !== original);
  const next = { impact, urgency, priorityId: original, overridden };
  const priority = choice ?? (overridden || !asked ? undefined : (original ?? undefined));
  return { assessment: assessment && same(assessment, next) ? assessment : next, priorityId: priority };
}

/** Nobody has said anything; tickets hold null instead. */
export const unassessed: Assessment = { impact: null, urgency: null, priorityId: null, overridden: false };

function same(a: Assessment, b: Assessment): boolean {
  return (
    a.impact === b.impact && a.urgency === b.urgency && a.priorityId === b.priorityId && a.overridden === b.overridden
  );
}
