import { createHmac, timingSafeEqual } from 'node:crypto';

/** A file that left as a link instead of in its mail. */
export interface LinkedFile {
  /** The article of the mail, which the file hangs on. */
  articleId: number;
  /** SHA-256 of the content, in hex; a reader of a token learns the beginning of it. */
  sha256: string;
  /** Until when it opens, epoch ms; whole seconds count. */
  until: number;
}

/** Digits of the SHA-256 that stand in a token: enough to tell the files of one article apart. */
const SHA_DIGITS = 16;

const mac = (secret: string, words: string): string =>
  createHmac('sha256', secret).update(`file link ${words}`).digest('base64url').slice(0, 22);

/**
 * What stands in the address of one file of one mail: `articleId-until-sha256-mac`. It opens this file and nothing else
 * of the ticket, because mails go to more people than the customer.
 */
export function fileLinkToken({ articleId, sha256, until }: LinkedFile, secret: string): string {
  const words = `${articleId}-${Math.floor(until / 1000)}-${sha256.slice(0, SHA_DIGITS)}`;
  return `${words}-${mac(secret, words)}`;
}

/** What a token names, with the beginning of the SHA-256; null when we did not make it. */
export function readFileLink(token: string, secret: string): LinkedFile | null {
  const [, words, articleId, seconds, sha256, given] =
    /^(([1-9]\d{0,9})-([1-9]\d{0,11})-([0-9a-f]{16}))-([\w-]{22})$/.exec(token) ?? [];
  if (!words || !sha256 || !given) return null;
  if (!timingSafeEqual(Buffer.from(mac(secret, words)), Buffer.from(given))) return null;
  return { articleId: Number(articleId), sha256, until: Number(seconds) * 1000 };
}

/** Address of the file below the public address of the desk. */
export const fileLinkPath = (token: string): string => `/f/${token}`;
