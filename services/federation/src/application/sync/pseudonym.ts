import { createHmac } from 'node:crypto';
import type { SecretBox } from '@helpmesh/service-kit';

/** What a peer knows one of our people as: always the same to it, and another one at each peer. */
export function pseudonymOf(box: Pick<SecretBox, 'derive'>, node: string, userId: number): string {
  const key = box.derive('federation pseudonyms');
  return createHmac('sha256', key).update(`${node} ${userId}`).digest('hex').slice(0, 32);
}
