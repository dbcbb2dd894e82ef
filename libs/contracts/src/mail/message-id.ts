import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EpochMs } from '@helpmesh/kernel';

const macLength = 16;

function mac(secret: string, local: string): string {
  return createHmac('sha256', secret).update(local).digest('base64url').slice(0, macLength);
}

/**
 * A Message-ID (RFC 5322 3.6.4) that proves which ticket it belongs to:
 * `<YYYYMMDDHHMMSS.ticketId.random.mac@fqdn>`. Whoever answers carries it back in References or In-Reply-To; nobody
 * can make one for another ticket without the secret.
 */
export function ticketMessageId(ticketId: number, now: EpochMs, secret: string, fqdn: string): string {
  const stamp = new Date(now).toISOString().replace(/\D/g, '').slice(0, 14);
  const local = `${stamp}.${ticketId}.${randomBytes(9).toString('base64url')}`;
  return `<${local}.${mac(secret, local)}@${fqdn}>`;
}

/** The ticket id a Message-ID of ours names, or null when it is not ours or was tampered with. Any domain is taken. */
export function ticketOfMessageId(messageId: string, secret: string): number | null {
  const match = /^<?(\d{14}\.(\d{1,15})\.[\w-]{12})\.([\w-]{16})@[^\s<>@]+>?$/.exec(messageId.trim());
  if (!match?.[1] || !match[2] || !match[3]) return null;
  const expected = Buffer.from(mac(secret, match[1]));
  const given = Buffer.from(match[3]);
  return expected.length === given.length && timingSafeEqual(expected, given) ? Number(match[2]) : null;
}
