/** What one ticket is to another, as clients say it. */
export type LinkType = 'normal' | 'parent' | 'child';

/** As it is kept: of a `parent` the source is the parent of the target; of a `normal` the two are equal. */
export interface TicketLink {
  kind: 'normal' | 'parent';
  sourceId: number;
  targetId: number;
}

/** @param type  what the source is to the target */
export function linkOf(type: LinkType, sourceId: number, targetId: number): TicketLink {
  if (type === 'child') return { kind: 'parent', sourceId: targetId, targetId: sourceId };
  return { kind: type, sourceId, targetId };
}

/** Two links of one kind between the same tickets: the same, or one that says the opposite. */
export function isSamePair(one: TicketLink, other: TicketLink): boolean {
  if (one.kind !== other.kind) return false;
  const same = one.sourceId === other.sourceId && one.targetId === other.targetId;
  return same || (one.sourceId === other.targetId && one.targetId === other.sourceId);
}

/** The link after one of its ends became another ticket. */
export function relinked<L extends TicketLink>(link: L, from: number, to: number): L {
  const end = (id: number) => (id === from ? to : id);
  return { ...link, sourceId: end(link.sourceId), targetId: end(link.targetId) };
}

/**
 * What becomes of a ticket's links when it is merged: they follow it, but for those that would tie the target to itself
 * or say twice what it says already.
 */
export function linksAfterMerge<L extends TicketLink>(
  links: readonly L[],
  ofTarget: readonly L[],
  from: number,
  to: number,
): { moved: L[]; dropped: L[] } {
  const moved: L[] = [];
  const dropped: L[] = [];
  for (const link of links) {
    const next = relinked(link, from, to);
    const held = [...ofTarget, ...moved.map((one) => relinked(one, from, to))];
    const double = held.some((one) => isSamePair(one, next));
    (next.sourceId === next.targetId || double ? dropped : moved).push(link);
  }
  return { moved, dropped };
}
