import { connect, createServer } from 'node:net';
import { ImapFlow } from 'imapflow';
import { describe, expect, it, onTestFinished } from 'vitest';
import { faultProxy } from './fault-proxy.ts';
import { imapServer } from './imap-server.ts';
import { Ledger } from './ledger.ts';
import { rawMail, sendRaw } from './raw-mail.ts';
import { smtpSink } from './smtp-sink.ts';
import { waitFor } from './wait-for.ts';

describe('smtpSink', () => {
  it('keeps a mail with umlauts and an attachment as it was sent', async () => {
    const sink = await smtpSink();
    onTestFinished(sink.close);
    const attachments = [{ name: 'log.bin', content: Buffer.alloc(1000, 7) }];
    await sendRaw(sink, rawMail({ subject: 'Größe', text: 'Zeile eins\nZeile zwei ü', attachments }));
    const { parsed, envelope } = await sink.next('the mail');
    expect(parsed.subject).toBe('Größe');
    expect(parsed.text?.trim()).toBe('Zeile eins\nZeile zwei ü');
    expect(parsed.attachments[0]?.content.equals(Buffer.alloc(1000, 7))).toBe(true);
    expect(envelope).toEqual({ from: 'nicole.braun@zammad.org', to: ['helpdesk@localhost'] });
  });

  it('spends each scripted failure on one mail', async () => {
    const sink = await smtpSink();
    onTestFinished(sink.close);
    sink.fail({ at: 'data', code: 451 }, { at: 'rcpt', code: 550 }, { at: 'after-data' });
    await expect(sendRaw(sink, rawMail())).rejects.toMatchObject({ responseCode: 451 });
    await expect(sendRaw(sink, rawMail())).rejects.toMatchObject({ responseCode: 550 });
    expect(sink.mails).toHaveLength(0);
    await expect(sendRaw(sink, rawMail())).rejects.toThrow();
    expect(sink.mails.map((mail) => mail.answered)).toEqual([false]);
    expect(await sendRaw(sink, rawMail())).toMatch(/^250/);
    expect(sink.mails).toHaveLength(2);
  });
});

describe('imapServer', () => {
  it('serves appended mails byte by byte and shows flags and moves', async () => {
    const server = await imapServer();
    onTestFinished(server.close);
    const raw = rawMail({ subject: 'Grüße', text: 'äöü' });
    server.append(raw);
    const { port, user, password } = server;
    const client = new ImapFlow({
      host: '127.0.0.1',
      port,
      secure: false,
      auth: { user, pass: password },
      logger: false,
    });
    client.on('error', () => undefined);
    await client.connect();
    await client.mailboxOpen('INBOX');
    const fetched = await client.fetchAll('1:*', { source: true, uid: true });
    expect(fetched[0]?.source?.equals(raw)).toBe(true);
    await client.messageFlagsAdd('1', ['\\Seen']);
    expect(server.messages()[0]?.flags).toContain('\\Seen');
    await client.messageMove('1', 'Archive');
    expect(server.messages()).toEqual([]);
    expect(server.messages('Archive')[0]?.raw.equals(raw)).toBe(true);
    await client.logout();
  });
});

describe('faultProxy', () => {
  it('delays, cuts, refuses and heals', async () => {
    const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void echo.close());
    const proxy = await faultProxy({ port: (echo.address() as { port: number }).port });
    onTestFinished(proxy.close);

    const open = async () => {
      const socket = connect(proxy.port, '127.0.0.1');
      let received = '';
      let closed = false;
      socket.on('data', (data) => {
        received += data.toString();
      });
      socket
        .on('error', () => undefined)
        .on('close', () => {
          closed = true;
        });
      return { socket, received: () => received, closed: () => closed };
    };

    const first = await open();
    first.socket.write('one');
    await waitFor(() => first.received() === 'one', { what: 'the echo' });
    proxy.latency(120);
    const sent = performance.now();
    first.socket.write('two');
    await waitFor(() => first.received() === 'onetwo', { what: 'the late echo' });
    expect(performance.now() - sent).toBeGreaterThan(200); // both ways
    proxy.cut();
    await waitFor(() => first.closed(), { what: 'the cut' });

    await proxy.refuse();
    const second = await open();
    await waitFor(() => second.closed(), { what: 'the refusal' });
    await proxy.heal();
    const third = await open();
    proxy.stall();
    third.socket.write('late');
    await waitFor(() => third.socket.bytesWritten === 4, { what: 'the write' });
    expect(third.received()).toBe('');
    await proxy.heal();
    await waitFor(() => third.received() === 'late', { what: 'the echo after the silence' });
    third.socket.destroy();
  });
});

describe('Ledger', () => {
  it('counts what was promised and is gone, and what is there twice', () => {
    const ledger = new Ledger();
    const [kept, lost, twice, unanswered] = [ledger.offer(), ledger.offer(), ledger.offer(), ledger.offer()];
    for (const token of [kept, lost, twice]) ledger.accept(token);
    const titles = [`Printer ${kept}`, `${twice} Re: ${twice}`, `again ${twice}`, 'unrelated'];
    expect(ledger.verify(titles)).toEqual({ lost: [lost], doubled: [twice], accepted: 3, seen: 2 });
    expect(ledger.verify([...titles, unanswered]).lost).toEqual([lost]);
  });
});

describe('waitFor', () => {
  it('says what it waited for and what it saw last', async () => {
    await expect(waitFor(() => false, { what: 'a ticket', timeoutMs: 50 })).rejects.toThrow(
      'Waited 50 ms for a ticket; the last look saw false.',
    );
    const failing = () => Promise.reject(new Error('connection refused'));
    await expect(waitFor(failing, { what: 'health', timeoutMs: 50 })).rejects.toThrow(/last look failed: connection/);
  });
});
