import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';
import { type CertBag, Certificate, PFX, type PKCS8ShroudedKeyBag, PrivateKeyInfo, type SafeContents } from 'pkijs';
import { arrayOf, type CertificateFacts, readCertificate } from './certificate.ts';

/** A certificate and the private key to it. */
export interface KeyPair {
  /** DER. */
  certificate: Uint8Array;
  /** PKCS#8, DER. */
  key: Uint8Array;
  /** Those that vouch for it, DER, its issuer first. */
  chain: readonly Uint8Array[];
}

export interface ReadKey {
  facts: CertificateFacts;
  /** DER. */
  certificate: Buffer;
  /** PKCS#8, DER; null: only the public part was brought. */
  key: Buffer | null;
}

const MOST_CERTIFICATES = 20;
const SAFE_CONTENTS_KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SAFE_CONTENTS_SHROUDED = '1.2.840.113549.1.12.10.1.2';
const SAFE_CONTENTS_CERT = '1.2.840.113549.1.12.10.1.3';

/**
 * What an administrator brings: PEM (certificates, and a private key, which may be encrypted), one certificate in DER, or
 * PKCS#12.
 * @param given  text, or base64 of a file
 * @returns certificates in their order, the one with the private key first
 * @throws AppError invalid `mail-key.unreadable`, `mail-key.passphrase`, `mail-key.no-certificate`, `mail-key.unfit`
 */
export async function readKeys(given: string, passphrase: string | null): Promise<ReadKey[]> {
  const { certificates, key } = /-----BEGIN /.test(given)
    ? readPem(given, passphrase)
    : await readFile(given, passphrase);
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

/** The certificate as text, as other programs read it. */
export function pemOf(certificate: Uint8Array): string {
  return new X509Certificate(certificate).toString();
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

async function readFile(given: string, passphrase: string | null): Promise<Brought> {
  const bytes = Buffer.from(given, 'base64');
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

function factsOf(certificate: Buffer): CertificateFacts {
  try {
    return readCertificate(certificate).facts;
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(cause?: unknown): AppError {
  const detail = 'It is neither PEM nor a certificate nor a PKCS#12 file.';
  return new AppError('invalid', 'mail-key.unreadable', detail, undefined, { cause });
}

function wrongPassphrase(cause: unknown): AppError {
  return new AppError('invalid', 'mail-key.passphrase', 'The pass phrase does not open it.', undefined, { cause });
}
