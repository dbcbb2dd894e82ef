import { createHmac } from 'node:crypto';

/** X-Hub-Signature, as existing receivers of Zammad check it. */
export function hubSignature(body: string, token: string): string {
  return `sha1=${createHmac('sha1', token).update(body).digest('hex')}`;
}
