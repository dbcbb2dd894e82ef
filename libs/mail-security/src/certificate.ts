import { X509Certificate } from 'node:crypto';
import { Certificate, type GeneralName } from 'pkijs';

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';
const SUBJECT_ALT_NAME = '2.5.29.17';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const ANY_USAGE = '2.5.29.37.0';
const RFC822_NAME = 1;

/** How a mail is protected; the names are those of Zammad. */
export type SecurityType = 'S/MIME' | 'PGP';

/** What is shown of a certificate, or of an OpenPGP key. */
export interface KeyFacts {
  type: SecurityType;
  name: string;
  /** Empty for an OpenPGP key: it vouches for itself. */
  issuer: string;
  /** Of an OpenPGP key its id. */
  serial: string;
  /** Lower-case hex; of a certificate its SHA-256. */
  fingerprint: string;
  /** Lower case. */
  addresses: string[];
  /** Identities of an OpenPGP key, as they stand in it. */
  userIds: string[];
  validFrom: Date;
  /** Null: it does not end. */
  validTo: Date | null;
  /** Its owner has taken it back. */
  revoked: boolean;
  /** It may vouch for others. */
  authority: boolean;
  /** Mails can be encrypted for it. */
  encrypts: boolean;
}

/** @throws Error when the bytes are no certificate */
export function readCertificate(der: Uint8Array): { cert: Certificate; facts: KeyFacts & { validTo: Date } } {
  const x509 = new X509Certificate(der);
  const cert = Certificate.fromBER(arrayOf(x509.raw));
  const usage = keyUsage(cert);
  const facts = {
    type: 'S/MIME' as const,
    name: nameIn(x509.subject),
    issuer: nameIn(x509.issuer),
    serial: x509.serialNumber,
    fingerprint: fingerprintOf(x509),
    addresses: addressesOf(cert),
    userIds: [],
    revoked: false,
    validFrom: new Date(x509.validFrom),
    validTo: new Date(x509.validTo),
    authority: x509.ca,
    encrypts: x509.publicKey.asymmetricKeyType === 'rsa' && (usage === null || (usage & 0x20) !== 0),
  };
  return { cert, facts };
}

export function fingerprintOf(x509: X509Certificate): string {
  return x509.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The mail addresses that a certificate is for, in lower case. */
export function addressesOf(cert: Certificate): string[] {
  const found = new Set<string>();
  const extension = cert.extensions?.find(({ extnID }) => extnID === SUBJECT_ALT_NAME);
  const altNames = (extension?.parsedValue as { altNames?: GeneralName[] } | undefined)?.altNames ?? [];
  for (const { type, value } of altNames) if (type === RFC822_NAME) found.add(String(value).toLowerCase());
  for (const { type, value } of cert.subject.typesAndValues) {
    if (type === EMAIL_ADDRESS) found.add(String(value.valueBlock.value).toLowerCase());
  }
  return [...found].filter((address) => address.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(address));
}

/** Whether its issuer lets it sign mails. One that says nothing about its use may be used for anything (RFC 5280 4.2.1.12). */
export function signsMail(cert: Certificate): boolean {
  const usage = keyUsage(cert);
  // digitalSignature or nonRepudiation
  if (usage !== null && (usage & 0xc0) === 0) return false;
  const extension = cert.extensions?.find(({ extnID }) => extnID === EXTENDED_KEY_USAGE);
  if (!extension) return true;
  const purposes = (extension.parsedValue as { keyPurposes?: string[] } | undefined)?.keyPurposes ?? [];
  return purposes.includes(EMAIL_PROTECTION) || purposes.includes(ANY_USAGE);
}

/** The first byte of the key usage (RFC 5280 4.2.1.3); null: it says nothing. */
function keyUsage(cert: Certificate): number | null {
  const extension = cert.extensions?.find(({ extnID }) => extnID === KEY_USAGE);
  if (!extension) return null;
  const bits = extension.parsedValue as { valueBlock?: { valueHexView?: Uint8Array } } | undefined;
  return bits?.valueBlock?.valueHexView?.[0] ?? 0;
}

function nameIn(subject: string): string {
  const values = new Map(
    subject.split('\n').map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
  return values.get('CN') ?? values.get('emailAddress') ?? values.get('O') ?? subject.replaceAll('\n', ', ');
}

/** A copy of the bytes alone, as pkijs reads them: a `Buffer` may be a window on memory that holds other things. */
export function arrayOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
