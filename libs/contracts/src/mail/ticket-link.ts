import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who may open which ticket without signing in. */
export interface LinkedTicket {
  ticketId: number;
  customerId: number;
}

const mac = (secret: string, ids: string): string =>
  createHmac('sha256', secret).update(`ticket link ${ids}`).digest('base64url').slice(0, 22);

/**
 * What stands in the address of the page on which a customer reads and answers one ticket: `ticketId-customerId-mac`.
 * Nobody can make one without the secret; it is worth nothing for another ticket, or once the ticket is somebody
 * else's.
 */
export function ticketLinkToken({ ticketId, customerId }: LinkedTicket, secret: string): string {
  const ids = `${ticketId}-${customerId}`;
  return `${ids}-${mac(secret, ids)}`;
}

/** What a token names, or null when we did not make it. */
export function readTicketLink(token: string, secret: string): LinkedTicket | null {
  const match = /^(([1-9]\d{0,9})-([1-9]\d{0,9}))-([\w-]{22})$/.exec(token);
  if (!match?.[1] || !match[4]) return null;
  if (!timingSafeEqual(Buffer.from(mac(secret, match[1])), Buffer.from(match[4]))) return null;
  return { ticketId: Number(match[2]), customerId: Number(match[3]) };
}

/** Page of the link below the public address of the desk. */
export const ticketLinkPath = (token: string): string => `/r/${token}`;

/**
 * The text without links of this kind: whoever reads an answer that quotes one could otherwise answer as the customer.
 */
export function withoutTicketLinks(text: string): string {
  return text.includes('/r/') ? text.replaceAll(/\/r\/\d{1,10}-\d{1,10}-[\w-]{22}/g, '/r/…') : text;
}
