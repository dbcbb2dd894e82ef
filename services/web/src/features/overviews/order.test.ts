import { describe, expect, it } from 'vitest';
import { listed, moved } from './order.ts';

const all = ['my_assigned', 'all_unassigned', 'reminders', 'all_open', 'night'].map((link, i) => ({ id: i + 1, link }));
const links = (overviews: { link: string }[]) => overviews.map(({ link }) => link);

describe('the own order of overviews', () => {
  it('lists what has no line above', () => {
    expect(links(listed(all))).toEqual(['my_assigned', 'reminders', 'night']);
  });

  it.each([
    [3, -1, ['reminders', 'my_assigned', 'night']],
    [3, 1, ['my_assigned', 'night', 'reminders']],
    [1, 1, ['reminders', 'my_assigned', 'night']],
    [1, -1, ['my_assigned', 'reminders', 'night']],
    [5, 1, ['my_assigned', 'reminders', 'night']],
  ] as const)('moves %i by %i among those that are listed', (id, by, expected) => {
    const after = moved(all, id, by);
    expect(links(listed(after))).toEqual(expected);
    expect(links(after).toSorted()).toEqual(links(all).toSorted());
  });

  it('leaves those that are not listed where they were among the others', () => {
    expect(links(moved(all, 5, -1))).toEqual(['my_assigned', 'all_unassigned', 'night', 'reminders', 'all_open']);
  });
});
