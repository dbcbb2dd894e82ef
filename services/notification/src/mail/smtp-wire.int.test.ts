import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import { epochMs } from '@helpmesh/kernel';
import { FakeClock, faultProxy, type SmtpSink, smtpSink } from '@helpmesh/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aMail } from '../../test/a-mail.ts';
import { SmtpWire } from './smtp-wire.ts';

let folder: string;
let blobs: BlobStore;
let sink: SmtpSink;
let wire: SmtpWire;
const patience = () => AbortSignal.timeout(20_000);

function wireTo(url: string, silenceMs = 5_000): SmtpWire {
  return new SmtpWire(blobs, { url, connections: 3, silenceMs, nullReturnPath: true }, { sealingOf: async () => null });
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'helpmesh-wire-'));
  blobs = openBlobStore({ BLOB_DIR: folder });
});
afterAll(async () => {
  await blobs.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  sink = await smtpSink();
  wire = wireTo(sink.url);
});
afterEach(async () => {
  wire.close();
  await sink.close();
});

describe('a mail on the wire', () => {
  it('carries what was queued: people, subject, both bodies, threading headers', async () => {
    const mail = aMail({
      cc: [{ name: '', address: 'bob@x.org' }],
      remaining: ['ada@x.org', 'bob@x.org'],
      replyTo: { name: 'Requester', address: 'req@x.org' },
      subject: '[Ticket#10017] Drucker läuft — „wieder“ 日本語',
      html: '<p>It works <b>again</b>.</p>',
      inReplyTo: '<m1@x.org>',
      references: ['<m0@x.org>', '<m1@x.org>'],
    });
    expect(await wire.send(mail, patience())).toMatchObject({ accepted: ['ada@x.org', 'bob@x.org'], refusals: [] });
    const [got] = sink.mails;
    expect(got?.envelope).toEqual({ from: 'help@example.org', to: ['ada@x.org', 'bob@x.org'] });
    expect(got?.parsed).toMatchObject({
      subject: mail.subject,
      messageId: mail.messageId,
      inReplyTo: '<m1@x.org>',
      references: ['<m0@x.org>', '<m1@x.org>'],
      html: mail.html,
      date: new Date(mail.createdAt),
    });
    expect(got?.parsed.text).toContain('It works again.');
    expect(got?.parsed.replyTo?.text).toBe('"Requester" <req@x.org>');
    expect(String(got?.raw)).not.toMatch(/^(Auto-Submitted|Precedence|X-Auto-Response-Suppress):/im);
  });

  it('serves only those who do not have it, and still names everybody', async () => {
    const both = [
      { name: '', address: 'ada@x.org' },
      { name: '', address: 'bob@x.org' },
    ];
    await wire.send(aMail({ to: both, remaining: ['bob@x.org'] }), patience());
    expect(sink.mails[0]?.envelope.to).toEqual(['bob@x.org']);
    expect(String(sink.mails[0]?.raw)).toMatch(/^To: ada@x.org, bob@x.org/m);
  });

  it.each([
    ['auto-reply', 'auto-replied', ''],
    ['password-reset', 'auto-generated', 'help@example.org'],
  ])('says of an automatic %s that it is %s', async (kind, submitted, returnPath) => {
    await wire.send(aMail({ kind, automatic: true }), patience());
    const [got] = sink.mails;
    expect(got?.envelope.from).toBe(returnPath);
    expect(String(got?.raw)).toMatch(new RegExp(`^Auto-Submitted: ${submitted}\\r$`, 'm'));
    expect(String(got?.raw)).toMatch(/^X-Auto-Response-Suppress: All\r$/m);
    expect(String(got?.raw)).toMatch(/^Precedence: bulk\r$/m);
  });

  it('is the same, byte for byte, when it is sent again', async () => {
    const { sha256, size } = await blobs.put(randomBytes(5_000));
    const file = { sha256, size, filename: 'größe.bin', contentType: 'application/octet-stream' };
    const mail = aMail({ html: '<p>Hello</p>', attachments: [file] });
    await wire.send(mail, patience());
    await wire.send({ ...mail, attempts: 2 }, patience());
    expect(sink.mails[1]?.raw.equals(sink.mails[0]?.raw ?? Buffer.alloc(0))).toBe(true);
  });

  it('streams attachments from the file store, inline images with their content id', async () => {
    const bytes = randomBytes(3_000_000);
    const big = { ...(await blobs.put(bytes)), filename: 'big.bin', contentType: 'application/zip' };
    const image = { ...(await blobs.put(Buffer.from('GIF89a'))), filename: 'i.gif', contentType: 'image/gif' };
    const attachments = [big, { ...image, contentId: '<pic1@x>', inline: true }];
    await wire.send(aMail({ html: '<img src="cid:pic1@x">', attachments }), patience());
    const got = sink.mails[0]?.parsed.attachments ?? [];
    expect(got.find(({ filename }) => filename === 'big.bin')?.content.equals(bytes)).toBe(true);
    expect(got.find(({ filename }) => filename === 'i.gif')).toMatchObject({ cid: 'pic1@x', contentType: 'image/gif' });
  });
});

describe('S08: hostile values', () => {
  it('cannot add a header, a recipient or a command', async () => {
    const evil = 'x\r\nBcc: eve@evil.org\r\nX-Evil: 1';
    const { sha256, size } = await blobs.put(Buffer.from('x'));
    const file = { sha256, size, filename: `f\r\nX-Evil: 1`, contentType: 'text/plain\r\nX-Evil: 1', contentId: evil };
    const mail = aMail({
      subject: evil,
      from: { name: evil, address: 'help@example.org' },
      to: [{ name: evil, address: 'ada@x.org' }],
      replyTo: { name: evil, address: 'req@x.org' },
      inReplyTo: `<a@b>\r\nX-Evil: 1`,
      references: [`<a@b>\r\nX-Evil: 1`],
      attachments: [file],
    });
    expect(await wire.send(mail, patience())).toMatchObject({ accepted: ['ada@x.org'] });
    const got = sink.mails[0];
    expect(got?.envelope.to).toEqual(['ada@x.org']);
    expect(String(got?.raw)).not.toMatch(/^(X-Evil|Bcc):/im);
  });

  it('an address with a line break is refused before the wire, for good', async () => {
    const answer = await wire.send(aMail({ remaining: ['ada@x.org>\r\nRCPT TO:<eve@evil.org'] }), patience());
    expect(answer).toMatchObject({ permanent: true });
    expect(sink.mails).toHaveLength(0);
  });
});

describe('an answer of the server', () => {
  it.each([
    ['a recipient told to wait', { at: 'rcpt', code: 450 }, { refusals: [{ address: 'ada@x.org', permanent: false }] }],
    ['a recipient refused', { at: 'rcpt', code: 550 }, { refusals: [{ address: 'ada@x.org', permanent: true }] }],
    ['a message told to wait', { at: 'data', code: 451 }, { permanent: false }],
    ['a message refused', { at: 'data', code: 554 }, { permanent: true }],
    ['a line that goes dead after DATA', { at: 'after-data' }, { permanent: false }],
  ] as const)('%s is read as that', async (_what, failure, meant) => {
    sink.fail(failure);
    expect(await wire.send(aMail(), patience())).toMatchObject(meant);
    expect(sink.mails.length).toBe(failure.at === 'after-data' ? 1 : 0);
  });

  it('one refused recipient does not keep the others from getting the mail', async () => {
    sink.fail({ at: 'rcpt', code: 550, text: 'no such user' });
    const remaining = ['gone@x.org', 'ada@x.org'];
    expect(await wire.send(aMail({ remaining }), patience())).toMatchObject({
      accepted: ['ada@x.org'],
      refusals: [{ address: 'gone@x.org', permanent: true, reason: '550 no such user' }],
    });
    expect(sink.mails[0]?.envelope.to).toEqual(['ada@x.org']);
  });

  it('a relay that turns everybody away is our trouble, not the mail’s', async () => {
    const server = createServer((socket) => socket.end('554 not today\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const strict = wireTo(`smtp://127.0.0.1:${(server.address() as { port: number }).port}`);
    expect(await strict.send(aMail(), patience())).toMatchObject({ permanent: false });
    strict.close();
    server.close();
  });
});

describe('trouble on the way', () => {
  it('nobody listens: put off', async () => {
    await sink.close();
    expect(await wire.send(aMail(), patience())).toMatchObject({ permanent: false });
  });

  it('a server that falls silent is given up by the time limit', async () => {
    const proxy = await faultProxy({ port: sink.port });
    const slow = wireTo(proxy.through(sink.url), 60_000);
    proxy.stall();
    expect(await slow.send(aMail(), AbortSignal.timeout(300))).toMatchObject({ permanent: false });
    slow.close();
    await proxy.close();
  });

  it.each(['RCPT', 'DATA'])(
    'a mail whose lease is over when the server answers %s is not handed over',
    async (command) => {
      // A server that lets one wait for a word, and takes what it is given whole.
      const whole: string[] = [];
      const asked = Promise.withResolvers<() => void>();
      const server = createServer((socket) => {
        let data: string | undefined;
        socket.on('error', () => undefined).write('220 slow\r\n');
        createInterface({ input: socket }).on('line', (line) => {
          if (data !== undefined) {
            data += `${line}\n`;
            if (line !== '.') return;
            whole.push(data);
            data = undefined;
            return void socket.write('250 ok\r\n');
          }
          const answer = () => socket.write(line === 'DATA' ? '354 go\r\n' : '250 ok\r\n');
          if (line === 'DATA') data = '';
          if (line.startsWith(command)) asked.resolve(answer);
          else answer();
        });
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const clock = new FakeClock();
      const url = `smtp://127.0.0.1:${(server.address() as { port: number }).port}`;
      const settings = { url, connections: 1, silenceMs: 5_000, nullReturnPath: true, clock };
      const slow = new SmtpWire(blobs, settings, { sealingOf: async () => null });
      const send = (dueAt: number) => slow.send(aMail({ dueAt: epochMs(dueAt) }), patience());
      const sending = send(clock.now() + 1_000);
      const answer = await asked.promise;
      clock.advance(1_000);
      answer();
      expect(await sending).toMatchObject({ permanent: false, reason: expect.stringContaining('time for this try') });
      expect(whole).toEqual([]);
      slow.close();
      server.close();
    },
  );

  it('a file that is not there puts the mail off instead of sending it without', async () => {
    const file = { sha256: 'a'.repeat(64), size: 1, filename: 'x', contentType: 'text/plain' };
    const answer = await wire.send(aMail({ attachments: [file] }), patience());
    expect(answer).toMatchObject({ permanent: false });
    expect(sink.mails).toHaveLength(0);
  });
});
