import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Moment, Rich, render, type TemplateValues } from './template.ts';
import { epochMs } from './time.ts';

const values: TemplateValues = {
  ticket: {
    name: 'Printer',
    title: 'A & B <printer>',
    number: '10001',
    note: null,
    state: { id: 4, name: 'closed' },
    created_at: new Moment(epochMs(Date.UTC(2026, 0, 5, 23, 7, 9))),
    customer: () => ({ name: 'Ada L', firstname: 'Ada', organization: () => ({ name: 'Seven' }) }),
  },
  article: { body: new Rich('<b>It</b> burns', 'It burns'), text: 'one\ntwo #{ticket.number}' },
};
const de = { locale: 'de', timezone: 'UTC', translate: (word: string) => (word === 'closed' ? 'geschlossen' : word) };

it.each([
  ['#{ticket.number}: #{ticket.title}', '10001: A & B <printer>', '10001: A &amp; B &lt;printer&gt;'],
  ['#{ticket.customer.firstname} of #{ticket.customer.organization.name}', 'Ada of Seven', 'Ada of Seven'],
  ['#{ticket.customer}', 'Ada L', 'Ada L'],
  ['#{ticket.state.name}/#{ticket.state.value}/#{ticket.state}', 'closed/geschlossen/closed', undefined],
  ['#{ticket.state.name.value} #{t(ticket.state.name)}', 'geschlossen geschlossen', undefined],
  ['#{ticket.note} #{ticket.nothing} #{nothing} #{ticket.note.x.y} #{ticket.constructor}', '- - - - -', undefined],
  ['#{article.body}', 'It burns', '<b>It</b> burns'],
  ['#{article.text}', 'one\ntwo #{ticket.number}', 'one<br>two #{ticket.number}'],
  ['#{dt(ticket.created_at, "%d.%m.%Y %H:%M:%S", "Europe/Berlin")}', '06.01.2026 00:07:09', undefined],
  ['#{dt(ticket.created_at, "%A, %e %B %y %I:%M %p")}', 'Montag, 5 Januar 26 11:07 PM', undefined],
  ['#{dt(ticket.created_at, "%F", "Mars/Base")}', '2026-01-05', undefined],
  ['#{ticket.created_at}', '05.01.2026, 23:07', undefined],
  ['{ticket.title} #{} #{ticket title} #{ticket.title', '{ticket.title} #{} - #{ticket.title', undefined],
])('%s is %s', (template, text, html) => {
  expect(render(template, 'text', values, de)).toBe(text);
  expect(render(template, 'html', values, de)).toBe(html ?? text);
});

it('reads what an editor of HTML makes of quotes and spaces', () => {
  const written = '#{dt(ticket.created_at,&nbsp;&quot;%Y&quot;)}';
  expect(render(written, 'html', values, de)).toBe('2026');
});

it('S19: lets no value become markup or a variable, whatever it is', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('ticket.x', 'ticket.y.name', 't(ticket.x)'), (x, name) => {
      const hostile = { ticket: { x: `${x}<script>&"'#{ticket.z}`, y: { name: x }, z: 'leaked' } };
      const html = render(`<p>#{${name}}</p>`, 'html', hostile, de);
      expect(html.slice(3, -4).replaceAll('<br>', '')).not.toMatch(/[<>"']/);
      expect(html).not.toContain('leaked');
    }),
  );
});

it('never asks for what a text does not name', () => {
  const costly = { ticket: { a: 1, b: () => expect.fail('was asked') } };
  expect(render('#{ticket.a}', 'text', costly, de)).toBe('1');
});
