import { randomUUID } from 'node:crypto';
import { createTransport } from 'nodemailer';

export interface RawMail {
  from?: string;
  to?: string;
  subject?: string;
  text?: string;
  html?: string;
  /** With angle brackets. */
  messageId?: string;
  inReplyTo?: string;
  references?: string[];
  date?: Date;
  /** Further or overriding header lines; an empty value removes the header. */
  headers?: Record<string, string>;
  attachments?: { name: string; type?: string; content: Buffer | string }[];
}

/** A mail as it travels: CRLF lines, UTF-8, multipart only when there is more than text. */
export function rawMail(mail: RawMail = {}): Buffer {
  const headers: Record<string, string> = {
    From: mail.from ?? 'Nicole Braun <nicole.braun@zammad.org>',
    To: mail.to ?? 'helpdesk@localhost',
    Subject: encodeWord(mail.subject ?? 'Test mail'),
    Date: (mail.date ?? new Date()).toUTCString().replace('GMT', '+0000'),
    'Message-ID': mail.messageId ?? `<${randomUUID()}@mail.example.com>`,
    ...(mail.inReplyTo && { 'In-Reply-To': mail.inReplyTo }),
    ...(mail.references && { References: mail.references.join('\r\n ') }),
    'MIME-Version': '1.0',
    ...mail.headers,
  };
  const lines = Object.entries(headers)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n${body(mail)}`);
}

/**
 * Hands raw bytes to an SMTP server.
 * @returns the server's reply to the data; rejects with nodemailer's error (`responseCode`) when it was refused
 */
export async function sendRaw(
  server: { port: number; host?: string },
  raw: Buffer | string,
  envelope: { from: string; to: string | string[] } = { from: 'nicole.braun@zammad.org', to: 'helpdesk@localhost' },
): Promise<string> {
  const transport = createTransport({ host: server.host ?? '127.0.0.1', port: server.port, ignoreTLS: true });
  try {
    return (await transport.sendMail({ raw, envelope })).response;
  } finally {
    transport.close();
  }
}

/** From the Content-Type line on; the blank line between headers and content is part of it. */
function body(mail: RawMail): string {
  const texts: string[] = [];
  if (mail.text !== undefined || mail.html === undefined) texts.push(textPart('plain', mail.text ?? 'Hello.\n'));
  if (mail.html !== undefined) texts.push(textPart('html', mail.html));
  const content = texts.length === 1 ? texts[0]! : multipart('alternative', texts);
  const attachments = (mail.attachments ?? []).map((attachment) =>
    [
      `Content-Type: ${attachment.type ?? 'application/octet-stream'}`,
      `Content-Disposition: attachment; filename="${attachment.name}"`,
      'Content-Transfer-Encoding: base64',
      '',
      wrap(Buffer.from(attachment.content).toString('base64')),
    ].join('\r\n'),
  );
  return attachments.length === 0 ? content : multipart('mixed', [content, ...attachments]);
}

function textPart(kind: 'plain' | 'html', text: string): string {
  const lines = text.replaceAll(/\r?\n/g, '\r\n');
  return `Content-Type: text/${kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${lines}`;
}

function multipart(kind: string, parts: string[]): string {
  const boundary = `----${randomUUID()}`;
  const inner = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${inner}--${boundary}--\r\n`;
}

function encodeWord(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is exactly for what is not ASCII
  return /^[\x00-\x7f]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
}

function wrap(base64: string): string {
  return base64.replaceAll(/.{76}/g, '$&\r\n');
}
