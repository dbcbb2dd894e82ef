export const levels = ['low', 'medium', 'high'] as const;
export type Level = (typeof levels)[number];

/** Ids of priorities by impact, then by urgency. */
export type Matrix = Record<Level, Record<Level, number>>;

/** What a matrix begins as: the worse of both corners has the last of the priorities, the better one the first. */
export function startingMatrix(priorityIds: readonly number[]): Matrix {
  const most = 2 * (levels.length - 1);
  const at = (sum: number) => priorityIds[Math.round((sum / most) * (priorityIds.length - 1))] ?? 0;
  const row = (impact: number) => ({ low: at(impact), medium: at(impact + 1), high: at(impact + 2) });
  return { low: row(0), medium: row(1), high: row(2) };
}
