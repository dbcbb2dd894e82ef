import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who may open which ticket without signing in. */
export interface LinkedTicket {
  ticketId: number;
  customerId: number;
}

/** What a link is for: to read and answer the ticket, or to say how it went and nothing else. */
export type LinkPurpose = 'ticket' | 'rating';
const purposes = ['ticket', 'rating'] as const satisfies readonly LinkPurpose[];

const mac = (secret: string, purpose: LinkPurpose, ids: string): string =>
  createHmac('sha256', secret).update(`${purpose} link ${ids}`).digest('base64url').slice(0, 22);

/**
 * What stands in the address of the page on which a customer reads and answers one ticket, or rates it:
 * `ticketId-customerId-mac`. Nobody can make one without the secret; it is worth nothing for another ticket or another
 * purpose, or once the ticket is somebody else's.
 */
export function ticketLinkToken(
  { ticketId, customerId }: LinkedTicket,
  secret: string,
  purpose: LinkPurpose = 'ticket',
): string {
  const ids = `${ticketId}-${customerId}`;
  return `${ids}-${mac(secret, purpose, ids)}`;
}

/** What a token names, or null when we did not make it. */
export function readTicketLink(token: string, secret: string): (LinkedTicket & { purpose: LinkPurpose }) | null {
  const match = /^(([1-9]\d{0,9})-([1-9]\d{0,9}))-([\w-]{22})$/.exec(token);
  const [, ids, ticketId, customerId, given] = match ?? [];
  if (!ids || !given) return null;
  const purpose = purposes.find((one) => timingSafeEqual(Buffer.from(mac(secret, one, ids)), Buffer.from(given)));
  return purpose ? { ticketId: Number(ticketId), customerId: Number(customerId), purpose } : null;
}

/** Page of the link below the public address of the desk. */
export const ticketLinkPath = (token: string): string => `/r/${token}`;

/**
 * The text without links of this kind: whoever reads an answer that quotes one could otherwise answer as the customer.
 */
export function withoutTicketLinks(text: string): string {
  return text.includes('/r/') ? text.replaceAll(/\/r\/\d{1,10}-\d{1,10}-[\w-]{22}/g, '/r/…') : text;
}
