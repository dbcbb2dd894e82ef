import { threadId } from 'node:worker_threads';
import type { Opening } from '../../application/ports.ts';
import type { OpenedParsed, ParsedMail } from '../../domain/parsed-mail.ts';
import { parseHead, parseMail, parseOpened } from './parse-mail.ts';

export interface ParseTask {
  /** `headOnly`: only what can be had of the header. `more`: headers to be kept beside those that are always read. */
  mails: { raw: Uint8Array<ArrayBuffer>; headOnly: boolean; more: readonly string[]; opening?: Opening }[];
  /** Shared: thread id and its processor time so far (µs), written when the thread begins. */
  begun: Float64Array;
}

export type Parsed = { mail: ParsedMail } | OpenedParsed | { failed: string };

/** Runs in a worker thread: whatever a mail does here, the thread can be killed and the service goes on. */
// biome-ignore lint/style/noDefaultExport: the name under which the thread pool calls it
export default async function parse({ mails, begun }: ParseTask): Promise<Parsed[]> {
  const { user, system } = process.threadCpuUsage();
  begun[1] = user + system;
  begun[0] = threadId;
  const parsed: Parsed[] = [];
  for (const { raw, headOnly, more, opening } of mails) {
    try {
      if (opening) parsed.push(await parseOpened(raw, opening, more));
      else parsed.push({ mail: headOnly ? await parseHead(raw, more) : await parseMail(raw, more) });
    } catch (error) {
      parsed.push({ failed: error instanceof Error ? error.message : String(error) });
    }
  }
  return parsed;
}
