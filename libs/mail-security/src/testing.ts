import { createPrivateKey, randomBytes } from 'node:crypto';
import { BitString, Integer, OctetString, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
  GeneralNames,
} from 'pkijs';
import { arrayOf } from './certificate.ts';
import { library } from './openpgp.ts';
import type { KeyPair } from './read-key.ts';

export interface TestIdentity extends KeyPair {
  certificate: Uint8Array<ArrayBuffer>;
  key: Uint8Array<ArrayBuffer>;
  pem: string;
  keyPem: string;
}

export interface TestIdentityWishes {
  name?: string;
  address?: string;
  /** Absent: it vouches for itself. */
  issuer?: TestIdentity;
  authority?: boolean;
  validFrom?: Date;
  validTo?: Date;
  /** Of the extended key usage. */
  purposes?: string[];
}

export interface TestPgpKey extends KeyPair {
  certificate: Uint8Array<ArrayBuffer>;
  key: Uint8Array<ArrayBuffer>;
  fingerprint: string;
  /** Armoured; the private one without a pass phrase unless one is wished. */
  publicText: string;
  privateText: string;
  /** The public key once its owner has taken it back. */
  revokedText: string;
}

/** An OpenPGP key, as a program of its owner makes it. */
export async function aPgpKey(wishes: {
  name?: string;
  address: string;
  validFrom?: Date;
  validTo?: Date;
  passphrase?: string;
  rsa?: boolean;
}): Promise<TestPgpKey> {
  const pgp = await library();
  const { name = '', address, validFrom = new Date('2020-01-01T00:00:00Z'), validTo, passphrase, rsa } = wishes;
  const { privateKey, publicKey, revocationCertificate } = await pgp.generateKey({
    ...(rsa ? { type: 'rsa', rsaBits: 2048 } : { type: 'ecc', curve: 'curve25519Legacy' }),
    userIDs: [{ name, email: address }],
    date: validFrom,
    ...(validTo && { keyExpirationTime: (validTo.getTime() - validFrom.getTime()) / 1000 }),
    format: 'object',
  });
  const revoked = await pgp.revokeKey({ key: publicKey, revocationCertificate, format: 'object' });
  const locked = passphrase ? await pgp.encryptKey({ privateKey, passphrase }) : privateKey;
  return {
    certificate: new Uint8Array(publicKey.write()),
    key: new Uint8Array(privateKey.write()),
    chain: [],
    fingerprint: publicKey.getFingerprint(),
    publicText: publicKey.armor(),
    privateText: locked.armor(),
    revokedText: revoked.publicKey.armor(),
  };
}

const RSA_2048 = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** A certificate with its private key, as an authority would give it. */
export async function anIdentity(wishes: TestIdentityWishes = {}): Promise<TestIdentity> {
  const { name = wishes.address ?? 'Test', address, issuer, authority = false } = wishes;
  const keys = await crypto.subtle.generateKey(RSA_2048, true, ['sign', 'verify']);
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ valueHex: arrayOf(Buffer.concat([Buffer.of(1), randomBytes(8)])) });
  const named = new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: name }) });
  certificate.subject.typesAndValues.push(named);
  if (issuer) certificate.issuer = Certificate.fromBER(arrayOf(issuer.certificate)).subject;
  else certificate.issuer.typesAndValues.push(named);
  certificate.notBefore.value = wishes.validFrom ?? new Date('2020-01-01T00:00:00Z');
  certificate.notAfter.value = wishes.validTo ?? new Date('2045-01-01T00:00:00Z');
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  const keyId = await crypto.subtle.digest(
    'SHA-1',
    certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHex,
  );
  certificate.extensions = extensionsOf(authority, address, wishes.purposes, keyId);
  const signer = issuer
    ? await crypto.subtle.importKey('pkcs8', arrayOf(issuer.key), RSA_2048, false, ['sign'])
    : keys.privateKey;
  await certificate.sign(signer, 'SHA-256');
  const der = new Uint8Array(certificate.toSchema(true).toBER(false));
  const key = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  const keyPem = createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
  const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n')}\n-----END CERTIFICATE-----\n`;
  return { certificate: der, key, chain: [], pem, keyPem };
}

function extensionsOf(
  authority: boolean,
  address: string | undefined,
  purposes: string[] | undefined,
  keyId: ArrayBuffer,
): Extension[] {
  const extension = (extnID: string, critical: boolean, value: { toBER(sizeOnly: boolean): ArrayBuffer }) =>
    new Extension({ extnID, critical, extnValue: value.toBER(false) });
  // keyCertSign for those who vouch for others, digitalSignature and keyEncipherment for people
  const usage = new BitString({
    valueHex: Uint8Array.of(authority ? 0x04 : 0xa0).buffer,
    unusedBits: authority ? 2 : 5,
  });
  const names = address && new GeneralNames({ names: [new GeneralName({ type: 1, value: address })] });
  return [
    extension('2.5.29.19', true, new BasicConstraints({ cA: authority }).toSchema()),
    extension('2.5.29.15', true, usage),
    extension('2.5.29.14', false, new OctetString({ valueHex: keyId })),
    ...(names ? [extension('2.5.29.17', false, names.toSchema())] : []),
    ...(purposes ? [extension('2.5.29.37', false, new ExtKeyUsage({ keyPurposes: purposes }).toSchema())] : []),
  ];
}
