import { createHmac, timingSafeEqual } from 'node:crypto';

/** Kinds of mails that whoever gets them can stop: what agents are told of tickets, and questions how it went. */
export const mailLists = ['notices', 'ratings'] as const;
export type MailList = (typeof mailLists)[number];

const hmac = (secret: string, words: string): string =>
  createHmac('sha256', secret).update(words).digest('base64url').slice(0, 22);

/** What an address is on a list, from which nobody learns the address. */
export const listKey = (list: MailList, address: string, secret: string): string =>
  hmac(secret, `on list ${list} ${address.toLowerCase()}`);

/** What stands in the address by which mails of a list are stopped: `list-key-mac`. */
export function leaveToken(list: MailList, address: string, secret: string): string {
  const key = listKey(list, address, secret);
  return `${list}-${key}-${hmac(secret, `leave list ${list} ${key}`)}`;
}

/** What a token names, or null when we did not make it. */
export function readLeaveToken(token: string, secret: string): { list: MailList; key: string } | null {
  const [, name, key, given] = /^([a-z]{1,20})-([\w-]{22})-([\w-]{22})$/.exec(token) ?? [];
  const list = mailLists.find((one) => one === name);
  if (!list || !key || !given) return null;
  const right = timingSafeEqual(Buffer.from(hmac(secret, `leave list ${list} ${key}`)), Buffer.from(given));
  return right ? { list, key } : null;
}

/** Page of the token below the public address of the desk. */
export const leavePath = (token: string): string => `/u/${token}`;
