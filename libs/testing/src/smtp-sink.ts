import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { waitFor } from './wait-for.ts';

export interface SunkMail {
  envelope: { from: string; to: string[] };
  raw: Buffer;
  parsed: ParsedMail;
  /** False when the connection was dropped instead of answering 250: the sender does not know that it arrived. */
  answered: boolean;
}

/**
 * What goes wrong with one mail: a reply of 4xx or 5xx to RCPT or at the end of DATA, or the line going dead after
 * the data was taken.
 */
export type SmtpFailure = { at: 'rcpt' | 'data'; code: number; text?: string } | { at: 'after-data' };

export interface SmtpSink {
  readonly port: number;
  /** For SMTP_URL. */
  readonly url: string;
  /** Mails taken so far, oldest first. */
  readonly mails: readonly SunkMail[];
  /** Queues failures: each is spent by one mail, then all goes well again. */
  fail(...failures: SmtpFailure[]): void;
  /** Waits for a mail that fits. @throws Error naming `what` and the subjects that did arrive */
  next(what: string, fits?: (mail: SunkMail) => boolean, timeoutMs?: number): Promise<SunkMail>;
  clear(): void;
  close(): Promise<void>;
}

/**
 * A real SMTP server on a free port that keeps what it is given.
 * @param lets  whoever it lets in has to sign in first, by password or token; default: nobody has to
 */
export async function smtpSink({ lets }: { lets?: (user: string, secret: string) => boolean } = {}): Promise<SmtpSink> {
  const mails: SunkMail[] = [];
  const failures: SmtpFailure[] = [];

  const server = new SMTPServer({
    disabledCommands: lets ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    authOptional: !lets,
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    onAuth({ username = '', password, accessToken }, _session, done) {
      if (lets?.(username, password ?? accessToken ?? '')) return done(null, { user: username });
      done(Object.assign(new Error('wrong credentials'), { responseCode: 535 }));
    },
    logger: false,
    disableReverseLookup: true,
    onRcptTo(_address, _session, done) {
      const failure = failures[0];
      if (failure?.at !== 'rcpt') return done();
      failures.shift();
      done(reply(failure));
    },
    onData(stream, session, done) {
      void take(stream, session).then(() => done(), done);
    },
  });

  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const failure = failures[0]?.at === 'rcpt' ? undefined : failures.shift();
    if (failure?.at === 'data') throw reply(failure);
    const { mailFrom, rcptTo } = session.envelope;
    mails.push({
      envelope: { from: mailFrom ? mailFrom.address : '', to: rcptTo.map((recipient) => recipient.address) },
      raw,
      parsed: await simpleParser(raw),
      answered: failure === undefined,
    });
    if (failure?.at === 'after-data') dropConnection(session);
  }

  /** smtp-server offers no way to hang up on a client; its connections hold the socket. */
  function dropConnection(session: SMTPServerSession): void {
    const { connections } = server as unknown as {
      connections: Set<{ id: string; _socket: { destroy(): void } }>;
    };
    for (const connection of connections) if (connection.id === session.id) connection._socket.destroy();
  }

  server.on('error', () => undefined); // a client that hangs up is an ordinary day here
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;

  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    mails,
    fail: (...more) => void failures.push(...more),
    async next(what, fits = () => true, timeoutMs = 10_000) {
      return waitFor(() => mails.find(fits), { what, timeoutMs }).catch((error: Error) => {
        const subjects = mails.map((mail) => mail.parsed.subject ?? '(no subject)').join('; ') || 'none';
        throw new Error(`${error.message} Mails that did arrive: ${subjects}.`);
      });
    },
    clear: () => void mails.splice(0),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function reply(failure: { code: number; text?: string }): Error {
  return Object.assign(new Error(failure.text ?? 'scripted failure'), { responseCode: failure.code });
}
