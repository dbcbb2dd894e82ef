import { accountChanges, mailTemplates } from '@helpmesh/contracts';
import mustache from 'mustache';
import { describe, expect, it } from 'vitest';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { pl } from './pl.ts';
import { renderMail } from './render.ts';
import { everywhere, ownTemplates, type TemplateName } from './words.ts';

const house = { brand: 'Helpmesh', page: 'https://desk.example.org' };
const promised: Record<string, { needs: readonly string[]; takes: readonly string[] }> = {
  ...mailTemplates,
  ...ownTemplates,
};
const languages = [en, de, fr, pl];
const table = languages.flatMap((language) =>
  Object.keys(promised).map((template) => ({ language, tag: language.tag, template })),
);

/** Every value marked by its name, so that it can be found again in the mail. */
function valuesOf(template: string, { optional = true } = {}): Record<string, string> {
  const promise = promised[template] ?? { needs: [], takes: [] };
  const names = optional ? [...promise.needs, ...promise.takes] : promise.needs;
  return Object.fromEntries(
    names.map((name) => [name, name === 'link' ? 'https://desk.example.org/x?token=T' : `«${name}»`]),
  );
}

/** Names a mustache source reads, sections included. */
function namesIn(source: string): string[] {
  const walk = (tokens: unknown[]): string[] =>
    tokens.flatMap((token) => {
      const [kind, name, , , inner] = token as [string, string, number, number, unknown[]?];
      return kind === 'text' ? [] : [name, ...(Array.isArray(inner) ? walk(inner) : [])];
    });
  return walk(mustache.parse(source) as unknown[]);
}

describe('every template in every language', () => {
  it.each(table)('$template in $tag reads promised values only', ({ language, template }) => {
    const { needs, takes } = promised[template] ?? { needs: [], takes: [] };
    const words = language.templates[template as TemplateName];
    const sources = [
      words.subject,
      language.footer,
      ...words.blocks.map((block) => (block.kind === 'action' ? block.label : block.text)),
    ];
    for (const name of sources.flatMap(namesIn)) expect([...needs, ...takes, ...everywhere]).toContain(name);
  });

  it.each(table)('$template in $tag shows each needed value and leaves no hole', ({ tag, template }) => {
    const mail = renderMail(template, tag, valuesOf(template), house);
    for (const value of Object.values(valuesOf(template, { optional: false }))) {
      expect(mail.text + mail.subject).toContain(value);
      expect(mail.html + mail.subject).toContain(value);
    }
    for (const part of [mail.subject, mail.text, mail.html]) expect(part).not.toMatch(/\{\{|\}\}|undefined|null/);
    expect(mail.html).toContain(`lang="${tag}"`);
  });

  it.each(table)('$template in $tag reads well without its optional values', ({ tag, template }) => {
    const { text, html } = renderMail(template, tag, valuesOf(template, { optional: false }), house);
    expect(text).not.toMatch(/ ,| {2}|\n{3}/);
    expect(html).not.toContain('<p style="margin:12px 0;"></p>');
  });

  it('says the same things in each language: the same templates with the same kinds of blocks', () => {
    const shape = (language: (typeof languages)[number]) =>
      Object.fromEntries(
        Object.entries(language.templates).map(([name, words]) => [name, words.blocks.map(({ kind }) => kind)]),
      );
    for (const language of languages) expect(shape(language)).toEqual(shape(en));
  });
});

const link = 'https://desk.example/r/1-2-mac';

describe('values', () => {
  it('are escaped in HTML and left alone in text and subject', () => {
    const title = `<img src=x onerror="alert(1)"> & 'co'`;
    const mail = renderMail('call-received', 'en', { number: '1', title, link }, house);
    expect(mail.html).not.toContain('<img');
    expect(mail.html).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &#39;co&#39;');
    expect(mail.text).toContain(title);
    expect(mail.subject).toContain(title);
  });

  it('S19: are never read as template source', () => {
    const mail = renderMail('call-received', 'en', { number: '{{brand}}', title: '{{{page}}}{{#brand}}', link }, house);
    expect(mail.text).toContain('{{brand}}');
    expect(mail.text).toContain('{{{page}}}{{#brand}}');
  });

  it('S08: cannot break out of the subject line', () => {
    const title = 'Hi\r\nBcc: all@example.org\u2028X\u0000';
    const { subject } = renderMail('call-received', 'en', { number: '1', title, link }, house);
    expect(subject).toBe('Your call: Hi Bcc: all@example.org X');
  });

  it.each(languages)('S12: do not let a mail answer in $tag quote what an unverified sender wrote', ({ tag }) => {
    const values = { number: '7', title: 'CHEAP PILLS', name: 'BUY NOW', link };
    const mail = renderMail('auto-reply-new-ticket', tag, values, house);
    for (const part of Object.values(mail)) expect(part).not.toMatch(/CHEAP PILLS|BUY NOW/);
    expect(mail.subject).not.toMatch(/[:：]\s*$/);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'reset?token=1'])('refuse the link %s', (link) => {
    expect(() => renderMail('password-reset', 'en', { link }, house)).toThrow(
      expect.objectContaining({ code: 'mail.link-refused' }),
    );
  });

  it('must be there when a template needs them', () => {
    expect(() => renderMail('invitation', 'en', { name: 'Ada', link: ' ' }, house)).toThrow(
      expect.objectContaining({ code: 'mail.template-value-missing' }),
    );
  });
});

it.each(['constructor', 'toString', 'newsletter'])('refuses the unknown template %s', (template) => {
  expect(() => renderMail(template, 'en', {}, house)).toThrow(
    expect.objectContaining({ code: 'mail.template-unknown' }),
  );
});

it.each([
  ['de-AT', 'de'],
  ['pl_PL', 'pl'],
  ['FR', 'fr'],
  ['ja', 'en'],
  ['', 'en'],
  ['__proto__', 'en'],
])('answers locale %j in %s', (locale, tag) => {
  expect(renderMail('password-reset', locale, valuesOf('password-reset'), house).html).toContain(`lang="${tag}"`);
});

it.each([
  ['1', 'en', '1 hour and'],
  ['47', 'en', '47 hours and'],
  ['168', 'en', '7 days and'],
  ['168', 'de', '7 Tage und'],
  ['1', 'fr', '1\u00a0heure et'],
  ['168', 'pl', 'ważności: 7 dni.'],
])('tells %s hours in %s as "%s"', (hours, locale, words) => {
  expect(renderMail('invitation', locale, { ...valuesOf('invitation'), hours }, house).text).toContain(words);
});

it.each([
  ['Ada Lovelace', 'Hello Ada Lovelace,'],
  ['ada@example.org', 'Hello,'],
  ['-', 'Hello,'],
])('greets %s with "%s"', (name, greeting) => {
  const { text } = renderMail('call-received', 'en', { number: '1', title: 'x', name, link }, house);
  expect(text.split('\n')[0]).toBe(greeting);
});

describe('the mail about a change of an account', () => {
  const values = { change: 'passkey-added', at: '2026-11-21T18:20:05.000Z', link: 'https://desk.example.org/account' };

  it.each([
    ['en', 'A passkey was added.', '21, 2026 at 6:20 PM UTC, by Ada Lovelace'],
    ['de', 'Ein Passkey wurde hinzugefügt.', '21. November 2026 um 18:20 UTC, durch Ada Lovelace'],
    ['fr', 'Une clé d’accès a été ajoutée.', '21 novembre 2026 à 18:20 UTC, par Ada Lovelace'],
    ['pl', 'Dodano klucz dostępu.', '21 listopada 2026 18:20 UTC, przez Ada Lovelace'],
  ])('says in %s what, when and by whom', (locale, what, when) => {
    const { text: mail } = renderMail('account-changed', locale, { ...values, by: 'Ada Lovelace' }, house);
    expect(mail).toContain(what);
    expect(mail.replaceAll(/\s/g, ' ')).toContain(when);
    expect(mail).toContain(values.link);
  });

  it.each([
    ['en', 'Europe/Warsaw', '21, 2026 at 7:20 PM (Europe/Warsaw)'],
    ['pl', 'America/New_York', '21 listopada 2026 13:20 (America/New_York)'],
    ['en', 'Europe/Atlantis', '21, 2026 at 6:20 PM UTC'],
    ['en', 'UTC', '21, 2026 at 6:20 PM UTC'],
  ])('tells in %s the time by the clocks of %s', (locale, zone, when) => {
    const { text: mail } = renderMail('account-changed', locale, { ...values, zone }, house);
    expect(mail.replaceAll(/\s/g, ' ')).toContain(when);
  });

  it.each(languages.map(({ tag, changes }) => [tag, changes] as const))('has all changes in %s', (_, changes) => {
    expect(Object.keys(changes).sort()).toEqual([...accountChanges].sort());
    expect(new Set(Object.values(changes)).size).toBe(accountChanges.length);
  });
});
