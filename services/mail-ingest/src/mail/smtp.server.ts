import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { AppError } from '@helpmesh/kernel';
import { logger } from '@helpmesh/telemetry';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { KnownRecipients } from '../application/known-recipients.ts';
import type { ReceiveMail } from '../application/receive-mail.ts';
import type { Envelope } from '../domain/inbound-mail.ts';
import { mailRefused } from '../events.ts';

export interface SmtpOptions {
  port: number;
  host: string;
  /** Name in the greeting. */
  fqdn: string;
  maxBytes: number;
  maxRecipients: number;
  maxClients: number;
  timeoutMs: number;
  tls: { cert: string; key: string } | null;
}

/** SMTP in: answers 250 to a mail only when it is stored and committed, and 4xx whenever it is not sure. */
export class SmtpReceiver {
  private readonly server: SMTPServer;
  private readonly log = logger('smtp');

  constructor(
    private readonly options: SmtpOptions,
    private readonly receive: ReceiveMail,
    private readonly recipients: KnownRecipients,
  ) {
    this.server = new SMTPServer({
      name: options.fqdn,
      banner: 'Helpmesh',
      size: options.maxBytes,
      rejectOversized: true,
      maxRecipients: options.maxRecipients,
      maxClients: options.maxClients,
      socketTimeout: options.timeoutMs,
      closeTimeout: 2_000,
      hideENHANCEDSTATUSCODES: false,
      disableReverseLookup: true,
      lenientAddressParsing: false,
      disabledCommands: options.tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
      ...(options.tls ? { cert: options.tls.cert, key: options.tls.key } : {}),
      onRcptTo: (address, _session, callback) => void this.admit(address).then(() => callback(), callback),
      onData: (stream, session, callback) => {
        this.take(stream, session).then((queueId) => callback(null, `Ok: queued as ${queueId}`), callback);
      },
    });
    // Errors of single connections: a client that went away, a line that is too long.
    this.server.on('error', (error) => this.log.info({ err: error }, 'an SMTP connection failed'));
  }

  async listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.server.server.once('error', reject);
    this.server.listen(this.options.port, this.options.host, resolve);
    await promise;
    this.server.server.off('error', reject);
  }

  /** After `listen`. */
  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** Takes no more connections; those in the middle of a mail get two seconds. */
  async close(): Promise<void> {
    if (!this.server.server.listening) return;
    await new Promise<void>((done) => this.server.close(() => done()));
  }

  private async admit(recipient: SMTPServerAddress): Promise<void> {
    try {
      if (await this.recipients.accepts(recipient.address)) return;
    } catch (error) {
      this.log.warn({ err: error }, 'a recipient cannot be looked up now');
      throw reply(451, 'Cannot check the recipient now, try again later');
    }
    throw reply(550, 'No such mailbox here');
  }

  private async take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const { maxBytes } = this.options;
    try {
      return await this.receive.run(envelopeOf(session), stream as unknown as Readable, maxBytes);
    } catch (error) {
      if (error instanceof AppError && error.code === 'blob.too-large')
        throw reply(552, `Message exceeds fixed maximum message size ${maxBytes}`);
      if (stream.errored) throw reply(451, 'The connection was lost');
      this.log.warn({ err: error }, 'a mail cannot be stored now');
      throw reply(451, 'Cannot store the mail now, try again later');
    }
  }
}

function envelopeOf(session: SMTPServerSession): Envelope {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    channel: 'smtp',
    from: mailFrom ? mailFrom.address : '',
    recipients: rcptTo.map(({ address }) => address),
    client: `${String(session.hostNameAppearsAs || '').slice(0, 255)} [${session.remoteAddress}]`,
  };
}

/** The server puts the enhanced status code of RFC 3463 in front: 451 4.3.0, 550 5.1.1, 552 5.3.4. */
function reply(status: number, text: string): Error {
  mailRefused(status, text);
  return Object.assign(new Error(text), { responseCode: status });
}
