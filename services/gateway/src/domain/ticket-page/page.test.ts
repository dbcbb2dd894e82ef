import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_POLICY } from '../plain-page.ts';
import { type PageRating, type PageTicket, plainPage, ratingPage, ticketPage } from './page.ts';
import { languages, type PageWords, wordsFor } from './words.ts';

const english = wordsFor('en');
const at = '2026-11-22T08:00:00.000Z';
const form = { action: '/r/1-2-mac', once: 'once-1', text: '', error: undefined };
const none: PageRating = {
  ...{ action: '/r/1-2-mac/rating', score: null, comment: '', error: undefined },
  given: false,
  mayRate: false,
};
const ticket = (given: Partial<PageTicket>): PageTicket => ({
  number: '10001',
  title: 'Printer',
  state: 'open',
  messages: [],
  ...given,
});
/** Leaves the elements that stand in the page and in no text. */
const elements = (html: string) => [...html.matchAll(/<([a-z0-9]+)/g)].map(([, name]) => name);

describe('the page of a linked ticket', () => {
  it('takes everything from outside for text, in every place', () => {
    const frame = elements(ticketPage(ticket({ messages: [message('')] }), form, none, undefined, english));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>"\'&/=abscript ') }), (text) => {
        const hostile = ticketPage(
          ticket({ number: text, title: text, messages: [message(text)] }),
          { action: text, once: text, text, error: undefined },
          none,
          undefined,
          english,
        );
        expect(elements(hostile)).toEqual(frame);
      }),
    );
    expect(elements(plainPage({ title: '<b>', text: '<i>' }, english))).not.toContain('b');
  });

  it('keeps what was written beside what is wrong with it, and marks the field', () => {
    const html = ticketPage(ticket({}), { ...form, text: 'a & b', error: 'Too long' }, none, undefined, english);
    expect(html).toContain('a &#38; b</textarea>');
    expect(html).toMatch(/role="alert">Too long.*aria-invalid="true" aria-describedby="error"/s);
  });

  it('offers to close what is open, and to open again what is closed', () => {
    const open = ticketPage(ticket({}), form, none, undefined, english);
    expect(open).toContain('name="close"');
    const closed = ticketPage(ticket({ state: 'closed' }), form, none, 'closed', english);
    expect(closed).not.toContain('name="close"');
    expect(closed).toContain(english.answerAgain);
    expect(closed).toContain(english.closedNow);
  });

  it('asks how it went where that can be said, and shows what was said', () => {
    const asking = { ...none, mayRate: true, score: 4 };
    const asked = ratingPage(ticket({}), asking, undefined, english);
    expect(asked.match(/type="radio"/g)).toHaveLength(5);
    expect(asked).toContain('value="4" required checked');
    expect(asked).not.toContain('name="answer"');
    expect(ticketPage(ticket({ state: 'closed' }), form, asking, undefined, english)).toContain('name="score"');
    const said = { ...none, given: true, score: 2, comment: '<i>slow</i>' };
    const given = ratingPage(ticket({}), said, 'rated', english);
    expect(given).toContain('&#60;i&#62;slow&#60;/i&#62;');
    expect(given).toContain('★★☆☆☆</span> Not so good');
    expect(given).not.toContain('name="score"');
    expect(given).toContain(english.rating.thanks);
    expect(ratingPage(ticket({}), none, undefined, english)).toContain(english.rating.over);
    expect(ticketPage(ticket({}), form, none, undefined, english)).not.toContain('name="score"');
  });

  it('allows no script', () => {
    expect(PAGE_POLICY).toContain("default-src 'none'");
    expect(PAGE_POLICY).not.toContain('script-src');
  });
});

describe('its language', () => {
  it.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['it, fr;q=0.5, en;q=0.4', 'fr'],
    ['en;q=0.1, pl;q=0.9', 'pl'],
    ['de;q=0, en', 'en'],
    ['*', 'en'],
    ['', 'en'],
    [undefined, 'en'],
    ['de;q=x', 'en'],
  ])('of a reader who accepts %s is %s', (accepted, tag) => {
    expect(wordsFor(accepted).tag).toBe(tag);
  });

  it('says the same things in all four', () => {
    const keys = (words: PageWords) =>
      Object.entries(words).flatMap(([key, value]) => (typeof value === 'string' ? key : Object.keys(value)));
    for (const words of languages) {
      expect(keys(words)).toEqual(keys(english));
      expect(
        Object.values(words).flatMap((value) => (typeof value === 'string' ? value : Object.values(value))),
      ).not.toContain('');
    }
  });
});

function message(text: string) {
  return { from: 'desk' as const, name: text, at, text, files: [{ name: text, href: text }] };
}
