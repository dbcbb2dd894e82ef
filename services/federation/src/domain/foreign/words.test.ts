import { canonicalPriorities, canonicalStates, type FederationFields } from '@helpmesh/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priorityTables } from '../codes/priorities.ts';
import { stateTables } from '../codes/states.ts';
import { introduced, saysTheSame } from './own-text.ts';
import { firstKnown, type Known, knownAfter, learned, type PeerWords, understand, wordsToWrite } from './words.ts';

const rt = { states: stateTables.rt, priorities: priorityTables.rt };
const words: PeerWords = { subject: 'Portal', state: 'stalled', priority: '36', owner: 'rita', tags: [] };
const all = ['subject', 'state', 'priority', 'tags'] as const;
const none = { state: {}, priority: {} };

function known(over: Partial<FederationFields> = {}, of: Partial<PeerWords> = {}): Known {
  const first = firstKnown({ ...words, ...of }, rt, { pseudonym: 'p' }, 'https://here.example');
  return { ...first, fields: { ...first.fields, ...over } };
}

describe('a ticket that was opened elsewhere', () => {
  it('is known by what its words come to, and worked on here', () => {
    expect(known().fields).toMatchObject({
      ...{ subject: 'Portal', state: 'waiting_requester', priority: 'normal', ownerName: null },
      assignedNode: 'https://here.example',
    });
  });

  it('is a new and normal one where its words are unknown', () => {
    const { fields } = known({}, { state: 'vendor', priority: 'whenever', subject: ' ' });
    expect(fields).toMatchObject({ state: 'new', priority: 'normal', subject: '-' });
  });
});

describe('words that a peer has', () => {
  it('mean what they meant while they stay, and what the tables say when they move', () => {
    const before = known({ state: 'on_hold', priority: 'high' });
    expect(understand(words, before, rt, false)).toEqual(before.fields);
    expect(understand({ ...words, state: 'resolved', priority: '90' }, before, rt, false)).toMatchObject({
      ...{ state: 'solved', priority: 'high' },
    });
    expect(understand({ ...words, state: 'vendor' }, before, rt, false).state).toBe('on_hold');
  });

  it('name who works on it only where that is the peer', () => {
    const before = known();
    const moved = { ...words, owner: 'otto' };
    expect(understand(moved, before, rt, false).ownerName).toBeNull();
    expect(understand(moved, before, rt, true).ownerName).toBe('otto');
  });

  it('are written as the peer has spelled them before, and left as they are when they mean the same', () => {
    const before = known();
    expect(wordsToWrite(before.fields, all, before, rt, none)).toEqual({});
    const spellings = learned(none, before, rt);
    const high = { ...before.fields, priority: 'high' as const };
    expect(wordsToWrite(high, all, before, rt, spellings)).toEqual({ priority: '80' });
    const after: Known = { fields: high, words: { ...words, priority: '80' } };
    expect(wordsToWrite(before.fields, all, after, rt, spellings)).toEqual({ priority: '36' });
    expect(wordsToWrite(high, ['subject', 'state'], before, rt, none)).toEqual({});
  });
});

describe('what a peer has made of a change', () => {
  const before = known({ state: 'in_progress' }, { state: 'open' });
  const target = { ...before.fields, state: 'verified' as const };
  const done = { before, target, written: { state: 'resolved' } };

  it('is what was meant, when it has taken the words', () => {
    const { fields, refused } = knownAfter({ ...before.words, state: 'resolved' }, done, rt, false, () => true);
    expect([fields.state, refused]).toEqual(['verified', []]);
  });

  it('is known as we say where that is ours to decide, and is not said for ever', () => {
    const { fields, refused } = knownAfter(before.words, done, rt, false, () => true);
    expect([fields.state, refused]).toEqual(['verified', ['state']]);
    expect(understand(before.words, { fields, words: before.words }, rt, false).state).toBe('verified');
  });

  it('is what it says where it is theirs', () => {
    const { fields } = knownAfter(before.words, done, rt, true, () => false);
    expect(fields.state).toBe('in_progress');
  });
});

const tables = Object.keys(priorityTables).filter((name) => name in stateTables) as (keyof typeof priorityTables)[];
const fieldsOf = fc.record({
  state: fc.constantFrom(...canonicalStates),
  priority: fc.constantFrom(...canonicalPriorities),
  tags: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
});

it.each(tables)('whatever is said to %s is read there again as it was meant', (name) => {
  const peer = { states: stateTables[name], priorities: priorityTables[name] };
  fc.assert(
    fc.property(fc.array(fieldsOf, { minLength: 1, maxLength: 8 }), (said) => {
      let now = firstKnown(words, peer, { pseudonym: 'p' }, 'https://here.example');
      let spellings = learned(none, now, peer);
      for (const over of said) {
        const target = { ...now.fields, ...over };
        const written = wordsToWrite(target, all, now, peer, spellings);
        const there = { ...now.words, ...written };
        const { fields, refused } = knownAfter(there, { before: now, target, written }, peer, false, () => true);
        expect([fields, refused]).toEqual([target, []]);
        now = { fields, words: there };
        expect(understand(there, now, peer, false)).toEqual(target);
        expect(wordsToWrite(target, all, now, peer, spellings)).toEqual({});
        spellings = learned(spellings, now, peer);
      }
    }),
  );
});

describe('a comment under our account', () => {
  const author = { node: 'https://desk.example:8443', displayName: 'Zoë <b>', role: 'agent' as const };
  const url = 'https://desk.example:8443/#ticket/zoom/5';
  const file = {
    uuid: '0190f5a8-7c39-7b5e-8b55-6d1d1ad2c0a1',
    filename: 'a.txt',
    mediaType: 'text/plain',
    size: 1,
    sha256: '',
  };
  const plain = { author, format: 'text/plain' as const, body: 'Hi', attachments: [] };
  const html = { ...plain, format: 'text/html' as const, body: '<p>a &amp; b</p>' };

  it('says who has said it', () => {
    expect(introduced(plain, url)).toBe('Zoë <b> (desk.example:8443):\n\nHi');
    expect(introduced(html, url)).toBe('<p>Zoë &#60;b&#62; (desk.example:8443):</p><p>a &amp; b</p>');
  });

  it('says where its files are', () => {
    const said = introduced({ ...plain, attachments: [file] }, url);
    expect(said).toBe(`Zoë <b> (desk.example:8443):\n\nHi\n\n[a.txt: ${url}]`);
  });

  it('is known again by its words, however they were stored', () => {
    const said = introduced(html, url);
    expect(saysTheSame(said, '<div>\n<p>Zoë &lt;b&gt; (desk.example:8443):</p>\r\n<p>a &#38; b</p></div>')).toBe(true);
    expect(saysTheSame(said, said.replace('a &amp; b', 'a or b'))).toBe(false);
    expect(saysTheSame('&#99999999999;', '&#99999999999;')).toBe(true);
  });
});
