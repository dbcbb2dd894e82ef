import { epochMs } from '@helpmesh/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  doorOf,
  endOf,
  MOST_MESSAGES,
  mayBecome,
  originIn,
  requirePlace,
  requireRoom,
  requireWaiting,
} from './chat.ts';
import { titleOf, transcriptOf } from './transcript.ts';

describe('the life of a chat', () => {
  it.each([
    ['waiting', 'open', true],
    ['waiting', 'closed', true],
    ['open', 'closed', true],
    ['open', 'waiting', false],
    ['closed', 'open', false],
    ['closed', 'closed', false],
  ] as const)('%s may become %s: %s', (from, to, may) => {
    expect(mayBecome(from, to)).toBe(may);
  });

  it('is taken once, and takes no words after its end or beyond its length', () => {
    expect(() => requireWaiting({ state: 'waiting' })).not.toThrow();
    expect(() => requireWaiting({ state: 'open' })).toThrow(expect.objectContaining({ code: 'chat.taken' }));
    expect(() => requireWaiting({ state: 'closed' })).toThrow(expect.objectContaining({ code: 'chat.closed' }));
    expect(() => requireRoom({ state: 'open', said: MOST_MESSAGES - 1 })).not.toThrow();
    expect(() => requireRoom({ state: 'open', said: MOST_MESSAGES })).toThrow(/500/);
    expect(() => requireRoom({ state: 'closed', said: 0 })).toThrow(expect.objectContaining({ code: 'chat.closed' }));
  });

  it('ends when nobody writes, or sooner when the visitor stays away', () => {
    const limits = { idleMs: 600_000, awayMs: 60_000 };
    const at = (seen: number, said: number, state: 'waiting' | 'open' = 'open') =>
      endOf({ state, seenAt: epochMs(seen), saidAt: epochMs(said), begunAt: epochMs(0) }, limits);
    expect(at(0, 0)).toEqual({ at: 60_000, why: 'away' });
    expect(at(540_000, 0)).toEqual({ at: 600_000, why: 'idle' });
    expect(at(541_000, 10_000)).toEqual({ at: 601_000, why: 'away' });
    // Whoever waits keeps no place by writing.
    expect(at(599_000, 599_000, 'waiting')).toEqual({ at: 600_000, why: 'idle' });
  });

  it('begins while few wait and few of its network are live', () => {
    expect(() => requirePlace({ waiting: 4, ofNetwork: 1 }, 5)).not.toThrow();
    expect(() => requirePlace({ waiting: 5, ofNetwork: 0 }, 5)).toThrow(
      expect.objectContaining({ code: 'chat.nobody-there' }),
    );
    expect(() => requirePlace({ waiting: 2, ofNetwork: 2 }, 5)).toThrow(
      expect.objectContaining({ code: 'chat.too-many-of-network' }),
    );
  });
});

describe('the door', () => {
  const topics = [
    { name: 'Sales', groupId: 1 },
    { name: 'Repairs', groupId: 2 },
  ];
  const none = { waiting: 0, max: 5 };

  it.each([
    ['nobody takes chats', [], none, 'offline', []],
    ['somebody does of another group', [{ groupIds: [3], free: 2 }], none, 'offline', []],
    ['somebody does of one topic', [{ groupIds: [2], free: 1 }], none, 'online', ['Repairs']],
    ['all have their hands full', [{ groupIds: [1, 2], free: 0 }], none, 'busy', []],
    [
      'one of two is free',
      [
        { groupIds: [1, 2], free: 0 },
        { groupIds: [1], free: 1 },
      ],
      none,
      'online',
      ['Sales'],
    ],
    ['too many wait', [{ groupIds: [1], free: 1 }], { waiting: 5, max: 5 }, 'busy', []],
  ] as const)('%s', (_, agents, queue, state, open) => {
    expect(doorOf(topics, agents, queue)).toEqual({ state, topics: [...open] });
  });

  it.each([
    ['https://www.shop.example/path?x=1', 'https://www.shop.example'],
    [' HTTPS://Shop.Example ', 'https://shop.example'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['https://shop.example:443', 'https://shop.example'],
    ['shop.example', undefined],
    ['https://*.shop.example', undefined],
    ['https://me:secret@shop.example', undefined],
    ['javascript:alert(1)', undefined],
    ['null', undefined],
  ])('reads %s as %s', (written, origin) => {
    expect(originIn(written)).toBe(origin);
  });
});

describe('the transcript', () => {
  const at = epochMs(Date.UTC(2026, 10, 22, 22, 30));
  const said = [
    { sender: 'visitor' as const, body: 'Does it\nfloat?', at },
    { sender: 'agent' as const, body: '<b>Yes</b>', at: epochMs(at + 60_000) },
  ];

  it('says who said what and when by the clock of the desk, word for word', () => {
    const where = { page: 'https://shop.example/boats', zone: 'Europe/Berlin' };
    expect(transcriptOf(said, { visitor: 'Vic', agent: 'Amy' }, where)).toBe(
      'https://shop.example/boats\n\nVic (2026-11-22 23:30)\nDoes it\nfloat?\n\nAmy (2026-11-22 23:31)\n<b>Yes</b>',
    );
    expect(titleOf(said, 'Boats')).toBe('Does it float?');
    expect(titleOf([], 'Boats')).toBe('Boats');
  });

  it('has a title of one line that is never too long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (body) => {
        const title = titleOf([{ sender: 'visitor', body, at }], 'Boats');
        return [...title].length <= 100 && !/[\n\r]/.test(title) && title.trim() !== '';
      }),
    );
  });
});
