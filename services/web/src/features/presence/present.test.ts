import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withNews } from './present.ts';

const say = (tickets: unknown, whole = false) => JSON.stringify({ whole, tickets });
const ines = { id: 4, doing: 'viewing' } as const;
const otto = { id: 5, doing: 'replying' } as const;

describe('what the stream says of who is on a ticket', () => {
  it('is news of some tickets, or all there is', () => {
    const first = withNews({}, say([{ id: 7, people: [ines] }]));
    const second = withNews(first, say([{ id: 8, people: [ines, otto] }]));
    expect(second).toEqual({ 7: [ines], 8: [ines, otto] });
    expect(withNews(second, say([{ id: 7, people: [] }]))).toEqual({ 8: [ines, otto] });
    expect(withNews(second, say([{ id: 9, people: [otto] }], true))).toEqual({ 9: [otto] });
  });

  it('of another time is passed over', () => {
    const known = { 7: [ines] };
    for (const text of ['', 'null', '{}', '{"tickets":7}', say([{ id: 'x', people: [] }])]) {
      expect(withNews(known, text)).toEqual(known);
    }
    expect(withNews({}, say([{ id: 7, people: [{ id: 4, doing: 'sleeping' }, otto] }]))).toEqual({ 7: [otto] });
  });

  it('never breaks the page', () => {
    fc.assert(fc.property(fc.json(), (text) => void withNews({}, text)));
    fc.assert(fc.property(fc.jsonValue(), (tickets) => void withNews({}, say(tickets))));
  });
});
