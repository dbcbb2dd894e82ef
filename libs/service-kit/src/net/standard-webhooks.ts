import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { EpochMs } from '@helpmesh/kernel';

/** What calls of a receiver are signed with (Standard Webhooks 1.0). */
export interface WebhookKey {
  /** Of `v1` (HMAC-SHA256), 24 to 64 bytes. */
  secret: Buffer;
  /** Of `v1a` (Ed25519), 32 bytes; absent: only `v1` is signed. */
  seed?: Buffer;
}

/** PKCS #8 (RFC 8410 7) of an Ed25519 key, up to its 32 bytes. */
const ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_BYTES = 32;

/** As receivers write the secret of `v1` down. */
export function writtenSecret(secret: Buffer): string {
  return `whsec_${secret.toString('base64')}`;
}

/** As receivers write the public key of `v1a` down. */
export function writtenPublicKey(seed: Buffer): string {
  const spki = createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' });
  return `whpk_${spki.subarray(-PUBLIC_BYTES).toString('base64')}`;
}

/**
 * Headers of Standard Webhooks 1.0: what id, time and body are signed with, by each of the keys.
 * @param keys  while a key is replaced, both
 */
export function webhookHeaders(id: string, at: EpochMs, body: string, keys: readonly WebhookKey[]) {
  const timestamp = String(Math.floor(at / 1_000));
  const signed = Buffer.from(`${id}.${timestamp}.${body}`);
  const signatures = keys.flatMap(({ secret, seed }) => [
    `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`,
    ...(seed ? [`v1a,${sign(null, signed, privateKey(seed)).toString('base64')}`] : []),
  ]);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function privateKey(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ED25519, seed]), format: 'der', type: 'pkcs8' });
}
