import { threadId } from 'node:worker_threads';
import type { ParsedMail } from '../../domain/parsed-mail.ts';
import { parseHead, parseMail } from './parse-mail.ts';

export interface ParseTask {
  raw: Uint8Array<ArrayBuffer>;
  /** Only what can be had of the header. */
  headOnly: boolean;
  /** Shared: thread id and its processor time so far (µs), written when the thread begins. */
  begun: Float64Array;
}

/** Runs in a worker thread: whatever a mail does here, the thread can be killed and the service goes on. */
// biome-ignore lint/style/noDefaultExport: the name under which the thread pool calls it
export default function parse({ raw, headOnly, begun }: ParseTask): Promise<ParsedMail> {
  const { user, system } = process.threadCpuUsage();
  begun[1] = user + system;
  begun[0] = threadId;
  return headOnly ? parseHead(raw) : parseMail(raw);
}
