import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BlobStore } from '@helpmesh/blob';
import { AppError, isDeliverable } from '@helpmesh/kernel';
import { createTransport } from 'nodemailer';
import type { MailSealer, MailWire } from '../application/ports.ts';
import type { WireFailure, WireReport } from '../domain/delivery.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import { sealed } from './sealed.ts';
import { attachment, envelopeAndText } from './smtp-wire.ts';

/** sysexits.h: the data, the user or the host are wrong. All else can be put right by an operator. */
const PERMANENT = [65, 67, 68];
const WORDS = 500;

/** Hands mails to the program of a mail server on this machine, as local users do. */
export class SendmailWire implements MailWire {
  private readonly composer = createTransport({ streamTransport: true, newline: 'unix' });

  constructor(
    private readonly blobs: BlobStore,
    private readonly program: string,
    private readonly settings: { nullReturnPath: boolean },
    private readonly sealer: MailSealer,
  ) {}

  async send(mail: OutboundMail, signal: AbortSignal): Promise<WireReport | WireFailure> {
    if (!mail.remaining.every(isDeliverable)) return { permanent: true, reason: 'This is not a mail address.' };
    const opened: Readable[] = [];
    try {
      const attachments = [];
      for (const file of mail.attachments) {
        const content = await this.blobs.get(file.sha256);
        content.on('error', () => undefined); // told by the pipeline that reads it
        opened.push(content);
        attachments.push(attachment(file, content));
      }
      const parts = { ...envelopeAndText(mail, this.settings), attachments };
      const raw = await sealed(mail, parts, this.sealer);
      const { message } = await this.composer.sendMail(raw ? { envelope: parts.envelope, raw } : parts);
      const from = (parts.envelope as { from: string }).from;
      return await this.hand(message as Readable, from, mail.remaining, signal);
    } catch (error) {
      const refused = error instanceof AppError && error.kind === 'conflict';
      return { permanent: refused, reason: (error as Error).message };
    } finally {
      for (const content of opened) content.destroy();
    }
  }

  close(): void {
    // Each mail has a process of its own.
  }

  private async hand(message: Readable, from: string, to: string[], signal: AbortSignal) {
    // What follows the two dashes is never read as an option.
    const args = ['-i', '-f', from === '' ? '<>' : from, '--', ...to];
    const child = spawn(this.program, args, { signal, stdio: ['pipe', 'ignore', 'pipe'], killSignal: 'SIGKILL' });
    const ended = once(child, 'close') as Promise<[number | null]>;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, WORDS);
    });
    // A program that refuses reads no further; its exit says more than the broken pipe.
    const [written, exited] = await Promise.allSettled([pipeline(message, child.stdin), ended]);
    if (exited.status === 'rejected') return { permanent: false, reason: (exited.reason as Error).message };
    const [code] = exited.value;
    const reason = said.trim() || `The program ended with ${code ?? 'a signal'}.`;
    if (code === 0 && written.status === 'rejected')
      return { permanent: false, reason: 'The mail was not read whole.' };
    if (code === 0) return { accepted: to, refusals: [], response: 'handed to the mail server of this machine' };
    return { permanent: code !== null && PERMANENT.includes(code), reason };
  }
}
