import { createHash } from 'node:crypto';
import type { SecurityType } from './certificate.ts';
import { bufferOf, canonical, entityIn, splitHead } from './mime.ts';
import { pgpMessage, pgpSignature } from './pgp-seal.ts';
import type { KeyPair } from './read-key.ts';
import { encrypt } from './smime-encrypt.ts';
import { makeSignature } from './smime-sign.ts';

export interface Sealing {
  /** Absent: S/MIME. All keys are of this type. */
  type?: SecurityType;
  /** Null: it is not signed. */
  sign: KeyPair | null;
  /** Certificates or public keys of everybody who gets it; null: it is not encrypted. */
  encryptFor: readonly Uint8Array[] | null;
}

/**
 * Signs a mail, then encrypts it (RFC 8551 3.7, RFC 3156 6). Its header stays outside: who, when and the subject can be read
 * on the way.
 * @param raw  a whole mail of 7-bit lines
 * @throws AppError conflict `mail-key.unusable`
 */
export async function sealMail(raw: Uint8Array, { type, sign, encryptFor }: Sealing, at: Date): Promise<Buffer> {
  const { head, body } = entityIn(canonical(bufferOf(raw)));
  const { content, rest } = splitHead(head);
  const plain = Buffer.concat([content, Buffer.from('\r\n'), body]);
  const entity = type === 'PGP' ? await byPgp(plain, sign, encryptFor, at) : await bySmime(plain, sign, encryptFor, at);
  return Buffer.concat([rest, Buffer.from('MIME-Version: 1.0\r\n'), entity]);
}

async function bySmime(plain: Buffer, sign: KeyPair | null, encryptFor: Sealing['encryptFor'], at: Date) {
  let entity = plain;
  if (sign) {
    const signature = base64Lines(await makeSignature(entity, sign, at));
    entity = signedEntity(entity, {
      ...{ protocol: 'application/pkcs7-signature', micalg: 'sha-256', note: 'This is a signed mail (S/MIME).' },
      part: ['Content-Transfer-Encoding: base64', 'Content-Disposition: attachment; filename="smime.p7s"'],
      ...{ filename: 'smime.p7s', signature },
    });
  }
  return encryptFor ? encryptedEntity(encrypt(entity, encryptFor)) : entity;
}

/** What is encrypted carries its signature within (RFC 3156 6.2), as most programs make and read it. */
async function byPgp(plain: Buffer, sign: KeyPair | null, encryptFor: Sealing['encryptFor'], at: Date) {
  if (encryptFor) return pgpEntity(await pgpMessage(plain, encryptFor, sign, at));
  if (!sign) return plain;
  const { armoured, micalg } = await pgpSignature(plain, sign, at);
  return signedEntity(plain, {
    ...{ protocol: 'application/pgp-signature', micalg, note: 'This is a signed mail (OpenPGP).' },
    part: [
      'Content-Description: OpenPGP digital signature',
      'Content-Disposition: attachment; filename="signature.asc"',
    ],
    ...{ filename: 'signature.asc', signature: lines(armoured) },
  });
}

function signedEntity(
  content: Buffer,
  by: { protocol: string; micalg: string; note: string; part: string[]; filename: string; signature: string },
): Buffer {
  const boundary = boundaryFor(content);
  return Buffer.concat([
    Buffer.from(
      [
        `Content-Type: multipart/signed; protocol="${by.protocol}";`,
        ` micalg=${by.micalg}; boundary="${boundary}"`,
        '',
        by.note,
        `--${boundary}`,
        '',
      ].join('\r\n'),
    ),
    content,
    Buffer.from(
      [
        '',
        `--${boundary}`,
        `Content-Type: ${by.protocol}; name="${by.filename}"`,
        ...by.part,
        '',
        by.signature,
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    ),
  ]);
}

function pgpEntity(armoured: string): Buffer {
  const boundary = boundaryFor(Buffer.from(armoured));
  return Buffer.from(
    [
      'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
      ` boundary="${boundary}"`,
      '',
      'This is an encrypted mail (OpenPGP).',
      `--${boundary}`,
      'Content-Type: application/pgp-encrypted',
      'Content-Description: PGP/MIME version identification',
      '',
      'Version: 1',
      '',
      `--${boundary}`,
      'Content-Type: application/octet-stream; name="encrypted.asc"',
      'Content-Description: OpenPGP encrypted message',
      'Content-Disposition: inline; filename="encrypted.asc"',
      '',
      lines(armoured),
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  );
}

/** As a mail carries them. */
const lines = (armoured: string) => armoured.trim().replace(/\r?\n/g, '\r\n');

function encryptedEntity(enveloped: Buffer): Buffer {
  return Buffer.from(
    [
      'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment; filename="smime.p7m"',
      '',
      base64Lines(enveloped),
      '',
    ].join('\r\n'),
  );
}

/** It cannot stand in the content: that would have to hold its own digest. */
function boundaryFor(content: Buffer): string {
  return `signed-${createHash('sha256').update(content).digest('hex').slice(0, 40)}`;
}

function base64Lines(bytes: Buffer): string {
  return (
    bytes
      .toString('base64')
      .match(/.{1,76}/g)
      ?.join('\r\n') ?? ''
  );
}
