/** What the standard views of the navigation show already. */
const shownAbove = ['all_unassigned', 'all_open', 'all_escalated', 'my_tickets', 'my_organization_tickets'];

/** Those that have a line of their own in the navigation. */
export function listed<O extends { link: string }>(overviews: readonly O[]): O[] {
  return overviews.filter(({ link }) => !shownAbove.includes(link));
}

/**
 * One of the listed overviews a place up or down among the listed; those that are not listed keep their neighbours.
 * @returns all of them in their new order
 */
export function moved<O extends { id: number; link: string }>(overviews: readonly O[], id: number, by: -1 | 1): O[] {
  const lines = listed(overviews);
  const at = lines.findIndex((one) => one.id === id);
  const [one, neighbour] = [lines[at], lines[at + by]];
  if (!one || !neighbour) return [...overviews];
  const rest = overviews.filter((other) => other.id !== id);
  return rest.toSpliced(rest.indexOf(neighbour) + (by === 1 ? 1 : 0), 0, one);
}
