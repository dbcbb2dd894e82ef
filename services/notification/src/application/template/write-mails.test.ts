import type { EpochMs } from '@helpmesh/kernel';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { LiquidThread } from '../../liquid/liquid-thread.ts';
import { exampleValues, namesOf } from '../../templates/examples.ts';
import { languages, letterOf, promised, renderMail } from '../../templates/render.ts';
import { blocksOf, type MailSource, sourceOf } from '../../templates/source.ts';
import type { TemplateName } from '../../templates/words.ts';
import type { TemplateRow } from './mail-template.ts';
import { type OwnText, ownTextOf, partsOf } from './template-book.ts';
import { mailOf, WriteMails } from './write-mails.ts';

const house = { brand: 'Helpmesh', page: 'https://desk.example.org' };
const link = 'https://desk.example.org/t/1';
const thread = new LiquidThread();
afterAll(() => thread.close());

const kinds = Object.keys(promised) as TemplateName[];
const all = kinds.flatMap((kind) => Object.values(languages).map(({ tag }) => ({ kind, tag })));

async function inWords(kind: TemplateName, tag: string, values: Record<string, string>, { subject, body }: MailSource) {
  const letter = letterOf(kind, tag, values, house);
  const blocks = blocksOf(body);
  const [filled] = await thread.fill(partsOf(subject, blocks), [letter.view]);
  if (!filled || !('parts' in filled)) throw new Error(filled?.failed);
  return mailOf(letter, blocks, filled.parts);
}

describe('the words of the system', () => {
  it.each(all)('of $kind in $tag say the same when an administrator sends them back', async ({ kind, tag }) => {
    const source = sourceOf((languages[tag] as (typeof languages)[string]).templates[kind]);
    const parts = partsOf(source.subject, blocksOf(source.body));
    expect(await thread.check(parts, namesOf(kind))).toEqual([]);
    const values = exampleValues(kind, tag, house.page);
    const { needs, takes } = promised[kind] as { needs: readonly string[]; takes: readonly string[] };
    const bare = Object.fromEntries(needs.map((name) => [name, values[name] ?? '']));
    for (const given of [values, bare, { ...bare, encrypted: takes.includes('encrypted') ? 'yes' : '' }]) {
      expect(await inWords(kind, tag, given, source)).toEqual(renderMail(kind, tag, given, house));
    }
  });
});

describe('S19: what a customer wrote', () => {
  const evil = [
    ...['{{7*7}}', "{% include '/etc/passwd' %}", '{{constructor}}', '{% if true %}', '{{{page}}}', '{{ link }}'],
    ...['[Pay now](https://evil.example)', '> quoted', '<img src=x onerror=alert(1)>', '" onmouseover="x', '%LINK%'],
  ];

  it.each(evil)('is printed as it is: %s', async (said) => {
    const body = 'It is about {{ title }}.\n\n> {{ title }}\n\n[{{ title }}]';
    const mail = await inWords(
      'call-received',
      'en',
      { number: '1', title: said, link },
      { subject: 'Re: {{ title }}', body },
    );
    if ('failed' in mail) throw new Error(mail.failed);
    expect(mail.subject).toBe(`Re: ${said}`);
    expect(mail.text).toContain(`It is about ${said}.`);
    expect(mail.html.match(/<a\s/g)).toHaveLength(2);
    expect(mail.html).not.toContain('<img');
    expect(mail.html).not.toContain('href="https://evil');
    expect(mail.html).not.toContain('" onmouseover="');
  });

  it('makes no pieces of a mail and no lines of its head', async () => {
    const said = 'Hi\r\nBcc: all@example.org\n\n[Pay](https://evil.example)\n\n~ small';
    const source = { subject: '{{ title }}', body: '{{ title }}\n\n[Open]' };
    const mail = await inWords('call-received', 'en', { number: '1', title: said, link }, source);
    if ('failed' in mail) throw new Error(mail.failed);
    expect(mail.subject).toBe('Hi Bcc: all@example.org [Pay](https://evil.example) ~ small');
    expect(mail.html.match(/<a\s/g)).toHaveLength(2);
    expect(mail.text).toContain('[Pay](https://evil.example)');
  });

  it.each(['upcase', 'append: "<b>"', 'replace: "&lt;", "<"', 'default: "<i>"'])(
    'is escaped behind the filter %s',
    async (filter) => {
      const source = { subject: 's', body: `{{ title | ${filter} }}\n\n[Open]` };
      const mail = await inWords('call-received', 'en', { number: '1', title: '<script>', link }, source);
      if ('failed' in mail) throw new Error(mail.failed);
      expect(mail.html).not.toMatch(/<script>|<SCRIPT>|<b>|<i>/);
    },
  );
});

it.each([
  ["{% include 'x' %}", 1, 'tag "include" not found'],
  ['a\n{% render "x" %}', 2, 'tag "render" not found'],
  ['{% for i in (1..9) %}x{% endfor %}', 1, 'tag "for" not found'],
  ['a\n\n', 0, ''],
  ['a\nb\n{{ titel }}', 3, 'There is no value "titel".'],
  ['{{ constructor }}', 1, 'There is no value "constructor".'],
  ['{{ title | raw }}', 1, 'undefined filter: raw'],
  ['{{ title | where: "x" }}', 1, 'undefined filter: where'],
  ['x\n{% if title %}', 2, 'not closed'],
  ['{{ title', 1, 'not closed'],
])('says of %j what is wrong, and in which line', async (source, line, message) => {
  const troubles = await thread.check([source], ['title']);
  if (message === '') expect(troubles).toEqual([]);
  else {
    expect(troubles).toEqual([{ part: 0, line, message: expect.stringMatching(new RegExp(escaped(message), 'i')) }]);
  }
});

const escaped = (words: string) => words.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

describe('a footer that an administrator wrote', () => {
  const look = { accent: null, logo: null, support: 'Call 4711', footer: null };
  const order = (locale: string, over: object = {}) => ({
    ...{
      template: 'call-received',
      locale,
      values: { number: '1', title: 'Printer', link },
      house: { ...house, ...over },
    },
  });
  const written = async (body: string, orders: Parameters<WriteMails['run']>[0], stops = 0) => {
    const told: string[] = [];
    let asked = 0;
    const row: TemplateRow = {
      ...{ id: 1, kind: 'footer', locale: 'en', branding_id: null, subject: '', body, active: true },
      ...{ failure: null, failed_at: null, created_by_id: 1, updated_by_id: 1 },
      ...{ created_at: new Date(0 as EpochMs), updated_at: new Date(0 as EpochMs) },
    };
    const own = ownTextOf(row);
    const engine = {
      fill: (...given: Parameters<LiquidThread['fill']>) => {
        asked++;
        if (asked <= stops) return Promise.resolve([{ failed: 'It takes more time than it may.', killed: true }]);
        return thread.fill(...given);
      },
    };
    const book = {
      of: (kind: string, locale: string) => (kind === 'footer' && locale === 'en' ? own : undefined),
      failed: (_: TemplateRow, why: string) => void told.push(why),
    };
    const mails = await new WriteMails(book, engine).run(orders);
    return { mails, told, asked };
  };

  it('stands below every mail of its language, above the lines of the community, and is filled in once', async () => {
    const body = '{{ brand }} & friends\nMondays to Fridays\n\n[Privacy]({{ page }}/privacy)';
    const { mails, asked } = await written(body, [order('en'), order('en', { look }), order('de')]);
    const lines = 'Helpmesh & friends\nMondays to Fridays\nPrivacy: https://desk.example.org/privacy';
    expect(mails[0]?.text.endsWith(`\n\n-- \n${lines}\n`)).toBe(true);
    expect(mails[1]?.text.endsWith(`\n\n-- \n${lines}\nCall 4711\n`)).toBe(true);
    expect(mails[1]?.html).toContain(
      'Helpmesh &amp; friends<br>Mondays to Fridays<br><a href="https://desk.example.org/privacy" style="color:inherit;">Privacy</a><br>Call 4711',
    );
    expect(mails[2]).toEqual(renderMail('call-received', 'de', order('de').values, house));
    expect(asked).toBe(1);
  });

  it('stands there again after it once had to be stopped', async () => {
    const { mails, told, asked } = await written('Mondays to Fridays', [order('en'), order('en'), order('en')], 1);
    expect(mails[0]).toEqual(renderMail('call-received', 'en', order('en').values, house));
    for (const mail of mails.slice(1)) expect(mail.text.endsWith('\n\n-- \nMondays to Fridays\n')).toBe(true);
    expect(told).toEqual(['It takes more time than it may.']);
    expect(asked).toBe(2);
  });

  it('may be none', async () => {
    const { mails } = await written('', [order('en'), order('en', { look })]);
    expect(mails[0]?.text).not.toContain('-- ');
    expect(mails[0]?.html).not.toContain('automatically');
    expect(mails[1]?.text.endsWith('\n\n-- \nCall 4711\n')).toBe(true);
  });

  it.each([
    ['[Bad](javascript:alert(1))', 'The link of the mail is not a web address.'],
    ['{{ brand | nope }}', 'Undefined filter: nope'],
  ])('gives way to that of the system where it cannot be used: %s', async (body, why) => {
    const { mails, told } = await written(body, [order('en'), order('en')]);
    const system = renderMail('call-received', 'en', order('en').values, house);
    expect(mails).toEqual([system, system]);
    expect(told).toEqual([expect.stringContaining(why)]);
  });
});

describe('a text that cannot be used', () => {
  const told: { kind: string; why: string; stopped: boolean }[] = [];
  beforeEach(() => void told.splice(0));
  const order = (title: string) => ({
    template: 'call-received',
    locale: 'en',
    values: { number: '1', title, link },
    house,
  });
  const writer = (body: string, subject = 'Own: {{ title }}') => {
    const row: TemplateRow = {
      ...{ id: 1, kind: 'call-received', locale: 'en', branding_id: null, subject, body, active: true },
      ...{ failure: null, failed_at: null, created_by_id: 1, updated_by_id: 1 },
      ...{ created_at: new Date(0 as EpochMs), updated_at: new Date(0 as EpochMs) },
    };
    const own: OwnText = ownTextOf(row);
    return new WriteMails(
      {
        of: (kind) => (kind === row.kind ? own : undefined),
        failed: ({ kind }, why, stopped) => void told.push({ kind, why, stopped }),
      },
      thread,
    );
  };
  const system = renderMail('call-received', 'en', order('Printer').values, house);

  it('is left for that of the system, mail by mail', async () => {
    const mails = await writer('{{ title }}\n\n[Open]({{ title }})').run([
      order('https://example.org/a'),
      order('Printer'),
    ]);
    expect(mails[0]?.subject).toBe('Own: https://example.org/a');
    expect(mails[1]).toEqual(system);
    expect(told).toEqual([
      { kind: 'call-received', why: 'The link of the mail is not a web address.', stopped: false },
    ]);
  });

  it.each([
    ['nothing in it', '{% if said %}x{% endif %}', 'It leaves the mail empty.'],
    [
      'a mistake that shows late',
      '{{ title | truncate: }}\n\n{% assign x = title | slice: "a" | nope %}',
      'undefined filter: nope',
    ],
    ['too much in it', `${'{{ title | append: title | append: title }}\n\n'.repeat(2_000)}[Open]`, '200000 characters'],
  ])('because there is %s', async (_, body, why) => {
    const long = order('Printer '.repeat(20).trim());
    const [mail] = await writer(body).run([long]);
    expect(mail?.subject).toContain('Your call:');
    expect(told[0]?.why.toLowerCase()).toContain(why.toLowerCase());
  });

  it('because of its time is stopped, and others are written after it', async () => {
    // Within the limits of Liquid each, and far beyond them together.
    const slow = `{% assign a = title | replace: "", "0123456789" | replace: "", "0123456789" %}{{ a | slice: 0, 3 }}\n\n`;
    const [mail, other] = await writer(slow.repeat(4_000)).run([
      order('Printer '.repeat(200).trim()),
      { template: 'password-reset', locale: 'de', values: { link }, house },
    ]);
    expect(mail?.subject).toContain('Your call:');
    expect(other).toEqual(renderMail('password-reset', 'de', { link }, house));
    expect(told).toEqual([{ kind: 'call-received', why: expect.stringContaining('more time'), stopped: true }]);
    const [next] = await writer('Hello {{ title }}\n\n[Open]').run([order('again')]);
    expect(next?.text).toContain('Hello again');
  });
});
