import { describe, expect, it } from 'vitest';
import { isSamePair, linkOf, linksAfterMerge, type TicketLink } from './link.ts';

const link = (kind: TicketLink['kind'], sourceId: number, targetId: number): TicketLink => ({
  kind,
  sourceId,
  targetId,
});

describe('a link', () => {
  it('says the same from both ends', () => {
    expect(linkOf('child', 1, 2)).toEqual(linkOf('parent', 2, 1));
    expect(isSamePair(linkOf('normal', 1, 2), linkOf('normal', 2, 1))).toBe(true);
    expect(isSamePair(linkOf('parent', 1, 2), linkOf('child', 1, 2))).toBe(true);
    expect(isSamePair(linkOf('normal', 1, 2), linkOf('parent', 1, 2))).toBe(false);
    expect(isSamePair(linkOf('normal', 1, 2), linkOf('normal', 1, 3))).toBe(false);
  });

  it('follows a merged ticket unless it would tie the target to itself or be there twice', () => {
    const toOther = link('parent', 1, 3);
    const toTarget = link('normal', 2, 1);
    const double = link('normal', 1, 4);
    const opposite = link('parent', 5, 1);
    const ofTarget = [link('normal', 4, 2), link('parent', 2, 5), toTarget];
    expect(linksAfterMerge([toOther, toTarget, double, opposite], ofTarget, 1, 2)).toEqual({
      moved: [toOther],
      dropped: [toTarget, double, opposite],
    });
  });
});
