import { randomBytes } from 'node:crypto';
import { type SecretBox, type WebhookKey, writtenPublicKey, writtenSecret } from '@helpmesh/service-kit';

const BYTES = 32;

/** A secret of v1 and a seed of v1a, sealed for one webhook, and as its owner is told them, once. */
export function newKeys(box: SecretBox, webhookId: string) {
  const bytes = randomBytes(2 * BYTES);
  const { secret, seed } = split(bytes);
  return {
    sealed: box.seal(bytes, contextOf(webhookId)),
    shown: { secret: writtenSecret(secret), publicKey: writtenPublicKey(seed) },
  };
}

export function keysOf(box: SecretBox, webhookId: string, sealed: Buffer): Required<WebhookKey> {
  return split(box.open(sealed, contextOf(webhookId)));
}

function split(bytes: Buffer): Required<WebhookKey> {
  return { secret: bytes.subarray(0, BYTES), seed: bytes.subarray(BYTES) };
}

function contextOf(webhookId: string): string {
  return `peer_webhook:${webhookId}`;
}
