import { createHash } from 'node:crypto';
import type { KeyPair } from './keys.ts';
import { bufferOf, canonical, entityIn, splitHead } from './mime.ts';
import { encrypt } from './smime-encrypt.ts';
import { makeSignature } from './smime-sign.ts';

export interface Sealing {
  /** Null: it is not signed. */
  sign: KeyPair | null;
  /** DER certificates of everybody who gets it; null: it is not encrypted. */
  encryptFor: readonly Uint8Array[] | null;
}

/**
 * Signs a mail, then encrypts it (RFC 8551 3.7). Its header stays outside: who, when and the subject can be read on the way.
 * @param raw  a whole mail of 7-bit lines
 */
export async function sealMail(raw: Uint8Array, { sign, encryptFor }: Sealing, at: Date): Promise<Buffer> {
  const { head, body } = entityIn(canonical(bufferOf(raw)));
  const { content, rest } = splitHead(head);
  let entity: Buffer = Buffer.concat([content, Buffer.from('\r\n'), body]);
  if (sign) entity = signedEntity(entity, await makeSignature(entity, sign, at));
  if (encryptFor) entity = encryptedEntity(encrypt(entity, encryptFor));
  return Buffer.concat([rest, Buffer.from('MIME-Version: 1.0\r\n'), entity]);
}

function signedEntity(content: Buffer, signature: Buffer): Buffer {
  const boundary = boundaryFor(content);
  return Buffer.concat([
    Buffer.from(
      [
        'Content-Type: multipart/signed; protocol="application/pkcs7-signature";',
        ` micalg=sha-256; boundary="${boundary}"`,
        '',
        'This is a signed mail (S/MIME).',
        `--${boundary}`,
        '',
      ].join('\r\n'),
    ),
    content,
    Buffer.from(
      [
        '',
        `--${boundary}`,
        'Content-Type: application/pkcs7-signature; name="smime.p7s"',
        'Content-Transfer-Encoding: base64',
        'Content-Disposition: attachment; filename="smime.p7s"',
        '',
        base64Lines(signature),
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    ),
  ]);
}

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
