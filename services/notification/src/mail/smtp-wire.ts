import { Readable } from 'node:stream';
import type { BlobStore } from '@helpmesh/blob';
import type { StoredFile } from '@helpmesh/contracts';
import { AppError, type Clock, isDeliverable } from '@helpmesh/kernel';
import { createTransport, type SendMailOptions, type Transporter } from 'nodemailer';
import type { MailSealer, MailWire, SendingAccount } from '../application/ports.ts';
import { headerText } from '../domain/address.ts';
import type { WireFailure, WireReport } from '../domain/delivery.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import { sealed } from './sealed.ts';

export interface SmtpSettings {
  /**
   * `smtp://user:password@host:port` or `smtps://…`, nodemailer's options may follow as a query; or an account that
   * administrators set up.
   */
  url: string | SendingAccount;
  /** Connections kept open; also the mails on the wire at once. */
  connections: number;
  /** Longest wait for the connection and its greeting, ms; default 15 s. */
  connectMs?: number;
  /** Longest silence of the server, ms. */
  silenceMs: number;
  /** Where the reader of a mail stops such mails; null: nowhere. */
  leaveLink?: ((mail: OutboundMail) => string | null) | undefined;
  /** By which the lease of a mail is over; without one nobody else ever takes a mail over. */
  clock?: Pick<Clock, 'now'>;
  /** Confirmations and notifications leave with the empty return path of RFC 3834 3.3: no bounce of one comes back. */
  nullReturnPath: boolean;
}

/** Nothing of a mail is a file name or a URL to us; nodemailer is told twice, per mail and per transport. */
const closed = { disableFileAccess: true, disableUrlAccess: true };

/** SMTP through a pool of connections to one relay. */
export class SmtpWire implements MailWire {
  private readonly transport: Transporter;

  constructor(
    private readonly blobs: BlobStore,
    private readonly settings: SmtpSettings,
    private readonly sealer: MailSealer,
  ) {
    const { url } = settings;
    this.transport = createTransport({
      ...(typeof url === 'string' ? { url } : optionsOf(url)),
      pool: true,
      maxConnections: settings.connections,
      // A connection that dies with a mail on it is our queue's business, which counts the tries.
      maxRequeues: 0,
      idleTimeout: 30_000,
      connectionTimeout: settings.connectMs ?? 15_000,
      greetingTimeout: settings.connectMs ?? 15_000,
      dnsTimeout: 10_000,
      socketTimeout: settings.silenceMs,
      ...closed,
    });
    this.transport.use('stream', (mail, done) => {
      const { stillOurs } = mail.data as Guarded;
      // Read when the server asks for it and not before: the last word is said when the last byte has to go.
      const output = { objectMode: false, highWaterMark: 0 };
      if (stillOurs) mail.message.processFunc((input) => Readable.from(guarded(input, stillOurs), output));
      done();
    });
    // Idle connections that the server ends are an ordinary day; without a listener they would end the process.
    this.transport.on('error', () => undefined);
    if (typeof url !== 'string') provideToken(this.transport, url);
  }

  /** Connects and signs in, and sends nothing. @throws Error  of nodemailer */
  async verify(): Promise<void> {
    await this.transport.verify();
  }

  async send(mail: OutboundMail, signal: AbortSignal): Promise<WireReport | WireFailure> {
    // nodemailer reads an envelope recipient as an address list, so one bad address could become two good ones.
    if (!mail.remaining.every(isDeliverable)) return { permanent: true, reason: 'This is not a mail address.' };
    const opened: Readable[] = [];
    try {
      const attachments = [];
      for (const file of mail.attachments) {
        const content = await this.blobs.get(file.sha256);
        content.on('error', () => undefined); // told by the send that reads it
        opened.push(content);
        attachments.push(attachment(file, content));
      }
      const parts = { ...envelopeAndText(mail, this.settings), attachments };
      const raw = await sealed(mail, parts, this.sealer);
      const { envelope } = parts;
      const limits: Guarded = { signal, stillOurs: () => this.requireOurs(mail, signal) };
      const info = await this.transport.sendMail(
        raw ? { ...closed, envelope, raw, ...limits } : { ...parts, ...limits },
      );
      return reportOf(info as SmtpInfo);
    } catch (error) {
      return failureOf(error as SmtpError);
    } finally {
      for (const content of opened) content.destroy();
    }
  }

  close(): void {
    this.transport.close();
  }

  /** A process that was stopped finds what came meanwhile before its timers ring: by then the mail may be somebody else's. */
  private requireOurs({ dueAt }: OutboundMail, signal: AbortSignal): void {
    const { clock } = this.settings;
    if (!signal.aborted && (dueAt === null || !clock || clock.now() < dueAt)) return;
    throw new Error('The time for this try was over before the mail was handed over whole.');
  }
}

/** What nodemailer passes on to the end of a mail. */
interface Guarded {
  signal?: AbortSignal;
  /** @throws Error when the mail must not be handed over any more */
  stillOurs?: () => void;
}

/** A message that does not come to its end is none to the server (RFC 5321 4.1.1.4). */
async function* guarded(message: AsyncIterable<Uint8Array>, stillOurs: () => void): AsyncGenerator<Uint8Array> {
  for await (const bytes of message) {
    stillOurs();
    yield bytes;
  }
  stillOurs();
}

/** What nodemailer is told of an account. */
function optionsOf({ server, password, accessToken }: SendingAccount) {
  if (!server) throw new Error('an account without a server has no connections');
  const { host, port, ssl, ssl_verify, user } = server;
  const pass = accessToken ? null : password();
  const auth = accessToken ? { type: 'OAuth2' as const, user } : pass === null ? undefined : { user, pass };
  return {
    ...{ host, port, secure: ssl === 'ssl', requireTLS: ssl === 'starttls', ignoreTLS: ssl === 'off' },
    ...(auth && { auth }),
    tls: { rejectUnauthorized: ssl_verify },
  };
}

function provideToken(transport: Transporter, { accessToken }: SendingAccount): void {
  if (!accessToken) return;
  transport.set('oauth2_provision_cb', (_user, renew, done) => {
    if (renew) accessToken.forget();
    accessToken.get().then(
      (token) => done(null, token),
      (error: Error) => done(error),
    );
  });
}

interface SmtpError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  permanent?: boolean;
  recipient?: string;
  rejectedErrors?: SmtpError[];
}

interface SmtpInfo {
  accepted?: (string | { address: string })[];
  rejectedErrors?: SmtpError[];
  response?: string;
}

/** The same mail gives the same bytes at each try: Message-ID, Date and MIME boundary are all fixed. */
export function envelopeAndText(
  mail: OutboundMail,
  { nullReturnPath, leaveLink }: Pick<SmtpSettings, 'nullReturnPath' | 'leaveLink'>,
): SendMailOptions & { baseBoundary: string } {
  const answer = mail.kind === 'auto-reply';
  const ofList = mail.kind === 'agent-notification';
  return {
    ...closed,
    envelope: { from: (answer || ofList) && nullReturnPath ? '' : mail.from.address, to: mail.remaining },
    from: mail.from,
    to: mail.to,
    ...(mail.cc.length > 0 && { cc: mail.cc }),
    ...(mail.replyTo && { replyTo: mail.replyTo }),
    subject: mail.subject,
    text: mail.text ?? '',
    ...(mail.html !== null && { html: mail.html }),
    messageId: mail.messageId,
    date: new Date(mail.createdAt),
    ...(mail.inReplyTo !== null && { inReplyTo: mail.inReplyTo }),
    ...(mail.references.length > 0 && { references: mail.references }),
    headers: { ...(mail.automatic && automaticHeaders(answer)), ...listHeaders(mail, leaveLink?.(mail) ?? null) },
    baseBoundary: mail.id.replaceAll('-', ''),
  };
}

/** RFC 3834 5, and what Exchange and old list programs look at: no machine is to answer. */
function automaticHeaders(answer: boolean): Record<string, string> {
  return {
    'Auto-Submitted': answer ? 'auto-replied' : 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    Precedence: 'bulk',
  };
}

const listNames: Readonly<Record<string, string>> = {
  'agent-notification': 'notifications',
  'rating-request': 'ratings',
};

/**
 * What agents are told and customers are asked are lists of ours (RFC 2919): they sort by that, and absence notes do not
 * answer lists. Mail programs offer to leave them, by one click (RFC 2369, RFC 8058).
 */
function listHeaders({ kind, messageId }: OutboundMail, leave: string | null): Record<string, string> {
  const name = listNames[kind];
  return {
    ...(name !== undefined && { 'List-Id': `<${name}.${messageId.slice(messageId.lastIndexOf('@') + 1, -1)}>` }),
    ...(leave !== null && {
      'List-Unsubscribe': `<${leave}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    }),
  };
}

export function attachment(file: StoredFile, content: Readable) {
  return {
    filename: headerText(file.filename, 255) || 'attachment',
    // A multipart type would be read as structure of our own mail.
    contentType: /^(?!multipart\/)[\w.+-]+\/[\w.+-]+$/i.test(file.contentType)
      ? file.contentType
      : 'application/octet-stream',
    ...(file.contentId !== undefined && { cid: headerText(file.contentId.replaceAll(/[<>]/g, '')) }),
    contentDisposition: file.inline ? ('inline' as const) : ('attachment' as const),
    content,
    ...closed,
  };
}

function reportOf({ accepted = [], rejectedErrors = [], response = '' }: SmtpInfo): WireReport {
  return {
    accepted: accepted.map((one) => (typeof one === 'string' ? one : one.address)),
    refusals: rejectedErrors.map(refusalOf),
    response,
  };
}

function failureOf(error: SmtpError): WireReport | WireFailure {
  // It was to leave protected or not at all, and whoever sent it has to know.
  if (error instanceof AppError && error.kind === 'conflict') return { permanent: true, reason: error.detail };
  // All recipients were refused, each for its own reason.
  if (error.rejectedErrors?.length) {
    return { accepted: [], refusals: error.rejectedErrors.map(refusalOf), response: wordsOf(error) };
  }
  return { permanent: isPermanent(error), reason: wordsOf(error) };
}

function refusalOf(error: SmtpError) {
  return { address: error.recipient ?? '', permanent: isPermanent(error), reason: wordsOf(error) };
}

/**
 * For good only when the server said so about this mail. A wrong password (5xx to AUTH) or a relay that turns us away
 * (5xx to the greeting) is put right by an operator, and the mails must still be there then.
 */
function isPermanent({ permanent, command = '', code, responseCode }: SmtpError): boolean {
  if (code === 'EENVELOPE' && responseCode === undefined) return true;
  return permanent === true && /^(MAIL FROM|RCPT TO|DATA)$/.test(command);
}

export function wordsOf(error: SmtpError): string {
  if (error instanceof AppError) return error.detail;
  return error.response ?? `${error.message}${error.code ? ` (${error.code})` : ''}`;
}
