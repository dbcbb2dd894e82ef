import type { ParsedMail } from '../../domain/parsed-mail.ts';
import { parseHead, parseMail } from './parse-mail.ts';

export interface ParseTask {
  raw: Uint8Array<ArrayBuffer>;
  /** Only what can be had of the header. */
  headOnly: boolean;
}

/** Runs in a worker thread: whatever a mail does here, the thread can be killed and the service goes on. */
// biome-ignore lint/style/noDefaultExport: the name under which the thread pool calls it
export default function parse({ raw, headOnly }: ParseTask): Promise<ParsedMail> {
  return headOnly ? parseHead(raw) : parseMail(raw);
}
