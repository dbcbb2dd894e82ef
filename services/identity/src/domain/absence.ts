/** Days are `YYYY-MM-DD`, which sort as they follow each other; both are part of it. */
export interface Absence {
  userId: number;
  replacementId: number;
  from: string;
  until: string;
}

/**
 * Whether, on any day of it, whoever stands in is away as well, and so on, until it comes back to the one who is away.
 * Then nobody would look after anything on that day.
 * @param others  at most one of each other person
 */
export function leadsBack(absence: Absence, others: readonly Absence[]): boolean {
  const of = new Map(others.map((one) => [one.userId, one]));
  const seen = new Set<number>();
  let { replacementId, from, until } = absence;
  for (;;) {
    if (replacementId === absence.userId) return true;
    const next = of.get(replacementId);
    // A circle that the one who is away is no part of is the business of those who made it.
    if (!next || seen.has(replacementId)) return false;
    seen.add(replacementId);
    if (next.from > from) from = next.from;
    if (next.until < until) until = next.until;
    if (from > until) return false;
    replacementId = next.replacementId;
  }
}
