import type { ParsedMail } from '../../domain/parsed-mail.ts';
import { parseHead, parseMail } from './parse-mail.ts';

export interface ParseTask {
  raw: Uint8Array<ArrayBuffer>;
  /** Only what can be had of the header. */
  headOnly: boolean;
  /** Shared: the thread writes here when it begins, epoch ms. */
  startedAt: Float64Array;
}

/** Runs in a worker thread: whatever a mail does here, the thread can be killed and the service goes on. */
// biome-ignore lint/style/noDefaultExport: the name under which the thread pool calls it
export default function parse({ raw, headOnly, startedAt }: ParseTask): Promise<ParsedMail> {
  startedAt[0] = performance.timeOrigin + performance.now();
  return headOnly ? parseHead(raw) : parseMail(raw);
}
