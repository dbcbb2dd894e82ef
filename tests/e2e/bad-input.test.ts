import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json } from './desk.ts';
import { type TestPlatform, testPlatform } from './platform.ts';

const MiB = 1024 * 1024;

describe('bad input', () => {
  let desk: TestPlatform;
  beforeAll(async () => {
    desk = await testPlatform({ 'mail-ingest': { MAIL_ACCEPT: 'known', MAIL_ADDRESSES: 'helpdesk@localhost' } });
  }, 120_000);
  afterAll(() => desk?.platform.stop());

  const ticket = (over: Json = {}) => ({ title: 'x', group: 'Users', customer_id: 2, ...over });
  const token = (value: string) => () => desk.anyone.as({ token: value });
  const basic = (login: string, password: string) => () => desk.anyone.as({ basic: [login, password] });

  /** Announces a body and waits for the answer before sending any of it, so that a refusal is not met by a broken pipe. */
  const announce = async (bytes: number): Promise<Answer> => {
    const { email, password } = desk.platform.admin;
    const call = request(`${desk.platform.url}/api/v1/tickets`, {
      method: 'POST',
      auth: `${email}:${password}`,
      headers: { 'content-type': 'application/json', 'content-length': bytes },
    });
    call.flushHeaders();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    const body = JSON.parse(await text(response)) as Json;
    call.destroy();
    return { status: response.statusCode ?? 0, headers: new Headers(response.headers as Record<string, string>), body };
  };

  const table: [what: string, status: number, error: RegExp, send: () => Promise<Answer>][] = [
    ['JSON that does not parse', 400, /./, () => desk.admin.call('POST', '/api/v1/tickets', '{"title": ')],
    ['JSON of the wrong kind', 422, /./, () => desk.admin.call('POST', '/api/v1/tickets', '[1, 2]')],
    [
      'a field of the wrong type',
      422,
      /title/,
      () => desk.admin.call('POST', '/api/v1/tickets', ticket({ title: { a: 1 } })),
    ],
    ['an empty body', 422, /./, () => desk.admin.call('POST', '/api/v1/tickets', {})],
    [
      'a group nobody has',
      422,
      /No lookup value found for 'group': "nowhere"/,
      () => desk.admin.call('POST', '/api/v1/tickets', ticket({ group: 'nowhere' })),
    ],
    [
      'an article without a body',
      422,
      /Need at least an 'article body' field/,
      () => desk.admin.call('POST', '/api/v1/tickets', ticket({ article: { type: 'note', body: '' } })),
    ],
    [
      'an attachment that is not base64',
      422,
      /Invalid base64 for attachment with index '0'/,
      () =>
        desk.admin.call(
          'POST',
          '/api/v1/tickets',
          ticket({ article: { body: 'x', attachments: [{ filename: 'a', data: '***', 'mime-type': 'text/plain' }] } }),
        ),
    ],
    [
      'a ticket nobody has',
      404,
      /Couldn't find Ticket with 'id'=999999/,
      () => desk.admin.call('GET', '/api/v1/tickets/999999'),
    ],
    ['an id that is no number', 404, /./, () => desk.admin.call('GET', '/api/v1/tickets/abc')],
    ['an id beyond all ids', 404, /./, () => desk.admin.call('GET', '/api/v1/tickets/99999999999999999999')],
    [
      'a user nobody is',
      404,
      /Couldn't find User with 'id'=999999/,
      () => desk.admin.call('GET', '/api/v1/users/999999'),
    ],
    [
      'a route nobody answers',
      404,
      /No route matches \[GET\] \/api\/v1\/nothing/,
      () => desk.admin.call('GET', '/api/v1/nothing'),
    ],
    ['a method nobody answers', 404, /No route matches \[PATCH\]/, () => desk.admin.call('PATCH', '/api/v1/users')],
    ['no credential', 403, /Authentication required/, () => desk.anyone.call('GET', '/api/v1/tickets')],
    [
      'a wrong password',
      401,
      /Invalid BasicAuth credentials/,
      () => basic('admin@example.com', 'wrong')().call('GET', '/api/v1/tickets'),
    ],
    [
      'an unknown user',
      401,
      /Invalid BasicAuth credentials/,
      () => basic('nobody', 'wrong')().call('GET', '/api/v1/tickets'),
    ],
    ['an unknown token', 401, /Can't find User for Token/, () => token('nonsense')().call('GET', '/api/v1/tickets')],
    ['a body over the limit', 413, /./, () => announce(60 * MiB)],
    [
      'a NUL in a text',
      422,
      /./,
      () => desk.admin.call('POST', '/api/v1/tickets', ticket({ title: 'a\u0000b', article: { body: 'c\u0000d' } })),
    ],
    [
      'a search full of punctuation',
      200,
      /^$/,
      () => desk.admin.call('GET', `/api/v1/tickets/search?query=${encodeURIComponent('a:"b\' (c OR -: *')}`),
    ],
    ['a page that is no number', 422, /./, () => desk.admin.call('GET', '/api/v1/tickets?page=abc')],
    ['a cursor of somebody’s making', 422, /./, () => desk.admin.call('GET', '/api/v1/ticket_list?after=made-up')],
    [
      'prototype keys',
      201,
      /^$/,
      () =>
        desk.admin.call(
          'POST',
          '/api/v1/tickets',
          '{"title":"p","group":"Users","customer_id":2,"__proto__":{"admin":true},"constructor":{"a":1}}',
        ),
    ],
    [
      'fields a caller may not set',
      201,
      /^$/,
      () => desk.admin.call('POST', '/api/v1/tickets', ticket({ id: 5, number: '1', created_by_id: 2 })),
    ],
  ];

  it.each(table)('%s is answered with %i', async (_, status, error, send) => {
    const answer = await send();
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    if (status >= 400) {
      expect(answer.headers.get('content-type')).toContain('application/json;');
      expect(answer.body.error).toMatch(error);
      expect(JSON.stringify(answer.body)).not.toMatch(/\bat \w+.*\.[jt]s|SELECT|node_modules/);
    }
  });

  const mail = (raw: Buffer | string, to = 'helpdesk@localhost') =>
    sendRaw({ port: desk.platform.smtpPort }, raw, { from: 'odd@customer.example', to }).then(
      () => 250,
      (error: { responseCode?: number }) => error.responseCode,
    );

  const mails: [what: string, code: number, raw: () => Buffer | string, to?: string][] = [
    ['for an unknown address', 550, () => rawMail(), 'nobody@localhost'],
    ['over the size limit', 552, () => rawMail({ text: 'x'.repeat(30 * MiB) })],
    ['without any header', 250, () => 'just text, no header'],
    [
      'with a boundary that never comes',
      250,
      () => 'Subject: odd boundary\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\nhello',
    ],
    ['with nothing in it', 250, () => '\r\n'],
    ['with binary noise', 250, () => Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256))],
    [
      'with an unknown charset',
      250,
      () => 'Subject: odd charset\r\nContent-Type: text/plain; charset=klingon\r\n\r\nQapla\xe9',
    ],
    [
      'with two thousand parts',
      250,
      () =>
        `Subject: odd parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(2000)}--b--`,
    ],
  ];

  it.each(mails)('a mail %s is answered with %i', async (_, code, raw, to) => {
    expect(await mail(raw(), to)).toBe(code);
  });

  it('after all of that everything still runs and every accepted mail is a ticket', async () => {
    const accepted = mails.filter(([, code]) => code === 250).length;
    await mail(rawMail({ subject: 'The last one' }));
    await desk.admin.ticketTitled('The last one');
    await waitFor(
      async () => {
        const { tickets } = await desk.admin.get('/api/v1/ticket_list?view=all&limit=200');
        const customers = tickets.filter((row: Json) => row.customer_email === 'odd@customer.example');
        return tickets.length >= accepted && customers;
      },
      { what: 'every accepted mail as a ticket', timeoutMs: 30_000 },
    );
    for (const [name, service] of Object.entries(desk.platform.services)) {
      expect(service.restarts, `${name} died`).toBe(0);
      expect((await fetch(`${service.healthUrl}/readyz`)).status).toBe(200);
    }
  });
});
