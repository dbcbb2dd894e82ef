import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { fromBER, Null, OctetString, Sequence } from 'asn1js';
import {
  AlgorithmIdentifier,
  Certificate,
  ContentInfo,
  EncryptedContentInfo,
  EnvelopedData,
  IssuerAndSerialNumber,
  KeyTransRecipientInfo,
  RecipientInfo,
  RSAESOAEPParams,
} from 'pkijs';
import { arrayOf } from './certificate.ts';
import type { KeyPair } from './read-key.ts';
import type { Trouble } from './report.ts';

const AUTH_ENVELOPED_DATA = '1.2.840.113549.1.9.16.1.23';
const RSA = '1.2.840.113549.1.1.1';
const RSA_OAEP = '1.2.840.113549.1.1.7';
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';
/** To how many a mail may be encrypted: each of ours is looked for among them. */
const MOST_RECIPIENTS = 500;
const TAG_BYTES = 16;

const digests: Record<string, string> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
/** By the identifier of the content encryption; `keyBytes` of its key. */
const ciphers: Record<string, { name: string; keyBytes: number }> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.6': { name: 'aes-128-gcm', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.26': { name: 'aes-192-gcm', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.46': { name: 'aes-256-gcm', keyBytes: 32 },
};
const AES_256_CBC = '2.16.840.1.101.3.4.1.42';

export type Decrypted = { ok: true; content: Buffer } | { ok: false; reason: Trouble };

/** Opens what was encrypted for one of our certificates, with or without a proof that nobody has changed it. */
export function decrypt(der: Uint8Array, own: readonly KeyPair[]): Decrypted {
  let enveloped: EnvelopedData;
  let sealed: { tag: Buffer; about: Buffer | null } | null = null;
  try {
    const info = ContentInfo.fromBER(arrayOf(der));
    if (info.contentType === AUTH_ENVELOPED_DATA) ({ enveloped, ...sealed } = authEnveloped(info.content));
    else if (info.contentType === ContentInfo.ENVELOPED_DATA) enveloped = new EnvelopedData({ schema: info.content });
    else return { ok: false, reason: 'unsupported' };
  } catch {
    return { ok: false, reason: 'malformed' };
  }
  const { contentEncryptionAlgorithm } = enveloped.encryptedContentInfo;
  const cipher = ciphers[contentEncryptionAlgorithm.algorithmId];
  if (!cipher || cipher.name.endsWith('gcm') !== (sealed !== null)) return { ok: false, reason: 'unsupported' };
  const recipients = enveloped.recipientInfos.slice(0, MOST_RECIPIENTS);
  let met: Trouble = 'no-key';
  for (const pair of own) {
    const certificate = Certificate.fromBER(arrayOf(pair.certificate));
    for (const { value } of recipients) {
      if (!(value instanceof KeyTransRecipientInfo) || !isFor(value, certificate)) continue;
      const key = contentKey(value, createPrivateKey({ key: Buffer.from(pair.key), format: 'der', type: 'pkcs8' }));
      if (key === null) {
        met = 'unsupported';
        continue;
      }
      const content = contentOf(enveloped.encryptedContentInfo, cipher, key, sealed);
      if (content) return { ok: true, content };
      met = 'undecryptable';
    }
  }
  return { ok: false, reason: met };
}

/** AuthEnvelopedData (RFC 5083), of which the first four fields are those of EnvelopedData. */
function authEnveloped(content: unknown): { enveloped: EnvelopedData; tag: Buffer; about: Buffer | null } {
  const fields = [...(content as Sequence).valueBlock.value];
  const tagAt = fields.findLastIndex((field) => field instanceof OctetString);
  const mac = fields[tagAt];
  if (!(mac instanceof OctetString)) throw new Error('no tag');
  const attributes = fields.slice(0, tagAt).find(({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === 1);
  const envelope = fields.slice(0, tagAt).filter((field) => field !== attributes);
  const enveloped = new EnvelopedData({ schema: fromBER(new Sequence({ value: envelope }).toBER(false)).result });
  let about: Buffer | null = null;
  if (attributes) {
    about = Buffer.from((attributes as Sequence).toBER(false));
    about[0] = 0x31; // what is authenticated is the DER form of a SET, not of the field (RFC 5083 2.2)
  }
  return { enveloped, tag: Buffer.from(mac.getValue()), about };
}

function isFor({ rid }: KeyTransRecipientInfo, certificate: Certificate): boolean {
  if (rid instanceof IssuerAndSerialNumber) {
    return certificate.issuer.isEqual(rid.issuer) && certificate.serialNumber.isEqual(rid.serialNumber);
  }
  const extension = certificate.extensions?.find(({ extnID }) => extnID === SUBJECT_KEY_IDENTIFIER);
  if (!extension) return false;
  const wanted = (rid as { valueBlock?: { valueHexView?: Uint8Array } }).valueBlock?.valueHexView;
  const mine = (extension.parsedValue as OctetString | undefined)?.valueBlock.valueHexView;
  return wanted !== undefined && mine !== undefined && Buffer.from(wanted).equals(Buffer.from(mine));
}

/** Of a damaged PKCS#1 block the library makes a key that fits nothing: nobody learns by asking what was wrong. */
function contentKey({ keyEncryptionAlgorithm, encryptedKey }: KeyTransRecipientInfo, key: KeyObject): Buffer | null {
  const bytes = Buffer.from(encryptedKey.getValue());
  if (key.asymmetricKeyType !== 'rsa') return null;
  try {
    if (keyEncryptionAlgorithm.algorithmId === RSA) {
      return privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, bytes);
    }
    if (keyEncryptionAlgorithm.algorithmId !== RSA_OAEP) return null;
    const params = new RSAESOAEPParams({ schema: keyEncryptionAlgorithm.algorithmParams });
    const oaepHash = digests[params.hashAlgorithm.algorithmId];
    return oaepHash ? privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, bytes) : null;
  } catch {
    return Buffer.alloc(0);
  }
}

function contentOf(
  info: EncryptedContentInfo,
  { name, keyBytes }: { name: string; keyBytes: number },
  key: Buffer,
  sealed: { tag: Buffer; about: Buffer | null } | null,
): Buffer | null {
  if (key.length !== keyBytes || !info.encryptedContent) return null;
  const content = Buffer.from(info.getEncryptedContent());
  const params = info.contentEncryptionAlgorithm.algorithmParams as OctetString | Sequence;
  try {
    if (!sealed) {
      const decipher = createDecipheriv(name, key, Buffer.from((params as OctetString).getValue()));
      return Buffer.concat([decipher.update(content), decipher.final()]);
    }
    if (sealed.tag.length !== TAG_BYTES) return null;
    const nonce = Buffer.from(((params as Sequence).valueBlock.value[0] as OctetString).getValue());
    const gcm = name as 'aes-256-gcm';
    const decipher = createDecipheriv(gcm, key, nonce, { authTagLength: TAG_BYTES });
    if (sealed.about) decipher.setAAD(sealed.about);
    decipher.setAuthTag(sealed.tag);
    return Buffer.concat([decipher.update(content), decipher.final()]);
  } catch {
    return null;
  }
}

/**
 * Encrypts for each of the certificates, all of them RSA: AES-256-CBC with PKCS#1 v1.5, which every mail program reads.
 * @returns the DER form of EnvelopedData
 */
export function encrypt(content: Buffer, certificates: readonly Uint8Array[]): Buffer {
  const key = randomBytes(32);
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const encrypted = Buffer.concat([cipher.update(content), cipher.final()]);
  const recipientInfos = certificates.map((bytes) => {
    const certificate = Certificate.fromBER(arrayOf(bytes));
    const publicKey = createPublicKey({
      key: Buffer.from(certificate.subjectPublicKeyInfo.toSchema().toBER(false)),
      format: 'der',
      type: 'spki',
    });
    const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, key);
    return new RecipientInfo({
      variant: 1,
      value: new KeyTransRecipientInfo({
        version: 0,
        rid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        keyEncryptionAlgorithm: new AlgorithmIdentifier({ algorithmId: RSA, algorithmParams: new Null() }),
        encryptedKey: new OctetString({ valueHex: arrayOf(wrapped) }),
      }),
    });
  });
  const enveloped = new EnvelopedData({
    version: 0,
    recipientInfos,
    encryptedContentInfo: new EncryptedContentInfo({
      contentType: ContentInfo.DATA,
      contentEncryptionAlgorithm: new AlgorithmIdentifier({
        algorithmId: AES_256_CBC,
        algorithmParams: new OctetString({ valueHex: arrayOf(iv) }),
      }),
      encryptedContent: new OctetString({ valueHex: arrayOf(encrypted) }),
      disableSplit: true,
    }),
  });
  const info = new ContentInfo({ contentType: ContentInfo.ENVELOPED_DATA, content: enveloped.toSchema() });
  return Buffer.from(info.toSchema().toBER(false));
}
