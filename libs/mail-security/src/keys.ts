import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';
import { type CertBag, Certificate, PFX, type PKCS8ShroudedKeyBag, PrivateKeyInfo, type SafeContents } from 'pkijs';
import { arrayOf, type KeyFacts, readCertificate, type SecurityType } from './certificate.ts';
import { armouredPgpKey, readPgpKeys } from './pgp-keys.ts';
import type { ReadKey } from './read-key.ts';

const MOST_CERTIFICATES = 20;
const SAFE_CONTENTS_KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SAFE_CONTENTS_SHROUDED = '1.2.840.113549.1.12.10.1.2';
const SAFE_CONTENTS_CERT = '1.2.840.113549.1.12.10.1.3';

/**
 * What an administrator brings: PEM (certificates, and a private key, which may be encrypted), one certificate in DER,
 * PKCS#12, or OpenPGP keys, armoured or as a file.
 * @param given  text, or base64 of a file
 * @param at  now
 * @returns certificates in their order, the one with the private key first; OpenPGP keys, each with its own private key
 * @throws AppError invalid `mail-key.unreadable`, `mail-key.passphrase`, `mail-key.no-certificate`, `mail-key.unfit`
 */
export async function readKeys(given: string, passphrase: string | null, at: Date): Promise<ReadKey[]> {
  if (given.includes('-----BEGIN PGP ')) return readPgpKeys(given, passphrase, at);
  const isText = given.includes('-----BEGIN ');
  const file = Buffer.from(isText ? '' : given, 'base64');
  if (isPgp(file)) return readPgpKeys(file, passphrase, at);
  const { certificates, key } = isText ? readPem(given, passphrase) : await readFile(file, passphrase);
  if (certificates.length === 0) {
    throw new AppError('invalid', 'mail-key.no-certificate', 'There is no certificate in it.');
  }
  if (certificates.length > MOST_CERTIFICATES) throw unreadable();
  const read = certificates.map((certificate) => ({ certificate, key: null, facts: factsOf(certificate) }));
  if (!key) return read;
  const owner = read.findIndex(({ certificate }) => new X509Certificate(certificate).checkPrivateKey(key));
  const mine = read[owner];
  if (!mine) throw new AppError('invalid', 'mail-key.unfit', 'The private key belongs to none of the certificates.');
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  return [{ ...mine, key: pkcs8 }, ...read.filter((_, n) => n !== owner)];
}

/** The public part as text, as other programs read it. */
export async function publicText(type: SecurityType, certificate: Uint8Array): Promise<string> {
  return type === 'PGP' ? armouredPgpKey(certificate) : new X509Certificate(certificate).toString();
}

interface Brought {
  certificates: Buffer[];
  key: KeyObject | null;
}

function readPem(text: string, passphrase: string | null): Brought {
  const blocks = text.match(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g) ?? [];
  const certificates: Buffer[] = [];
  let key: KeyObject | null = null;
  for (const block of blocks) {
    if (/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(block)) certificates.push(derOf(block));
    else if (/^-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(block)) key = privateKey(block, passphrase);
  }
  return { certificates, key };
}

function derOf(pem: string): Buffer {
  try {
    return new X509Certificate(pem).raw;
  } catch (error) {
    throw unreadable(error);
  }
}

/** A packet of a public or a private key, in the old form or the new one; DER begins with 0x30. */
function isPgp(bytes: Buffer): boolean {
  const tag = bytes[0] ?? 0;
  const kind = tag & 0x40 ? tag & 0x3f : (tag & 0x3c) >> 2;
  return tag >= 0x80 && (kind === 5 || kind === 6);
}

async function readFile(bytes: Buffer, passphrase: string | null): Promise<Brought> {
  try {
    return { certificates: [new X509Certificate(bytes).raw], key: null };
  } catch {
    return readPkcs12(bytes, passphrase ?? '');
  }
}

async function readPkcs12(bytes: Buffer, passphrase: string): Promise<Brought> {
  let pfx: PFX;
  try {
    pfx = PFX.fromBER(arrayOf(bytes));
  } catch (error) {
    throw unreadable(error);
  }
  const password = arrayOf(Buffer.from(passphrase));
  try {
    await pfx.parseInternalValues({ password, checkIntegrity: true });
  } catch (error) {
    throw wrongPassphrase(error);
  }
  const safe = pfx.parsedValue?.authenticatedSafe;
  if (!safe) throw unreadable();
  try {
    await safe.parseInternalValues({ safeContents: safe.safeContents.map(() => ({ password })) });
  } catch (error) {
    const detail =
      'The file is encrypted in an old way. Write it anew: openssl pkcs12 -legacy -in old.p12 -nodes | openssl pkcs12 -export -out new.p12';
    throw new AppError('invalid', 'mail-key.unreadable', detail, undefined, { cause: error });
  }
  const contents = (safe.parsedValue as { safeContents: { value: SafeContents }[] }).safeContents;
  const found: Brought = { certificates: [], key: null };
  for (const { bagId, bagValue } of contents.flatMap(({ value }) => value.safeBags)) {
    if (bagId === SAFE_CONTENTS_CERT) {
      const { parsedValue } = bagValue as CertBag;
      if (parsedValue instanceof Certificate)
        found.certificates.push(Buffer.from(parsedValue.toSchema(true).toBER(false)));
    } else if (bagId === SAFE_CONTENTS_SHROUDED || bagId === SAFE_CONTENTS_KEY_BAG) {
      const der = Buffer.from((bagValue as PKCS8ShroudedKeyBag | PrivateKeyInfo).toSchema().toBER(false));
      found.key = privateKeyOfDer(der, passphrase);
    }
  }
  return found;
}

function privateKey(pem: string, passphrase: string | null): KeyObject {
  const locked = /ENCRYPTED/.test(pem);
  try {
    return createPrivateKey({ key: pem, ...(locked && { passphrase: passphrase ?? '' }) });
  } catch (error) {
    throw locked ? wrongPassphrase(error) : unreadable(error);
  }
}

function privateKeyOfDer(key: Buffer, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key, format: 'der', type: 'pkcs8', passphrase });
  } catch (error) {
    throw wrongPassphrase(error);
  }
}

function factsOf(certificate: Buffer): KeyFacts {
  try {
    return readCertificate(certificate).facts;
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(cause?: unknown): AppError {
  const detail = 'It is neither PEM nor a certificate nor a PKCS#12 file nor an OpenPGP key.';
  return new AppError('invalid', 'mail-key.unreadable', detail, undefined, { cause });
}

function wrongPassphrase(cause: unknown): AppError {
  return new AppError('invalid', 'mail-key.passphrase', 'The pass phrase does not open it.', undefined, { cause });
}
