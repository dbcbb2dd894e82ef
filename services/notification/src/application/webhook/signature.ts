import { createHmac } from 'node:crypto';
import type { EpochMs } from '@helpmesh/kernel';

const PREFIX = 'whsec_';

/** As receivers write the key of Standard Webhooks signatures down. */
export function writtenKey(key: Buffer): string {
  return PREFIX + key.toString('base64');
}

/**
 * Headers of Standard Webhooks 1.0: what id, time and body are signed with, by each of the keys.
 * @param keys  while a key is replaced, both
 */
export function standardHeaders(id: string, at: EpochMs, body: string, keys: readonly Buffer[]) {
  const timestamp = String(Math.floor(at / 1_000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** X-Hub-Signature, as existing receivers of Zammad check it. */
export function hubSignature(body: string, token: string): string {
  return `sha1=${createHmac('sha1', token).update(body).digest('hex')}`;
}
