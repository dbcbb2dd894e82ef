import type { BlobStore } from '@helpmesh/blob';
import { fileMail, learnCertificate, mailQuarantined, ticketOfMessageId } from '@helpmesh/contracts';
import { AppError, backoffMs, type Clock, epochMs } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { GroupCommit } from '@helpmesh/persistence';
import { extractTrace, withSpan } from '@helpmesh/telemetry';
import { usableAddress } from '../domain/address.ts';
import { classify } from '../domain/automatic/classify.ts';
import type { MailFacts } from '../domain/automatic/facts.ts';
import type { ClaimedMail } from '../domain/inbound-mail.ts';
import { limits } from '../domain/limits.ts';
import type { OpenedParsed, ParsedMail } from '../domain/parsed-mail.ts';
import { mailGivenBack, mailProcessed } from '../events.ts';
import { ByteGate } from './byte-gate.ts';
import type { ChannelBook } from './channel/channel-book.ts';
import { filingKey } from './filing-key.ts';
import type { FilterBook } from './filter/filter-book.ts';
import {
  type InboundMails,
  type KeyDirectory,
  type MailReader,
  type Outcome,
  type OwnAddresses,
  UnreadableMail,
} from './ports.ts';
import type { ProveSender } from './proof/prove-sender.ts';
import { bytesOf, store } from './stored-bytes.ts';
import { WorkQueue } from './work-queue.ts';

/** Raw bytes in memory at once; a parser needs several times as much. */
const BYTES_IN_WORK = 32 * 1024 * 1024;
/** Under load the outcomes of mails gather so long: a tenth of the commits. */
const GATHER_MS = 25;

export interface ProcessMailOptions {
  mails: InboundMails;
  blobs: BlobStore;
  reader: MailReader;
  outbox: Outbox;
  own: OwnAddresses;
  keys: KeyDirectory;
  filters: FilterBook;
  senders: Pick<ProveSender, 'run' | 'demanded' | 'replyToSpeaks'>;
  channels: Pick<ChannelBook, 'groupOf' | 'isTrusted'>;
  clock: Clock;
  threadingSecret: string;
}

/**
 * Reads stored mails and hands them to the ticket service. Nothing is dropped: what cannot be read is set aside and
 * handed over as such.
 */
export class ProcessMail {
  private readonly finished: GroupCommit<Outcome, string | undefined>;
  private readonly gate = new ByteGate(BYTES_IN_WORK);
  private readonly queue: WorkQueue;

  constructor(private readonly parts: ProcessMailOptions) {
    this.queue = new WorkQueue(parts.mails, (mail) => this.work(mail));
    this.finished = new GroupCommit(
      async (outcomes) => {
        const states = await parts.mails.finish(outcomes);
        parts.outbox.ring();
        return outcomes.map(({ id }) => states.get(id));
      },
      100,
      GATHER_MS,
    );
  }

  start(): void {
    this.queue.start();
  }

  /** Ends when the mails in work are done. */
  stop(): Promise<void> {
    return this.queue.stop();
  }

  /** There is work. */
  ring(): void {
    this.queue.ring();
  }

  /** Where mails may go at once that this process receives. */
  get intake(): WorkQueue {
    return this.queue;
  }

  private async work(mail: ClaimedMail): Promise<void> {
    try {
      const trace = mail.trace === null ? null : { traceparent: mail.trace };
      const name = 'mail.process';
      await withSpan(name, { 'helpmesh.inbound_id': mail.id }, () => this.gate.run(mail.size, () => this.file(mail)), {
        parent: extractTrace(trace),
      });
    } catch (error) {
      mailGivenBack(mail, error);
      if (error instanceof UnreadableMail) return void (await this.parts.mails.retry(mail).catch(() => undefined));
      const afterMs = backoffMs(mail.attempt, { baseMs: 500, capMs: 10_000 });
      // Without a database the lease runs out by itself; the start then counts, but a mail has several.
      if (isOutage(error)) await this.parts.mails.giveBack(mail, afterMs).catch(() => undefined);
    }
  }

  private async file(mail: ClaimedMail): Promise<void> {
    const { outcome, why } = await this.read(mail);
    const state = await this.finished.add(outcome);
    if (state === undefined) return; // another process took the mail over
    mailProcessed(mail, this.parts.clock.now(), { state, automatic: outcome.automatic, why });
  }

  private async read(mail: ClaimedMail): Promise<{ outcome: Outcome; why: string | null }> {
    const { blobs, reader } = this.parts;
    let raw = new Uint8Array(0);
    try {
      raw = mail.raw ?? (await bytesOf(blobs, mail.sha256));
      if (mail.withheld !== undefined) throw new UnreadableMail(mail.withheld);
      if (mail.attempt > limits.attempts) throw new UnreadableMail(`Working on it failed ${limits.attempts} times.`);
      return await this.readable(mail, await this.opened(mail, raw), raw);
    } catch (error) {
      if (!(error instanceof UnreadableMail) || (error.again && mail.attempt === 1)) throw error;
      return this.unreadable(mail, await reader.salvage(raw), error.message);
    }
  }

  /** What a mail says: of one that is signed or encrypted what is within. */
  private async opened(mail: ClaimedMail, raw: Uint8Array<ArrayBuffer>): Promise<OpenedParsed> {
    const { reader, keys, filters, channels } = this.parts;
    const looked = filters.headers(channels.isTrusted(mail.channel));
    const parsed = await reader.parse(raw, looked);
    if (!parsed.protected) return { mail: parsed, security: null, certificate: null };
    const from = parsed.from?.address.toLowerCase() ?? null;
    const opening = { keys: await keys.toOpen(from), from, at: epochMs(new Date(mail.receivedAt)) };
    return reader.open(raw, opening, looked);
  }

  private async readable(
    mail: ClaimedMail,
    { mail: parsed, security, certificate }: OpenedParsed,
    raw: Uint8Array<ArrayBuffer>,
  ): Promise<{ outcome: Outcome; why: string | null }> {
    const { blobs, outbox, filters, senders, channels } = this.parts;
    const { automatic, reason } = classify(this.factsOf(mail, parsed));
    // What we sent ourselves is no business of filters: a loop ends here in any case.
    const judged = automatic === 'own' ? undefined : filters.judge(parsed, channels.isTrusted(mail.channel));
    const common = {
      ...{ id: mail.id, attempt: mail.attempt, key: filingKey(mail, parsed.messageId, true) },
      messageId: parsed.messageId,
    };
    if (judged?.ignoredBy != null) {
      const from = fromOf(mail, parsed)?.address ?? null;
      const cause = `The filter '${judged.ignoredBy}' ignores it.`;
      const outcome: Outcome = { ...common, state: 'ignored', cause, from, automatic, proof: null, messages: [] };
      return { outcome, why: cause };
    }
    const proof = automatic === 'own' ? null : await senders.run(mail, parsed, raw);
    const attachments = await Promise.all(parsed.attachments.map((attachment) => store(blobs, attachment)));
    const away = judged?.outOfOffice === true && automatic === 'no' ? 'auto-reply' : automatic;
    const filtered = judged && { filtered: judged.filtered };
    const data = {
      ...this.commandOf(mail, parsed),
      ...{ attachments, automatic: away, unreadable: null, ...filtered, ...(proof && { proof }) },
      ...(security && { security }),
      ...(away === 'bounce' && parsed.bounce && { bounce: parsed.bounce }),
    };
    const about = { aggregateId: mail.id, correlationId: mail.queueId };
    const address = parsed.from?.address.toLowerCase();
    // What a machine sends along is nobody's own.
    const offered = automatic === 'no' ? parsed.offeredKey : null;
    const brought =
      certificate !== null ? { certificate } : offered !== null ? { type: 'PGP' as const, certificate: offered } : null;
    const learned =
      brought !== null && address !== undefined
        ? [outbox.row(learnCertificate, { ...about, data: { ...brought, address } })]
        : [];
    return {
      outcome: {
        ...common,
        state: 'parsed',
        cause: null,
        from: data.from?.address ?? null,
        automatic: away,
        proof,
        messages: [outbox.row(fileMail, { ...about, data }), ...learned],
      },
      why: reason,
    };
  }

  private unreadable(mail: ClaimedMail, head: ParsedMail, cause: string): { outcome: Outcome; why: string } {
    const { outbox } = this.parts;
    const { automatic } = classify(this.factsOf(mail, head));
    const data = { ...this.commandOf(mail, head), attachments: [], automatic, unreadable: cause };
    const quarantined = { inboundId: mail.id, size: mail.size, cause };
    const common = { aggregateId: mail.id, correlationId: mail.queueId };
    return {
      outcome: {
        id: mail.id,
        attempt: mail.attempt,
        state: 'quarantined',
        cause,
        key: filingKey(mail, head.messageId, false),
        messageId: head.messageId,
        from: data.from?.address ?? null,
        automatic,
        proof: null,
        messages: [
          outbox.row(fileMail, { ...common, data }),
          outbox.row(mailQuarantined, { ...common, aggregateVersion: 1, data: quarantined }),
        ],
      },
      why: cause,
    };
  }

  private commandOf(mail: ClaimedMail, parsed: ParsedMail) {
    const groupId = this.parts.channels.groupOf(mail.channel);
    const { own, senders } = this.parts;
    const speaks = parsed.replyTo && !own.includes(parsed.replyTo.address) ? senders.replyToSpeaks : undefined;
    return {
      inboundId: mail.id,
      channel: mail.channel,
      receivedAt: mail.receivedAt,
      recipients: mail.recipients,
      raw: { sha256: mail.sha256, size: mail.size },
      ...(groupId !== undefined && { mailboxGroupId: groupId }),
      ...(senders.demanded && { proofDemanded: true }),
      ...(speaks && { replyToSpeaks: speaks }),
      ...(mail.released && { released: true }),
      from: fromOf(mail, parsed),
      replyTo: parsed.replyTo,
      to: parsed.to,
      cc: parsed.cc,
      subject: parsed.subject,
      messageId: parsed.messageId,
      inReplyTo: parsed.inReplyTo,
      references: parsed.references,
      date: parsed.date,
      text: parsed.text,
      html: parsed.html,
    };
  }

  private factsOf(mail: ClaimedMail, parsed: ParsedMail): MailFacts {
    const { own, threadingSecret } = this.parts;
    return {
      header: (name) => parsed.headers[name] ?? [],
      envelopeFrom: mail.from,
      from: parsed.from?.address ?? null,
      messageId: parsed.messageId,
      isOurMessageId: (id) => ticketOfMessageId(id, threadingSecret) !== null,
      isOurAddress: (address) => own.includes(address),
    };
  }
}

/** A mail without From is taken to come from whoever the envelope names. */
function fromOf(mail: ClaimedMail, parsed: ParsedMail) {
  const envelopeFrom = usableAddress(mail.from ?? undefined);
  return parsed.from ?? (envelopeFrom ? { name: '', address: envelopeFrom } : null);
}

function isOutage(error: unknown): boolean {
  return error instanceof AppError && (error.kind === 'unavailable' || error.kind === 'limited');
}
