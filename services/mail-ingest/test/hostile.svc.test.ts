import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { openBlobStore } from '@helpmesh/blob';
import { rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FiledMail, type Row, type TestDesk, testDesk } from './desk.ts';
import { type HostileMail, hostileMails } from './hostile-mails.ts';

const subjectOf = (name: string) => `hostile ${name}`;
const corpus = hostileMails(subjectOf);

describe('S05, S09: hostile mails', () => {
  let desk: TestDesk;
  let commands: FiledMail[];
  let rows: Row[];
  const digests = new Map<string, string>();

  beforeAll(async () => {
    desk = await testDesk({ MAIL_MAX_BYTES: String(35 * 1024 * 1024), MAIL_ACCEPT: 'any' });
    // Ordinary mails among the others: they must not suffer.
    for (const [n, { raw, name }] of corpus.entries()) {
      const reply = await sendRaw({ port: desk.smtpPort }, raw);
      digests.set(name, reply.replace(/.*queued as /, ''));
      if (n % 5 === 0) await sendRaw({ port: desk.smtpPort }, rawMail({ subject: `ordinary ${n}` }));
    }
    rows = await desk.settled(120_000);
    commands = await desk.filed();
  }, 180_000);
  afterAll(() => desk?.stop());

  const rowOf = ({ name }: HostileMail) => rows.find(({ queue_id }) => queue_id === digests.get(name));
  const commandOf = (mail: HostileMail) => commands.find(({ data }) => data.inboundId === rowOf(mail)?.id)?.data;

  it.each(corpus)('$name: $is', async (mail) => {
    const row = rowOf(mail);
    expect(row).toMatchObject({ state: mail.is, attempts: 1 });
    const command = commandOf(mail);
    expect(command?.unreadable === null).toBe(mail.is === 'parsed');
    expect(commands.filter(({ data }) => data.inboundId === row?.id)).toHaveLength(1);
    // smtp-server ends the data with the line break the sender adds.
    const kept = await buffer(await openBlobStore({ BLOB_DIR: desk.env.BLOB_DIR }).get(row?.sha256 ?? ''));
    expect(sameMail(kept, mail.raw)).toBe(true);
  });

  it('keeps subject and sender also of those that cannot be read', () => {
    for (const mail of corpus.filter(({ is }) => is === 'quarantined')) {
      expect(commandOf(mail)).toMatchObject({
        subject: subjectOf(mail.name),
        from: { name: 'Eve', address: 'eve@hostile.example' },
        text: '',
        unreadable: expect.stringMatching(/^It has /),
      });
    }
  });

  it('shows the words of every mail that has some', () => {
    const wordless = /parts|rfc822|attachments|winmail|noise|line feed/;
    for (const mail of corpus.filter(({ is, name }) => is === 'parsed' && !wordless.test(name)))
      expect(commandOf(mail)?.text, mail.name).toMatch(/body|words/);
  });

  it('hands over text that PostgreSQL and the page can take, within the caps', () => {
    for (const { data } of commands) {
      const { text, html } = data;
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024);
      expect(Buffer.byteLength(html ?? '')).toBeLessThanOrEqual(1024 * 1024);
      expect(JSON.stringify(data)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
      expect(html ?? '').not.toMatch(/<script|url\(|javascript:/i);
    }
  });

  it('delivers all ordinary mails among them', () => {
    const ordinary = commands.filter(({ data }) => data.subject.startsWith('ordinary '));
    expect(ordinary).toHaveLength(Math.ceil(corpus.length / 5));
  });

  it('tells of each mail set aside, once', async () => {
    const told = await waitFor(
      async () => {
        const { state } = await desk.bus.jsm.streams.info('EVT_MAIL');
        return state.messages >= corpus.filter(({ is }) => is === 'quarantined').length && state;
      },
      { what: 'the events' },
    );
    expect(told.messages).toBe(corpus.filter(({ is }) => is === 'quarantined').length);
  });
});

/** SMTP ends lines with CRLF and a mail with a line break; nodemailer brings both about. */
function sameMail(kept: Buffer, sent: Buffer): boolean {
  const plain = (bytes: Buffer) =>
    bytes
      .toString('latin1')
      .replace(/\r\n?|\n/g, '\n')
      .replace(/\n+$/, '');
  const digest = (bytes: Buffer) => createHash('sha256').update(plain(bytes), 'latin1').digest('hex');
  return digest(kept) === digest(sent);
}
