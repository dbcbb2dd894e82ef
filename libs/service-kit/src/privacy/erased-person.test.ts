import { describe, expect, it } from 'vitest';
import { ERASED_TEXT, ErasedPerson } from './erased-person.ts';

const terms = {
  userId: 42,
  pseudonym: 'erased-1',
  tickets: 'pseudonymise' as const,
  emails: ['ada.o@example.org'],
  identifiers: ["Ada O'Neil", "O'Neil, Ada", '+49 (0)30 1234-5'],
  names: ['Ada', "O'Neil"],
};
const ada = new ErasedPerson(terms);

describe('who is erased', () => {
  it.each([
    ["Ada O'Neil <ada.o@example.org>", 'erased-1 <erased-1@erased.invalid>'],
    ['"O\'Neil, Ada" <ADA.O@Example.Org>, x@y.z', '"erased-1" <erased-1@erased.invalid>, x@y.z'],
    ['<p>Ada&nbsp;and Ada  O&#39;Neil</p>', '<p>Ada&nbsp;and erased-1</p>'],
    ['call +49 (0)30 1234-5!', 'call erased-1!'],
    // Somebody else.
    ['jim-ada.o@example.org, ada.o@example.org.uk', 'jim-ada.o@example.org, ada.o@example.org.uk'],
    ['Ada Lovelace, Canada', 'Ada Lovelace, Canada'],
    ['ada.o@example.org.', 'erased-1@erased.invalid.'],
  ])('%s becomes %s', (text, becomes) => {
    expect(ada.rewrite(text)).toBe(becomes);
    expect(ada.isIn(text)).toBe(text !== becomes);
  });

  it('is found by a single name in what is theirs, as a word of its own', () => {
    expect(ada.rewrite('Dear ADA, Canada says hello_ada.txt', true)).toBe(
      'Dear erased-1, Canada says hello_erased-1.txt',
    );
  });

  it('is gone for good: what was rewritten is not rewritten again', () => {
    const once = ada.rewriteAll({ a: ["Ada O'Neil", { b: 'ada.o@example.org' }], n: 7 }, true);
    expect(once).toEqual({ a: ['erased-1', { b: 'erased-1@erased.invalid' }], n: 7 });
    expect(ada.rewriteAll(once, true)).toEqual(once);
  });

  it.each(['%', '_', '\\'])('is looked for by text that may hold a %s', (sign) => {
    const { patterns } = new ErasedPerson({ ...terms, emails: [], identifiers: [`a${sign}b c`] });
    expect(patterns).toEqual([`%a\\${sign}b%c%`]);
  });
});

describe('messages about who is erased', () => {
  const message = (data: object) => JSON.stringify({ id: 'x', type: 'ticket.v1.created', data });
  const dataOf = (payload: string) => JSON.parse(payload).data;
  const created = {
    ticket: { customerId: 42, title: 'Ada is ill' },
    customer: { userId: 42, email: 'ada.o@example.org', name: "Ada O'Neil" },
    article: { createdById: 42, sender: 'Customer', excerpt: 'I, Ada, am ill', from: "Ada O'Neil" },
  };
  const redacting = new ErasedPerson({ ...terms, tickets: 'redact' });

  it('about their request: single names go as well', () => {
    expect(dataOf(ada.scrub(message(created)))).toEqual({
      ticket: { customerId: 42, title: 'erased-1 is ill' },
      customer: { userId: 42, email: 'erased-1@erased.invalid', name: 'erased-1' },
      article: { createdById: 42, sender: 'Customer', excerpt: 'I, erased-1, am ill', from: 'erased-1' },
    });
  });

  it('what they wrote goes when their tickets do, what an agent wrote stays', () => {
    expect(dataOf(redacting.scrub(message(created)))).toMatchObject({
      ticket: { title: ERASED_TEXT },
      article: { excerpt: ERASED_TEXT },
    });
    const answered = { ...created, article: { createdById: 3, sender: 'Agent', excerpt: 'Dear Ada, rest' } };
    expect(dataOf(redacting.scrub(message(answered)))).toMatchObject({ article: { excerpt: 'Dear erased-1, rest' } });
  });

  it("about somebody else's: their whole name goes, and a namesake stays", () => {
    const other = { ticket: { customerId: 7, title: "Ada asks for Ada O'Neil" }, article: { excerpt: 'Hi Ada' } };
    expect(dataOf(redacting.scrub(message(other)))).toEqual({
      ticket: { customerId: 7, title: 'Ada asks for erased-1' },
      article: { excerpt: 'Hi Ada' },
    });
  });

  it.each([
    message({ ticket: { customerId: 7, title: 'Canada' } }),
    message({ taskId: 1, userId: 42 }),
    'no JSON about Ada',
    '{"data": null}',
  ])('%s stays the very same text', (payload) => {
    expect(redacting.scrub(payload)).toBe(payload);
  });

  it.each([created, redacting.rewriteAll(created, true)])('is scrubbed once', (data) => {
    const once = redacting.scrub(message(data));
    expect(redacting.scrub(once)).toBe(once);
  });

  it('is looked for by id where no name stands', () => {
    expect(ada.payloadPatterns).toEqual(expect.arrayContaining(['%"customerId":42,%', '%"createdById":42}%']));
    expect(ada.payloadPatterns).toContain("%Ada%O'Neil%");
  });
});
