import { createHmac, timingSafeEqual } from 'node:crypto';

/** 80 bits, in letters that survive mail servers which do not keep the case of a local part. */
const macLength = 20;
/** RFC 5321 4.5.3.1.1. */
const longestLocal = 64;
const tag = /\+t(\d{1,15})-([0-9a-f]{20})$/i;

function mac(secret: string, ticketId: number): string {
  return createHmac('sha256', secret).update(`reply-address.${ticketId}`).digest('hex').slice(0, macLength);
}

/**
 * An address (RFC 5233) that proves which ticket an answer belongs to, also where a mail program forgets what it answers:
 * `support+t17-<mac>@desk.example`. The address as it is when there is no room for that.
 */
export function ticketReplyAddress(address: string, ticketId: number, secret: string): string {
  const at = address.lastIndexOf('@');
  const local = `${address.slice(0, at)}+t${ticketId}-${mac(secret, ticketId)}`;
  return at < 1 || local.length > longestLocal ? address : `${local}${address.slice(at)}`;
}

/** The ticket an address of ours names, or null when it names none or was tampered with. */
export function ticketOfReplyAddress(address: string, secret: string): number | null {
  const [, id = '', given = ''] = tag.exec(address.slice(0, Math.max(0, address.lastIndexOf('@')))) ?? [];
  if (given === '') return null;
  const expected = Buffer.from(mac(secret, Number(id)));
  return timingSafeEqual(expected, Buffer.from(given.toLowerCase())) ? Number(id) : null;
}

/** The address itself, without the ticket. */
export function withoutTicket(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at).replace(tag, '') + address.slice(at);
}
