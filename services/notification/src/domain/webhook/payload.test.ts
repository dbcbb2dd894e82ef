import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyOf, type CallData, type Desk, sourceOf, templateTrouble } from './payload.ts';

const sample = new URL(
  '../../../../../libs/contracts/samples/cmd.notification.v1.call-webhook.1.json',
  import.meta.url,
);
const data = JSON.parse(readFileSync(sample, 'utf8')).data as CallData;
const desk: Desk = { page: 'https://desk.example.org', fqdn: 'desk.example.org', brand: 'Helpmesh' };
const source = sourceOf(data, desk);
const filled = (template: unknown) => JSON.parse(bodyOf(source, JSON.stringify(template)));

describe('the body of a call', () => {
  it('is the ticket and the article with an address for each attachment', () => {
    const body = JSON.parse(bodyOf(source, null));
    expect(Object.keys(body)).toEqual(['ticket', 'article']);
    expect(body.ticket).toEqual(data.ticket);
    expect(body.ticket.customer).toMatchObject({ id: 7, firstname: 'Zoë', email: 'zoe@example.org' });
    expect(body.article.attachments).toEqual([
      expect.objectContaining({
        filename: 'screen.png',
        url: 'https://desk.example.org/api/v1/ticket_attachment/17/40/12',
      }),
    ]);
  });

  it('has an empty article where there is none', () => {
    expect(JSON.parse(bodyOf(sourceOf({ ...data, article: null }, desk), null)).article).toEqual({});
  });

  it.each([
    ['#{ticket.title}', 'Portal is down'],
    ['#{ ticket.number }', '10017'],
    ['#{ticket.id}', '17'],
    ['#{ticket.customer.firstname} #{ticket.customer.lastname}', 'Zoë Müller'],
    ['#{ticket.customer}', 'Zoë Müller'],
    ['#{ticket.state}', 'new'],
    ['#{ticket.state.name}', 'new'],
    ['#{ticket.tags}', 'portal'],
    ['#{ticket.owner.firstname}', ''],
    ['#{article.body}', 'It answers with <b>503</b>.'],
    ['#{config.http_type}://#{config.fqdn}/#ticket/zoom/#{ticket.id}', 'https://desk.example.org/#ticket/zoom/17'],
    ['#{notification.link}', 'https://desk.example.org/tickets/17'],
    ['#{ticket.nothing}', '#{ticket.nothing / no such attribute}'],
    ['#{ticket.constructor.name}', '#{ticket.constructor.name / no such attribute}'],
    ['#{process.env}', '#{process.env / no such attribute}'],
    ['#{ticket.title.length}', '#{ticket.title.length / no such attribute}'],
  ])('%s says %j', (text, said) => expect(filled({ text })).toEqual({ text: said }));

  it('keeps what is no text, and names as they are', () => {
    const template = { n: 1, on: true, none: null, '#{ticket.id}': ['#{ticket.id}', { deep: '#{ticket.number}' }] };
    expect(filled(template)).toEqual({ n: 1, on: true, none: null, '#{ticket.id}': ['17', { deep: '10017' }] });
  });

  it('has the shape of its template, whatever people wrote', () => {
    const words = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('", "admin": true, "x": "#{ticket.id}'));
    fc.assert(
      fc.property(words, words, (title, body) => {
        const article = data.article && { ...data.article, body };
        const hostile = sourceOf({ ticket: { ...data.ticket, title }, article }, desk);
        const template = '{"a": "#{ticket.title}", "b": ["<#{article.body}>", {"c": 1}]}';
        expect(JSON.parse(bodyOf(hostile, template))).toEqual({ a: title, b: [`<${body}>`, { c: 1 }] });
      }),
    );
  });
});

it.each([
  ['{"text": "#{ticket.title}"}', null],
  ['[]', null],
  ['"text"', 'it is no JSON object or list'],
  ['null', 'it is no JSON object or list'],
  ['{', 'it is no JSON'],
  ['', 'it is no JSON'],
])('template %j: %j', (template, trouble) => expect(templateTrouble(template)).toBe(trouble));
