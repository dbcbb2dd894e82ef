import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Mailbox, startMailbox } from './mailbox.ts';

let folder: string;
let mailbox: Mailbox;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'helpmesh-mailbox-'));
  mailbox = await startMailbox({ folder, limit: 3 });
});
afterEach(async () => {
  await mailbox.stop();
  rmSync(folder, { recursive: true });
});

/** A plain SMTP dialogue; resolves with all replies. */
function send(raw: string, to: string[] = ['anna@example.com']): Promise<string> {
  const commands = [
    'EHLO test',
    'MAIL FROM:<desk@example.com>',
    ...to.map((address) => `RCPT TO:<${address}>`),
    'DATA',
  ];
  commands.push(`${raw.replaceAll('\n', '\r\n')}\r\n.`, 'QUIT');
  return new Promise((resolve, reject) => {
    let replies = '';
    const socket = connect(mailbox.smtpPort, '127.0.0.1');
    socket.on('data', (data) => {
      replies += data.toString();
      // Last line of a reply: code and a blank, not a dash.
      if (/^\d{3} .*\r\n$/m.test(data.toString())) socket.write(`${commands.shift() ?? 'NOOP'}\r\n`);
    });
    socket.on('error', reject).on('close', () => resolve(replies));
  });
}

async function json(pathname: string): Promise<Record<string, unknown>> {
  return (await (await fetch(mailbox.url + pathname)).json()) as Record<string, unknown>;
}

const withHtml = `From: Desk <desk@example.com>
To: Anna <anna@example.com>
Reply-To: support@example.com
Subject: =?utf-8?Q?Passwort_zur=C3=BCcksetzen?=
Message-ID: <m1@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: multipart/alternative; boundary=y

--y
Content-Type: text/plain

Open http://localhost:8080/reset?t=1&u=2 now
--y
Content-Type: text/html

<p>Open</p><script>alert(1)</script>
--y--
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename="a.pdf"
Content-Transfer-Encoding: base64

JVBERg==
--x--
`;

it('lists and shows a mail with the field names of Mailpit', async () => {
  expect(await send(withHtml, ['anna@example.com', 'hidden@example.com'])).toContain('250 kept as');
  const list = await json('/api/v1/messages');
  expect(list).toMatchObject({ total: 1, unread: 1, count: 1, messages_count: 1, start: 0, tags: [] });
  expect((list.messages as object[])[0]).toMatchObject({
    MessageID: 'm1@example.com',
    Read: false,
    From: { Name: 'Desk', Address: 'desk@example.com' },
    To: [{ Name: 'Anna', Address: 'anna@example.com' }],
    Bcc: [{ Name: '', Address: 'hidden@example.com' }],
    ReplyTo: [{ Name: '', Address: 'support@example.com' }],
    Subject: 'Passwort zurücksetzen',
    Attachments: 1,
    Snippet: 'Open http://localhost:8080/reset?t=1&u=2 now',
  });
  const detail = await json('/api/v1/message/latest');
  expect(detail).toMatchObject({ ReturnPath: 'desk@example.com', Subject: 'Passwort zurücksetzen', Inline: [] });
  expect(detail.Text).toContain('http://localhost:8080/reset?t=1&u=2');
  expect(detail.Attachments).toMatchObject([
    { PartID: '1', FileName: 'a.pdf', ContentType: 'application/pdf', Size: 4 },
  ]);
  expect(await json('/api/v1/messages')).toMatchObject({ unread: 0 });
  const raw = await (await fetch(`${mailbox.url}/api/v1/message/${detail.ID}/raw`)).text();
  expect(raw.trimEnd()).toBe(withHtml.replaceAll('\n', '\r\n').trimEnd());
  expect(await json('/api/v1/message/latest/headers')).toMatchObject({ 'Reply-To': ['support@example.com'] });
});

it('keeps mails over a restart, drops the oldest beyond the limit, and deletes on request', async () => {
  for (const number of [1, 2, 3, 4]) await send(`Subject: mail ${number}\n\nhello`);
  await mailbox.stop();
  mailbox = await startMailbox({ folder, limit: 3 });
  const subjects = async () =>
    ((await json('/api/v1/messages')).messages as { Subject: string }[]).map((mail) => mail.Subject);
  expect(await subjects()).toEqual(['mail 4', 'mail 3', 'mail 2']);
  const { ID } = ((await json('/api/v1/messages?limit=1')).messages as { ID: string }[])[0]!;
  const body = JSON.stringify({ IDs: [ID] });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${mailbox.url}/api/v1/messages`, { method: 'DELETE', headers, body });
  expect(await subjects()).toEqual(['mail 3', 'mail 2']);
  expect(await (await fetch(`${mailbox.url}/api/v1/messages`, { method: 'DELETE' })).text()).toBe('ok');
  expect(await subjects()).toEqual([]);
  expect((await fetch(`${mailbox.url}/api/v1/message/${ID}`)).status).toBe(404);
});

it('shows HTML only inside a sandbox that cannot run scripts', async () => {
  await send(withHtml);
  const { ID } = ((await json('/api/v1/messages')).messages as { ID: string }[])[0]!;
  const page = await (await fetch(`${mailbox.url}/view/${ID}`)).text();
  expect(page).toContain('<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"');
  expect(page).toContain('<a href="http://localhost:8080/reset?t=1&amp;u=2">');
  expect(page).not.toContain('<script>alert');
  const frame = await fetch(`${mailbox.url}/view/${ID}/html`);
  expect(frame.headers.get('content-security-policy')).toMatch(/^sandbox allow-popups(?!.*allow-scripts)/);
});

it('refuses a request under a foreign host name', async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const options = { port: mailbox.httpPort, host: '127.0.0.1', path: '/', headers: { host: 'evil.example' } };
    http.get(options, (response) => resolve(response.statusCode)).on('error', reject);
  });
  expect(status).toBe(403);
});
