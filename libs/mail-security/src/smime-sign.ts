import { createPrivateKey } from 'node:crypto';
import { ObjectIdentifier, OctetString, UTCTime } from 'asn1js';
import {
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  CertificateChainValidationEngine,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';
import { addressesOf, arrayOf, readCertificate, signsMail } from './certificate.ts';
import type { KeyPair } from './read-key.ts';
import type { Signer, Trouble } from './report.ts';

const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_TIME = '1.2.840.113549.1.9.5';
/** SHA-256, SHA-384, SHA-512: for what is older, two texts with one signature can be made. */
const SAFE_DIGESTS = ['2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.2', '2.16.840.1.101.3.4.2.3'];
/** A mail has one signer, a mailing list may add one. */
const MOST_SIGNERS = 4;
/** A chain has three or four certificates; each is tried against each. */
const MOST_CERTIFICATES = 12;

export interface Trust {
  /** Certificates of people, brought by an administrator: they are believed by themselves. */
  contacts: readonly Uint8Array[];
  /** Those who vouch for others. */
  authorities: readonly Uint8Array[];
}

export type Verified =
  /** `certificate`: DER, of S/MIME. */
  | { ok: true; signer: Signer; certificate: Uint8Array<ArrayBuffer> | null }
  | { ok: false; reason: Trouble; signer: Signer | null };

/** What an opaque signature carries; null: it carries nothing. @throws Error when it is no signature at all */
export function signedContent(der: Uint8Array): Buffer | null {
  const { encapContentInfo } = signedDataIn(der);
  return encapContentInfo.eContent ? Buffer.from(encapContentInfo.eContent.getValue()) : null;
}

/**
 * Whether the sender has signed. Every signature there is must be good, and one of them the sender's: what a second
 * signer adds is no reason to believe more, and what one of them disowns is not believed at all.
 * @param content  the bytes that are shown; null: those within the signature
 * @param from  lower case
 */
export async function verifySignature(
  der: Uint8Array,
  content: Buffer | null,
  trust: Trust,
  from: string | null,
  at: Date,
): Promise<Verified> {
  const nobody = (reason: Trouble): Verified => ({ ok: false, reason, signer: null });
  let signed: SignedData;
  try {
    signed = signedDataIn(der);
  } catch {
    return nobody('malformed');
  }
  // A detached signature with a content of its own would be checked against that, and something else would be shown.
  if ((content === null) !== (signed.encapContentInfo.eContent !== undefined)) return nobody('malformed');
  if (signed.encapContentInfo.eContentType !== ContentInfo.DATA) return nobody('malformed');
  const { signerInfos } = signed;
  if (signerInfos.length === 0 || signerInfos.length > MOST_SIGNERS) return nobody('malformed');
  const carried = (signed.certificates ?? []).filter((one) => one instanceof Certificate);
  if (carried.length > MOST_CERTIFICATES) return nobody('malformed');
  const known = trust.contacts.map((bytes) => Certificate.fromBER(arrayOf(bytes)));
  const authorities = trust.authorities.map((bytes) => Certificate.fromBER(arrayOf(bytes)));
  signed.certificates = [...carried, ...known];

  let best: Verified | undefined;
  for (const [n, info] of signerInfos.entries()) {
    const one = await verifyOne({ signed, info, n, carried, known, authorities, content, from, at });
    if (!one.ok && (one.reason === 'altered' || one.reason === 'malformed')) return one;
    if (!best || (!best.ok && one.ok)) best = one;
  }
  return best as Verified;
}

async function verifyOne(of: {
  signed: SignedData;
  info: SignerInfo;
  n: number;
  carried: Certificate[];
  known: Certificate[];
  authorities: Certificate[];
  content: Buffer | null;
  from: string | null;
  at: Date;
}): Promise<Verified> {
  const { signed, info, n, content, at } = of;
  const attributes = info.signedAttrs?.attributes.map(({ type }) => type) ?? [];
  if (new Set(attributes).size !== attributes.length) return { ok: false, reason: 'malformed', signer: null };
  const { certificate, reason } = await signatureOf(signed, n, content);
  if (!certificate) return { ok: false, reason: reason ?? 'malformed', signer: null };
  const bytes = new Uint8Array(certificate.toSchema(true).toBER(false));
  const { facts } = readCertificate(bytes);
  const signer: Signer = { name: facts.name, addresses: facts.addresses, fingerprint: facts.fingerprint };
  const no = (why: Trouble): Verified => ({ ok: false, reason: why, signer });
  if (reason) return no(reason);
  if (!SAFE_DIGESTS.includes(info.digestAlgorithm.algorithmId)) return no('weak');
  if (at < facts.validFrom || at > facts.validTo) return no('expired');
  if (!signsMail(certificate)) return no('not-for-mail');
  if (!(await isTrusted(certificate, of))) return no('untrusted');
  if (of.from === null || !addressesOf(certificate).includes(of.from)) return no('other-address');
  return { ok: true, signer, certificate: bytes };
}

/** The certificate by which a signature was made, and what is wrong with the signature itself. */
async function signatureOf(signed: SignedData, n: number, content: Buffer | null) {
  try {
    const data = content === null ? undefined : arrayOf(content);
    const met = await signed.verify({ signer: n, ...(data && { data }), checkChain: false, extendedMode: true });
    return { certificate: met.signerCertificate, reason: met.signatureVerified ? null : ('altered' as const) };
  } catch (error) {
    const { code, signerCertificate } = error as { code?: number; signerCertificate?: Certificate | null };
    const reason: Trouble = code === 2 || code === 3 ? 'unknown-signer' : code === 7 ? 'weak' : 'altered';
    return { certificate: signerCertificate ?? null, reason };
  }
}

async function isTrusted(
  certificate: Certificate,
  {
    carried,
    known,
    authorities,
    at,
  }: { carried: Certificate[]; known: Certificate[]; authorities: Certificate[]; at: Date },
): Promise<boolean> {
  if (known.some((one) => isSame(one, certificate))) return true;
  if (authorities.length === 0) return false;
  const between = carried.filter((one) => !isSame(one, certificate));
  const engine = new CertificateChainValidationEngine({
    trustedCerts: authorities,
    certs: [...between, certificate],
    checkDate: at,
  });
  try {
    const { result } = await engine.verify({ passedWhenNotRevValues: true });
    return result;
  } catch {
    return false;
  }
}

function isSame(one: Certificate, other: Certificate): boolean {
  return Buffer.from(one.toSchema(true).toBER(false)).equals(Buffer.from(other.toSchema(true).toBER(false)));
}

function signedDataIn(der: Uint8Array): SignedData {
  const info = ContentInfo.fromBER(arrayOf(der));
  if (info.contentType !== ContentInfo.SIGNED_DATA) throw new Error('no signed data');
  return new SignedData({ schema: info.content });
}

/**
 * A detached signature over `content`, with the certificate and those that vouch for it.
 * @returns the DER form
 */
export async function makeSignature(content: Buffer, { certificate, key, chain }: KeyPair, at: Date): Promise<Buffer> {
  const cert = Certificate.fromBER(arrayOf(certificate));
  const privateKey = createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' });
  const algorithm =
    privateKey.asymmetricKeyType === 'ec'
      ? { name: 'ECDSA', namedCurve: curveOf(privateKey.asymmetricKeyDetails?.namedCurve) }
      : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const signingKey = await crypto.subtle.importKey('pkcs8', arrayOf(key), algorithm, false, ['sign']);
  const digest = await crypto.subtle.digest('SHA-256', arrayOf(content));
  const signed = new SignedData({
    version: 1,
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: ContentInfo.DATA }),
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: cert.issuer, serialNumber: cert.serialNumber }),
        signedAttrs: new SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            new Attribute({ type: CONTENT_TYPE, values: [new ObjectIdentifier({ value: ContentInfo.DATA })] }),
            new Attribute({ type: SIGNING_TIME, values: [new UTCTime({ valueDate: at })] }),
            new Attribute({ type: MESSAGE_DIGEST, values: [new OctetString({ valueHex: digest })] }),
          ],
        }),
      }),
    ],
    certificates: [cert, ...chain.map((one) => Certificate.fromBER(arrayOf(one)))],
  });
  signed.digestAlgorithms = [new AlgorithmIdentifier({ algorithmId: SAFE_DIGESTS[0] as string })];
  await signed.sign(signingKey, 0, 'SHA-256', arrayOf(content));
  const info = new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: signed.toSchema(true) });
  return Buffer.from(info.toSchema().toBER(false));
}

function curveOf(name: string | undefined): string {
  const curves: Record<string, string> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };
  return curves[name ?? ''] ?? 'P-256';
}
