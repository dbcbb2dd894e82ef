import { AppError } from '@helpmesh/kernel';

const LONGEST = 500;

/** What went wrong with a mail server, for an administrator: its own words where it has said any. */
export function wordsOf(error: unknown): string {
  if (error instanceof AppError) return error.detail;
  const { message, responseText, code } = error as { message?: string; responseText?: string; code?: string };
  const said = responseText || message || String(error);
  const word = code !== undefined && !said.includes(code) ? `${said} (${code})` : said;
  return word.replaceAll(/\s+/g, ' ').slice(0, LONGEST);
}
