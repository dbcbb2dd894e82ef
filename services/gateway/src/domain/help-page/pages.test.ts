import { type Help, type HelpHit, helpLocales } from '@helpmesh/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answerPage,
  categoryPage,
  feedOf,
  HELP_POLICY,
  type HelpFrame,
  helpProblem,
  homePage,
  requestPage,
  searchPage,
  sentPage,
  sitemapOf,
  suggestionsPage,
} from './pages.ts';
import { type RequestForm, requestFormIn, wrongWith } from './request-form.ts';
import { helpWords } from './words.ts';

const help: Help = { locales: ['en', 'de'], requests: true, groups: [] };
const frame: HelpFrame = { words: helpWords.en, help, publicUrl: 'https://desk.example' };
const at = '2026-11-22T08:00:00.000Z';
const form = (over: Partial<RequestForm> = {}): RequestForm => ({
  ...{ name: 'Ann', email: 'ann@example.org', subject: 'Printer', text: 'It burns', groupId: undefined },
  ...{ consent: true, website: '', stamp: 'stamp', once: 'once-once' },
  ...over,
});
const hit = (text: string): HelpHit => ({
  ...{ id: 7, locale: 'en', title: text, state: 'published', category_id: 1, url: null },
  preview: [{ text, hit: true }],
});
/** Leaves the elements that stand in the page and in no text. */
const elements = (html: string) => [...html.matchAll(/<([a-z0-9]+)/g)].map(([, name]) => name);

/** Each page, with a text from outside wherever there is one. */
const pages: Record<string, (text: string, on?: HelpFrame) => string> = {
  home: (title, on = frame) =>
    homePage(on, {
      categories: [{ id: 1, parentId: null, title, answers: 2 }],
      popular: [{ id: 2, title }],
    }),
  category: (title, on = frame) =>
    categoryPage(on, 1, {
      ...{ title, above: [{ id: 3, title }], below: [{ id: 4, parentId: 1, title, answers: 5 }] },
      ...{ answers: [{ id: 2, title }], locales: [{ locale: 'en', title }] },
    }),
  answer: (title, on = frame) =>
    answerPage(
      on,
      2,
      {
        title,
        body: '<p>Words.</p>',
        updatedAt: at,
        above: [{ id: 1, title }],
        locales: [{ locale: 'en', title }],
        files: [{ id: 3, filename: title, size: 25 }],
      },
      false,
    ),
  search: (text, on = frame) => searchPage(on, text, [hit(text)]),
  request: (text, on = frame) =>
    requestPage(
      {
        ...on,
        help: {
          ...help,
          groups: [
            { id: 1, name: text },
            { id: 2, name: text },
          ],
        },
      },
      form({ name: text, email: text, subject: text, text, stamp: text, once: text }),
      { name: on.words.wrong.name },
    ),
  suggestions: (text, on = frame) =>
    suggestionsPage(on, form({ name: text, email: text, subject: text, text, stamp: text, once: text }), [hit(text)]),
  sent: (text, on = frame) => sentPage(on, text),
  problem: (text, on = frame) => helpProblem(on.words, { title: text, text }),
};

describe('a page of the help', () => {
  it.each(Object.entries(pages))('takes everything from outside for text: %s', (_, page) => {
    const plain = elements(page('x'));
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>"\'&/=abscript '), minLength: 1 }), (text) => {
        expect(elements(page(text))).toEqual(plain);
      }),
      { numRuns: 40 },
    );
  });

  it.each(helpLocales)('speaks %s in every place, names each field, and allows no script', (locale) => {
    for (const page of Object.values(pages)) {
      const html = page('Printer', { ...frame, words: helpWords[locale] });
      expect(html).toContain(`<html lang="${locale}">`);
      expect(html).not.toMatch(/undefined|\[object|<script| on\w+="/);
      expect(html.includes(`href="/tickets">${helpWords[locale].mine}</a>`)).toBe(
        html.includes('<header class="top">'),
      );
      for (const [, id] of html.matchAll(/<(?:input|textarea|select) id="([a-z]+)"/g)) {
        expect(html).toContain(`<label ${id === 'consent' ? 'class="check" ' : ''}for="${id}">`);
      }
    }
    expect(HELP_POLICY).not.toContain('script-src');
  });

  it('says where it is in other languages, and leaves to searches what is for them', () => {
    const html = categoryPage({ ...frame }, 1, {
      ...{ title: 'Printing', above: [], below: [], answers: [] },
      locales: [
        { locale: 'en', title: 'Printing' },
        { locale: 'de', title: 'Drucken' },
      ],
    });
    expect(html).toContain('<link rel="canonical" href="https://desk.example/help/en/printing-1">');
    expect(html).toContain('<link rel="alternate" hreflang="de" href="https://desk.example/help/de/drucken-1">');
    expect(html).toContain('<a href="/help/de/drucken-1" lang="de" hreflang="de">Deutsch</a>');
    expect(html).not.toContain('noindex');
    for (const name of ['search', 'request', 'suggestions', 'sent', 'problem'])
      expect(pages[name]?.('x'), name).toContain('noindex');
  });

  it('keeps what was written beside what is wrong with it', () => {
    const html = requestPage(frame, form({ name: '', text: 'a & b' }), { name: frame.words.wrong.name });
    expect(html).toContain('a &#38; b</textarea>');
    expect(html).toContain(`<li><a href="#name">${frame.words.wrong.name}</a></li>`);
    expect(html).toMatch(/id="name-wrong".*aria-invalid="true" aria-describedby="name-wrong"/s);
  });

  it('can be followed: the newest answers of a language, each at an address of its own', () => {
    const day = (n: number) => `2026-11-${String(n).padStart(2, '0')}T08:00:00.000Z`;
    const written = Array.from({ length: 31 }, (_, i) => ({
      ...{ kind: 'answer' as const, id: i + 1, locale: 'en' as const, title: `<b> & ${i}` },
      updatedAt: day((i % 28) + 1),
    }));
    const others = [
      { kind: 'category' as const, id: 90, locale: 'en' as const, title: 'Category', updatedAt: at },
      { kind: 'answer' as const, id: 91, locale: 'de' as const, title: 'Anders', updatedAt: at },
    ];
    const feed = feedOf({ ...frame, base: '/c/bio' }, [...written, ...others]);
    expect(feed.match(/<entry>/g)).toHaveLength(30);
    expect(feed).toContain(
      `<updated>${day(28)}</updated>\n<entry><id>https://desk.example/c/bio/help/en/answers/28</id>`,
    );
    expect(feed).toContain('<title>&#60;b&#62; &#38; 27</title>');
    expect(feed).not.toMatch(/Category|Anders|<b>/);
    expect(homePage(frame, { categories: [], popular: [] })).toContain('href="/help/en/feed.xml"');
  });

  it('is in the map for those that search the web', () => {
    const map = sitemapOf('https://desk.example', [
      { kind: 'answer', id: 7, locale: 'de', title: 'A & B', updatedAt: at },
    ]);
    expect(map).toContain('<loc>https://desk.example/help/de/answers/a-b-7</loc><lastmod>2026-11-22</lastmod>');
  });
});

describe('a request of somebody unknown', () => {
  it.each([
    [{ name: ' ' }, ['name']],
    [{ email: 'ann' }, ['email']],
    [{ email: 'a b@example.org' }, ['email']],
    [{ email: 'ann@example.org, bob@example.org' }, ['email']],
    [{ email: 'ann@localhost' }, ['email']],
    [{ subject: '' }, ['subject']],
    [{ text: 'x'.repeat(20_001) }, ['text']],
    [{ consent: undefined }, ['consent']],
    [{}, []],
  ])('with %j lacks %j', (over, lacking) => {
    const given = {
      name: 'Ann',
      email: 'ann@example.org',
      subject: 'Printer',
      text: 'It burns',
      consent: 'yes',
      ...over,
    };
    expect(Object.keys(wrongWith(requestFormIn(given), helpWords.en))).toEqual(lacking);
  });

  it('is read from whatever stands in the form', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.dictionary(fc.constantFrom('name', 'group', 'once', 'text'), fc.anything()),
        (a, b) => {
          for (const body of [a, b]) {
            const read = requestFormIn(body);
            expect(read.name).not.toMatch(/[\r\n]/);
            expect(read.groupId ?? 1).toBeGreaterThan(0);
          }
        },
      ),
    );
    expect(requestFormIn({ subject: 'a\r\nBcc: x', group: '12', text: 'a\r\nb' })).toMatchObject({
      ...{ subject: 'a Bcc: x', groupId: 12, text: 'a\nb' },
    });
  });
});

describe('the help of a community', () => {
  const look = {
    ...{ name: 'Bio <Hub>', logo: null, accent: { light: '#8a1a5c', dark: '#f090c8' } },
    ...{ support: 'Mondays <b>', footer: null },
  };
  const theirs: HelpFrame = { ...frame, look, base: '/c/bio' };
  const branded = Object.entries(pages).filter(([name]) => name !== 'problem');

  it.each(branded)('has its name, colours and support line on the page %s, as text', (_, page) => {
    const html = page('Printer', theirs);
    expect(html).toContain('Bio &#60;Hub&#62;');
    expect(html).toContain(':root{--accent:#8a1a5c}');
    expect(html).toContain('Mondays &#60;b&#62;');
  });

  it.each(branded)('leads on from the page %s to its own pages only', (_, page) => {
    const html = page('href="/help/evil', theirs);
    expect(html).not.toMatch(/(?:href|action)="\/help/);
    expect(html).toMatch(/="\/c\/bio\/help\/en/);
  });

  it('shows its picture, with its name for who does not see it', () => {
    const html = homePage(
      { ...theirs, look: { ...look, logo: '/branding/logo/abc' } },
      { categories: [], popular: [] },
    );
    expect(html).toContain('<img src="/branding/logo/abc" alt="Bio &#60;Hub&#62;">');
    expect(HELP_POLICY.match(/img-src[^;]*/g)).toEqual(["img-src 'self' https:"]);
  });
});
