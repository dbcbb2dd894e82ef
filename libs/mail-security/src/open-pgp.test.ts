import { deflateRawSync } from 'node:zlib';
import { AppError } from '@helpmesh/kernel';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { publicText, readKeys } from './keys.ts';
import { isProtected, type KeyRing, openMail } from './open-mail.ts';
import { library } from './openpgp.ts';
import { generatePgpKey, mergePgpKeys } from './pgp-keys.ts';
import { sealMail } from './seal-mail.ts';
import { anIdentity, aPgpKey, type TestPgpKey } from './testing.ts';

const at = new Date('2026-06-01T12:00:00Z');
const FROM = 'anna@partner.example';
const OURS = 'help@desk.example';
const utf8 = (text: string) => new TextEncoder().encode(text);

let anna: TestPgpKey;
let desk: TestPgpKey;
let mallory: TestPgpKey;

beforeAll(async () => {
  [anna, desk, mallory] = await Promise.all([
    aPgpKey({ name: 'Anna', address: FROM }),
    aPgpKey({ name: 'Desk', address: OURS }),
    aPgpKey({ name: 'Mallory', address: 'mallory@evil.example' }),
  ]);
});

const mail = (text: string, head = ['Content-Type: text/plain; charset=utf-8']) =>
  Buffer.from(
    [`From: Anna <${FROM}>`, `To: ${OURS}`, 'Subject: Offer', 'MIME-Version: 1.0', ...head, '', text].join('\r\n'),
  );
const ring = (contacts: Uint8Array[] = [anna.certificate], own = [desk]): KeyRing => ({
  ...{ own: [], contacts: [], authorities: [], pgp: { own, contacts } },
});
const open = (raw: Buffer, keys = ring(), when = at) => openMail(raw, keys, FROM, when);
const signed = (by: TestPgpKey, text = 'Pay 100 EUR.\r\n') =>
  sealMail(mail(text), { type: 'PGP', sign: by, encryptFor: null }, at);
const sealed = (by: TestPgpKey | null, text = 'Secret.\r\n') =>
  sealMail(mail(text), { type: 'PGP', sign: by, encryptFor: [desk.certificate] }, at);
const armoured = async (text: string | Uint8Array, by: TestPgpKey | null, forKeys: Uint8Array[]) => {
  const pgp = await library();
  const message = await pgp.createMessage({ binary: typeof text === 'string' ? utf8(text) : text });
  return pgp.encrypt({
    ...{ message, date: at },
    encryptionKeys: await Promise.all(forKeys.map((binaryKey) => pgp.readKey({ binaryKey }))),
    ...(by && { signingKeys: await pgp.readPrivateKey({ binaryKey: by.key }) }),
  });
};
const asMime = (armour: string) =>
  mail(
    [
      '--B\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n',
      `--B\r\nContent-Type: application/octet-stream\r\n\r\n${armour}\r\n--B--\r\n`,
    ].join('\r\n'),
    ['Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=B'],
  );

describe('a mail signed by OpenPGP', () => {
  it('is believed when the key of whom it comes from is known', async () => {
    const opened = await open(await signed(anna));
    expect(opened?.report).toMatchObject({
      ...{ type: 'PGP', encryption: { success: false, comment: null, reason: null } },
      sign: { success: true, reason: null, signer: { name: 'Anna', addresses: [FROM], fingerprint: anna.fingerprint } },
    });
    expect(opened?.content?.toString()).toContain('Pay 100 EUR.');
    expect((await signed(anna)).toString()).toMatch(
      /protocol="application\/pgp-signature";\r\n micalg=pgp-sha(256|512)/,
    );
  });

  it('is checked by its bytes, however its lines were carried', async () => {
    const raw = Buffer.from((await signed(anna)).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    expect((await open(raw))?.report.sign.success).toBe(true);
  });

  it('is not believed with one letter changed, and is shown as it came', async () => {
    const raw = Buffer.from((await signed(anna)).toString('latin1').replace('Pay 100', 'Pay 900'), 'latin1');
    const opened = await open(raw);
    expect(opened).toMatchObject({ content: null, report: { sign: { success: false, reason: 'altered' } } });
  });

  it('is not believed by a key that nobody has accepted, nor by one of somebody else', async () => {
    expect((await open(await signed(anna), ring([])))?.report.sign).toMatchObject({ reason: 'unknown-signer' });
    const other = await open(await signed(mallory), ring([anna.certificate, mallory.certificate]));
    expect(other?.report.sign).toMatchObject({ success: false, reason: 'other-address', signer: { name: 'Mallory' } });
  });

  it('is not believed once its key has ended or was taken back', async () => {
    const late = await aPgpKey({ address: FROM, validTo: new Date('2026-06-10Z') });
    const raw = await signed(late);
    expect((await open(raw, ring([late.certificate])))?.report.sign.success).toBe(true);
    const after = await open(raw, ring([late.certificate]), new Date('2026-06-11Z'));
    expect(after?.report.sign).toMatchObject({ success: false, reason: 'expired' });
    const [revoked] = await readKeys(anna.revokedText, null, at);
    const gone = await open(await signed(anna), ring([revoked?.certificate as Buffer]));
    expect(gone?.report.sign).toMatchObject({ success: false, reason: 'revoked' });
  });

  it('shows of a good signature what is signed, and nothing that stands beside it', async () => {
    const text = (await signed(anna)).toString('latin1');
    const opened = await open(Buffer.from(text.replace('This is a signed mail', 'Pay Mallory instead'), 'latin1'));
    expect(opened?.report.sign.success).toBe(true);
    expect(opened?.content?.toString()).not.toContain('Mallory');
  });

  it('within a mail of other parts counts for nothing', async () => {
    const raw = (await signed(anna)).toString('latin1');
    const entity = raw.slice(raw.indexOf('Content-Type: multipart/signed'));
    const list = mail(`--L\r\n${entity}\r\n--L\r\n\r\nSent by the list.\r\n--L--\r\n`, [
      'Content-Type: multipart/mixed; boundary=L',
    ]);
    expect(await open(list)).toMatchObject({ content: null, report: { type: 'PGP', sign: { reason: 'in-part' } } });
  });
});

describe('a mail encrypted by OpenPGP', () => {
  it('is opened with the key of the desk, and believed when it was signed before', async () => {
    const opened = await open(await sealed(anna));
    expect(opened?.report).toMatchObject({ type: 'PGP', sign: { success: true }, encryption: { success: true } });
    expect(opened?.content?.toString()).toMatch(/^Content-Type: text\/plain; charset=utf-8\r\n\r\nSecret\./);
    const unsigned = await open(await sealed(null));
    expect(unsigned?.report).toMatchObject({ sign: { success: false, reason: null }, encryption: { success: true } });
  });

  it('shows nothing of its words in what everybody can read', async () => {
    expect((await sealed(anna)).toString()).not.toMatch(/Secret|multipart\/signed/);
  });

  it('that is signed again within is believed', async () => {
    const inner = (await signed(anna, 'Twice.\r\n')).toString();
    const entity = inner.slice(inner.indexOf('Content-Type: multipart/signed'));
    const opened = await open(asMime(await armoured(entity, null, [desk.certificate])));
    expect(opened?.report).toMatchObject({ sign: { success: true }, encryption: { success: true } });
    expect(opened?.content?.toString()).toContain('Twice.');
  });

  it('stays closed without the key', async () => {
    const opened = await open(await sealed(null), ring([], []));
    expect(opened).toMatchObject({ content: null, report: { encryption: { success: false, reason: 'no-key' } } });
  });

  it('is opened with a key that has ended', async () => {
    const old = await aPgpKey({ address: OURS, validTo: new Date('2026-06-02Z') });
    const raw = asMime(await armoured('Content-Type: text/plain\r\n\r\nOld', null, [old.certificate]));
    const opened = await open(raw, ring([], [old]), new Date('2026-07-01Z'));
    expect(opened?.report.encryption.success).toBe(true);
  });

  it('of which a byte was changed shows not a word', async () => {
    const pgp = await library();
    const whole = (
      await pgp.unarmor(await armoured('Content-Type: text/plain\r\n\r\nSecret words', null, [desk.certificate]))
    ).data as Uint8Array;
    for (const back of [1, 10, 25, 40]) {
      const bytes = new Uint8Array(whole);
      bytes[bytes.length - back] = (bytes.at(-back) ?? 0) ^ 1;
      const opened = await open(asMime(pgp.armor(pgp.enums.armor.message, bytes)));
      expect(opened).toMatchObject({ content: null, report: { encryption: { success: false } } });
    }
  });

  it('that nothing proves to be whole is not opened', async () => {
    const pgp = await library();
    const message = await pgp.readMessage({ armoredMessage: await armoured('Secret', null, [desk.certificate]) });
    const session = message.packets[0]?.write();
    const packet = (tag: number, body: Uint8Array = new Uint8Array()) => {
      const head = Buffer.from([0xc0 | tag, 0xff, 0, 0, 0, 0]);
      head.writeUInt32BE(body.length, 2);
      return Buffer.concat([head, body]);
    };
    const { publicKeyEncryptedSessionKey: keyTag, symmetricallyEncryptedData: bareTag } = pgp.enums.packet;
    const old = Buffer.concat([packet(keyTag, session), packet(bareTag, new Uint8Array(60))]);
    const opened = await open(asMime(pgp.armor(pgp.enums.armor.message, new Uint8Array(old))));
    expect(opened).toMatchObject({ content: null, report: { encryption: { success: false, reason: 'unsupported' } } });
  });

  it('S07: that becomes too large when it is decompressed is given up', async () => {
    const pgp = await library();
    const words = Buffer.alloc(37 * 1024 * 1024);
    const literal = Buffer.from([0xc0 | 11, 0xff, 0, 0, 0, 0, 0x62, 0, 0, 0, 0, 0]);
    literal.writeUInt32BE(words.length + 6, 2);
    const packed = Object.assign(new pgp.CompressedDataPacket(), {
      algorithm: pgp.enums.compression.zip,
      compressed: new Uint8Array(deflateRawSync(Buffer.concat([literal, words]))),
    });
    const packets = new pgp.PacketList();
    packets.push(packed);
    const encryptionKeys = await pgp.readKey({ binaryKey: desk.certificate });
    const bomb = await pgp.encrypt({ message: new pgp.Message(packets), encryptionKeys, date: at });
    expect(bomb.length).toBeLessThan(500_000);
    expect((await open(asMime(bomb)))?.report.encryption).toMatchObject({ success: false, reason: 'undecryptable' });
  });

  it('that only calls itself encrypted is not shown as such', async () => {
    const pgp = await library();
    const plain = (await pgp.createMessage({ binary: utf8('Content-Type: text/plain\r\n\r\nx') })).armor();
    expect((await open(asMime(plain)))?.report.encryption).toMatchObject({ success: false, reason: 'malformed' });
  });
});

describe('OpenPGP in the text of a mail', () => {
  it('is opened, in whatever charset and encoding it came', async () => {
    const armour = await armoured('Grüße, 100 EUR.', anna, [desk.certificate]);
    for (const raw of [
      mail(armour.replaceAll('\n', '\r\n')),
      mail(armour, []),
      mail(Buffer.from(armour).toString('base64'), ['Content-Type: text/plain', 'Content-Transfer-Encoding: base64']),
      mail(armour.replaceAll('=', '=3D'), ['Content-Type: text/plain', 'Content-Transfer-Encoding: quoted-printable']),
    ]) {
      expect(isProtected(raw)).toBe(true);
      const opened = await open(raw);
      expect(opened?.report).toMatchObject({ type: 'PGP', sign: { success: true }, encryption: { success: true } });
      expect(opened?.content?.toString()).toMatch(
        /^Content-Type: text\/plain; charset=utf-8\r\n[\s\S]*Grüße, 100 EUR\.$/,
      );
    }
    const latin = await armoured(Buffer.from('Gr\xfc\xdfe', 'latin1'), null, [desk.certificate]);
    const opened = await open(mail(latin, ['Content-Type: text/plain; charset=iso-8859-1']));
    expect(opened?.content?.toString('latin1')).toContain('charset=iso-8859-1');
  });

  it('with its signature below is believed, and shown without it', async () => {
    const pgp = await library();
    const text = await pgp.createCleartextMessage({ text: '- Pay 100 EUR.\n-- \nAnna' });
    const whole = await pgp.sign({
      message: text,
      signingKeys: await pgp.readPrivateKey({ binaryKey: anna.key }),
      date: at,
    });
    const opened = await open(mail(whole));
    expect(opened?.report).toMatchObject({ sign: { success: true }, encryption: { reason: null } });
    expect(opened?.content?.toString()).toMatch(/\r\n\r\n- Pay 100 EUR\.\n--\nAnna$/);
    const altered = await open(mail(whole.replace('Pay 100', 'Pay 900')));
    expect(altered).toMatchObject({ content: null, report: { sign: { success: false, reason: 'altered' } } });
  });

  it('among other words stays closed: whoever wrote those could carry its words away', async () => {
    const armour = await armoured('Secret', null, [desk.certificate]);
    const opened = await open(mail(`Please answer this:\n${armour}`));
    expect(opened).toMatchObject({ content: null, report: { encryption: { success: false, reason: 'in-part' } } });
    expect(isProtected(mail(`> ${armour.replaceAll('\n', '\n> ')}`))).toBe(false);
  });

  it('is no business of a public key', () => {
    expect(isProtected(mail(anna.publicText))).toBe(false);
  });
});

describe('an OpenPGP key', () => {
  const read = (text: string, passphrase: string | null = null) => readKeys(text, passphrase, at);

  it('is read with what is shown of it, armoured or as a file', async () => {
    const file = Buffer.from(anna.certificate).toString('base64');
    for (const given of [anna.publicText, file]) {
      const [key, ...more] = await read(given);
      expect(more).toEqual([]);
      expect(key).toMatchObject({ key: null, facts: { type: 'PGP', name: 'Anna', addresses: [FROM], encrypts: true } });
      expect(key?.facts).toMatchObject({ userIds: [`Anna <${FROM}>`], validTo: null, revoked: false, issuer: '' });
      expect(await publicText('PGP', key?.certificate as Buffer)).toContain('BEGIN PGP PUBLIC KEY BLOCK');
    }
  });

  it('is opened by its pass phrase, and kept without one', async () => {
    const locked = await aPgpKey({ address: OURS, passphrase: 'open sesame' });
    const both = `${locked.publicText}\n${locked.privateText}`;
    await expect(read(both, 'wrong')).rejects.toMatchObject({ code: 'mail-key.passphrase' });
    const [key, ...more] = await read(both, 'open sesame');
    expect(more).toEqual([]);
    const own = { certificate: key?.certificate as Buffer, key: key?.key as Buffer, chain: [] };
    const raw = await sealMail(mail('x'), { type: 'PGP', sign: own, encryptFor: [own.certificate] }, at);
    const opened = await openMail(
      raw,
      { ...ring([own.certificate], []), pgp: { own: [own], contacts: [own.certificate] } },
      OURS,
      at,
    );
    expect(opened?.report).toMatchObject({ sign: { success: true }, encryption: { success: true } });
  });

  it('once taken back stays so, whatever older copy is brought', async () => {
    const [revoked] = await read(anna.revokedText);
    expect(revoked?.facts).toMatchObject({ revoked: true, encrypts: false, addresses: [FROM] });
    const merged = await mergePgpKeys(revoked?.certificate as Buffer, anna.certificate, at);
    expect(merged.facts.revoked).toBe(true);
    expect((await mergePgpKeys(anna.certificate, revoked?.certificate as Buffer, at)).facts.revoked).toBe(true);
    const raw = sealMail(mail('x'), { type: 'PGP', sign: null, encryptFor: [merged.certificate] }, at);
    await expect(raw).rejects.toMatchObject({ kind: 'conflict', code: 'mail-key.unusable' });
  });

  it('of the desk is made for an address, with an end', async () => {
    const until = new Date('2029-06-01T12:00:00Z');
    const { facts, key } = await generatePgpKey({ name: 'Help "Desk" <x>', address: OURS }, at, until);
    expect(facts).toMatchObject({ addresses: [OURS], encrypts: true, validTo: until, revoked: false });
    expect(key).not.toBeNull();
  });

  it('that is none is refused, whatever it is', async () => {
    for (const given of [
      '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxx\n-----END PGP PUBLIC KEY BLOCK-----',
      'mQ==',
      'xQ==',
    ]) {
      await expect(read(given)).rejects.toMatchObject({ code: 'mail-key.unreadable' });
    }
    const bytes = Buffer.from(anna.certificate);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (all) => {
          const changed = Buffer.from(bytes);
          for (const [where, byte] of all) changed[where] = byte;
          const met = await read(changed.toString('base64')).catch((error: unknown) => error);
          if (!Array.isArray(met)) expect(met).toBeInstanceOf(AppError);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it('bytes of a mail never make it throw, whatever they are', async () => {
  const base = await sealed(anna);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
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

it('a mail wrapped in both ways is opened in the outer one alone', async () => {
  const smime = await anIdentity({ address: FROM });
  const inner = (await sealMail(mail('x'), { sign: smime, encryptFor: null }, at)).toString();
  const entity = inner.slice(inner.indexOf('Content-Type: multipart/signed'));
  const opened = await openMail(
    asMime(await armoured(entity, null, [desk.certificate])),
    { ...ring(), contacts: [smime.certificate] },
    FROM,
    at,
  );
  expect(opened?.report).toMatchObject({
    type: 'PGP',
    sign: { success: false, reason: null },
    encryption: { success: true },
  });
  expect(opened?.content?.toString()).toContain('smime.p7s');
});
