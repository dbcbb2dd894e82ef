import { AppError, epochMs } from '@helpmesh/kernel';
import { Moment, Rich, type TemplateValues } from '@helpmesh/kernel/template';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Names, shortNames, snippetNames } from './names.ts';
import { renderSnippet, snippetTroubles } from './snippet.ts';

const person = (name: string, organization: TemplateValues = {}): TemplateValues => ({
  ...{ name, firstname: name.split(' ')[0], email: 'x@example.org' },
  organization: () => organization,
});
const values: TemplateValues = {
  ticket: {
    ...{ name: 'Printer', title: 'A & B <printer>', number: '10001', note: null, article_count: 0, tags: () => '' },
    created_at: new Moment(epochMs(Date.UTC(2026, 0, 5, 23, 7))),
    state: { id: 4, name: 'closed' },
    customer: () => person('Ada Lovelace', { id: 7, name: 'Seven & Co' }),
    owner: () => ({}),
  },
  article: () => ({ subject: 'S', internal: false, body: new Rich('<b>It</b> burns', 'It burns') }),
  user: () => person('Grace Hopper'),
  config: { fqdn: 'desk.example.org' },
};
const en = { locale: 'en', timezone: 'UTC' };
const filled = (html: string, over: TemplateValues = values) => renderSnippet(html, over, en);

describe('mustache in a text module', () => {
  it.each([
    ['Hello {{customer.firstname}}, {{ ticket.number }}', 'Hello Ada, 10001'],
    ['{{ticket.customer.email}}{{&nbsp;user.name&nbsp;}}', 'x@example.orgGrace Hopper'],
    ['{{ticket.title}} of {{customer.organization.name}}', 'A &amp; B &lt;printer&gt; of Seven &amp; Co'],
    ['{{ticket.created_at}} {{article.body}} {{ticket.state}}', 'Jan 5, 2026, 11:07 PM <b>It</b> burns closed'],
    ['[{{ticket.note}}{{owner.name}}{{user.organization}}{{ticket.tags}}]', '[]'],
    ['{{#customer.organization}}of {{name}}{{/customer.organization}}', 'of Seven &amp; Co'],
    [
      '{{#customer}}{{firstname}}{{#organization}} ({{name}}, {{firstname}}){{/organization}}{{/customer}}',
      'Ada (Seven &amp; Co, Ada)',
    ],
    ['{{#owner}}{{name}}{{/owner}}{{^owner}}nobody{{/owner}}', 'nobody'],
    [
      '{{#user.organization}}x{{/user.organization}}{{#ticket.note}}x{{/ticket.note}}{{#ticket.article_count}}x{{/ticket.article_count}}',
      '',
    ],
    ['{{#ticket.title}}It is {{.}}.{{/ticket.title}}', 'It is A &amp; B &lt;printer&gt;.'],
    ['{{#article.internal}}in{{/article.internal}}{{^article.internal}}out{{/article.internal}}', 'out'],
    [
      '#{ticket.number} {{#customer}}#{ticket.customer.firstname} #{ticket.note}{{/customer}} #{{ticket.number}}',
      '10001 Ada - #10001',
    ],
    ['<p>a</p><p>{{#owner}}</p><p>b</p><p>{{/owner}}</p><p>c</p>', '<p>a</p><p>c</p>'],
    ['<p>{{#customer}}</p><p>b</p><p>{{/customer}}</p>', '<p>b</p>'],
  ])('%s is %s', (html, expected) => {
    expect(filled(html)).toBe(expected);
    expect(snippetTroubles(html)).toEqual([]);
  });

  it.each([
    ...[
      '{{ .Values.image.tag }}',
      '{{ item.name | upper }}',
      '{{#each rows}}{{this}}{{/each}}',
      '{{#if x}}{{else}}{{/if}}',
    ],
    ...[
      '{{ user }}',
      '{{group}}',
      '{{customer.fistname}}',
      '{{customer.password}}',
      '{{ticket.constructor}}',
      '{{name}}',
    ],
    ...[
      '{{{customer.firstname}}}',
      '{{&customer.firstname}}',
      '{{>customer.firstname}}',
      '{{! customer }}',
      '{{=<% %>=}}',
    ],
    ...[
      '{{#__proto__}}x{{/__proto__}}',
      '{{constructor.name}}',
      '{{/items}}',
      '{{.}}',
      '{{customer.firstname',
      '\\{{ x }}',
    ],
    ...['{{created_article.body}}', '{{customer.<b>firstname</b>}}', '{{}}', '{{ $labels.instance }}', '{{p0}}'],
  ])('leaves %s as it is written', (html) => {
    expect(filled(`${html} {{ticket.number}}`)).toBe(`${html} 10001`);
    expect(snippetTroubles(html)).toEqual([]);
  });

  it('leaves what is escaped, without its backslash', () => {
    expect(filled('\\{{customer.firstname}} {{customer.firstname}}')).toBe('{{customer.firstname}} Ada');
    expect(filled('\\{{#customer}}')).toBe('{{#customer}}');
  });

  it.each([
    ['{{#customer}}x', '{{#customer}} is never closed.'],
    ['x{{/customer}}', '{{/customer}} closes nothing.'],
    ['{{#customer}}{{^owner}}{{/customer}}{{/owner}}', '{{/customer}} stands where {{^owner}} is to be closed.'],
    [`${'{{#customer}}'.repeat(9)}${'{{/customer}}'.repeat(9)}`, '{{#customer}} is in more than 8 sections.'],
    ['{{ticket.number}}'.repeat(501), 'It has more than 500 names in braces.'],
  ])('tells what is wrong with %s, and leaves all of it as it is written', (html, trouble) => {
    expect(snippetTroubles(html)).toContain(trouble);
    expect(filled(`${html}{{ticket.number}}#{ticket.number}`)).toBe(`${html}{{ticket.number}}10001`);
  });

  it('asks for nothing that is not named, and for nothing of what is skipped', () => {
    const costly = { ...values, first_article: () => expect.fail('was asked') };
    expect(filled('{{#owner}}{{first_article.body}}{{/owner}}{{ticket.number}}', costly)).toBe('10001');
  });

  it('stops where values make it too long', () => {
    const long = { article: { body_as_text: 'x'.repeat(100_000) } };
    expect(() => filled('{{article.body_as_text}}'.repeat(30), long)).toThrow(AppError);
  });

  it('takes no time to speak of, whatever stands in it', () => {
    for (const part of [
      '{{#customer}}',
      '{{',
      '{{ ',
      '#{',
      '\\{{',
      '{{customer',
      '<p>{{#owner}}',
      '<p>&nbsp;',
      '{{/owner}}',
      '}}',
    ]) {
      const html = part.repeat(Math.floor(100_000 / part.length));
      const before = process.cpuUsage();
      filled(html);
      const { user } = process.cpuUsage(before);
      expect(user / 1000, part).toBeLessThan(2_000);
    }
  });
});

it('S19: lets no value become markup, a variable or a section, whatever it is', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom('{{ticket.title}}', '{{#customer}}', '#{ticket.title}', '\uFDD0p0\uFDD1', '{{{x}}}', '<img src=x>'),
  );
  const texts = [
    '{{ticket.note}}',
    '{{#ticket.note}}{{.}}{{/ticket.note}}',
    '#{ticket.note}',
    '{{#customer}}{{firstname}}{{/customer}}',
  ];
  fc.assert(
    fc.property(hostile, fc.constantFrom(...texts), (said, text) => {
      const ticket = { title: 'leaked', note: said, customer: { firstname: said, id: 1 } };
      const html = filled(`<p>${text}</p>`, { ticket });
      expect(html.slice(3, -4).replaceAll('<br>', '')).not.toMatch(/[<>"']/);
      expect(html).not.toContain('leaked');
      expect(html).toBe(`<p>${expectedOf(said, text)}</p>`);
    }),
  );
});

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const expectedOf = (said: string, text: string) =>
  said === ''
    ? text.startsWith('#')
      ? '-'
      : ''
    : said.replace(/[&<>"']/g, (one) => escapes[one] as string).replaceAll(/\r\n|\r|\n/g, '<br>');

it('never fails and never loses a word, whatever is written', () => {
  const part = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{{{',
      '#',
      '^',
      '/',
      '.',
      '\\',
      ' ',
      'customer',
      'owner.name',
      'ticket.number',
      'x',
      '#{',
      '}',
      '<p>',
      '</p>',
      '\uFDD0',
    ],
    ...['{{#customer}}', '{{/customer}}', '{{^owner}}', '{{/owner}}', '{{customer.firstname}}', 'word'],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const html = `${parts.join('')}|END`;
      const out = filled(html);
      expect(out.endsWith('|END')).toBe(true);
      expect(out).not.toMatch(/[\uFDD0\uFDD1]/);
      if (snippetTroubles(html).length > 0 && !html.includes('#{')) expect(out).toBe(html.replaceAll('\uFDD0', ''));
    }),
  );
});

it('knows names in the way that the values have them', () => {
  const paths = (names: Names, before = ''): string[] =>
    Object.entries(names).flatMap(([name, below]) =>
      below === 'value' ? [before + name] : paths(below, `${before}${name}.`),
    );
  expect(paths(snippetNames).length).toBeGreaterThan(100);
  for (const name of shortNames) expect(snippetNames[name]).toEqual((snippetNames.ticket as Names)[name]);
});
