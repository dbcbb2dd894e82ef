import { afterAll, beforeAll, expect, it } from 'vitest';
import { UnreadableMail } from '../../application/ports.ts';
import { ParserPool } from './parser-pool.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const head = 'From: ada@x.example\r\nSubject: Pool\r\n';
/** Takes about a second of processor time. */
const slow = bytes(`${head}Content-Type: text/html\r\n\r\n${'<p>It &amp; "that" &lt;</p>\r\n'.repeat(110_000)}`);
let pool: ParserPool;

beforeAll(async () => {
  pool = new ParserPool(1, 300);
  await pool.warmUp();
});
afterAll(() => pool?.close());

it('reads a mail in a thread of its own', async () => {
  expect(await pool.parse(bytes(`${head}\r\nx`))).toMatchObject({ subject: 'Pool', text: 'x' });
});

it('kills a thread that takes too long, says so, and reads the next mail', async () => {
  const [killed, next] = await Promise.allSettled([pool.parse(slow), pool.parse(bytes(`${head}\r\nnext`))]);
  expect(killed).toMatchObject({
    reason: expect.objectContaining({
      name: 'UnreadableMail',
      message: 'It takes longer than 0.3 s to read.',
      again: true,
    }),
  });
  expect(next).toMatchObject({ value: { text: 'next' } });
});

it('does not count the time a mail waits for a thread', async () => {
  const mails = Array.from({ length: 400 }, (_, n) => bytes(`${head}\r\n${n}`));
  const read = await Promise.all(mails.map((mail) => pool.parse(mail)));
  expect(read.map(({ text }) => Number(text))).toEqual(mails.map((_, n) => n));
});

it('says of a mail that breaks a limit which one, and that trying again is no use', async () => {
  const parts = `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(2_000)}`;
  const refused = await pool.parse(bytes(head + parts)).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UnreadableMail);
  expect(refused).toMatchObject({ message: 'It has more than 1000 parts.', again: false });
});

it('saves the header of what cannot be read, and of noise nothing', async () => {
  expect(await pool.salvage(slow)).toMatchObject({ subject: 'Pool', from: { address: 'ada@x.example' }, text: '' });
  expect(await pool.salvage(bytes('\0\0\0'))).toMatchObject({ subject: '', from: null });
});
