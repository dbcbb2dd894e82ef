import { setTimeout as pause } from 'node:timers/promises';
import { deliveryDeferred, deliveryFailed, deliverySent } from '@helpmesh/contracts';
import { AppError, backoffMs, type Clock, epochMs, isoTime, plainAddress } from '@helpmesh/kernel';
import type { Outbox, OutboxRow } from '@helpmesh/messaging';
import { GroupCommit, transaction } from '@helpmesh/persistence';
import { WorkPool } from '@helpmesh/service-kit';
import { withSpan, withTrace } from '@helpmesh/telemetry';
import type { DataSource } from 'typeorm';
import { isNoMailbox, type Outcome, outcomeOf } from '../domain/delivery.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import type { MailEvents } from '../events.ts';
import type { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import type { MailWire, SendingSettings } from './ports.ts';

/** Most outcomes of one transaction. */
const MOST_TOGETHER = 100;
/** Under load outcomes are recorded at most so often: ten cost hardly more than one. */
const GATHER_MS = 50;
/** How long agents whose mailbox is not there are told nothing by mail. */
const PAUSE_MS = 60 * 86_400_000;

/**
 * Sends what is due. A mail is claimed for a lease before the wire is touched, so that a sender that dies gives it back
 * by doing nothing. Between the server's 250 and the record of it lies a gap that no order of steps closes: a crash in
 * there sends the mail again, byte for byte the same and under the same Message-ID (at least once on the wire).
 */
export class SendDue {
  private readonly pool: WorkPool<OutboundMail>;
  private readonly outcomes = new GroupCommit((tries: Tried[]) => this.write(tries), MOST_TOGETHER, GATHER_MS);
  /** Outcomes on their way to the database that no hand waits for: as many as there are hands. */
  private readonly unrecorded = new Set<Promise<void>>();

  constructor(
    private readonly db: DataSource,
    private readonly mails: OutboundMailStore,
    private readonly outbox: Outbox,
    private readonly wire: MailWire,
    private readonly clock: Clock,
    private readonly settings: SendingSettings,
    private readonly events: MailEvents,
  ) {
    const { concurrency, pollMs, stopGraceMs, leaseMs } = settings;
    this.pool = new WorkPool({
      ...{ concurrency, pollMs, stopGraceMs },
      claim: (limit) => mails.claim(db, clock.now(), leaseMs, limit),
      giveBack: (taken) => mails.giveBack(db, taken, clock.now()),
      work: (mail, cutOff) => this.deliver(mail, cutOff),
      trouble: (what, error) => events.trouble(what, error),
    });
  }

  start(): void {
    this.pool.start();
  }

  /** Claims nothing new and waits for the mails on the wire, as long as the grace lasts; the rest is put off. */
  async stop(): Promise<void> {
    await this.pool.stop();
    await Promise.all(this.unrecorded);
    this.wire.close();
  }

  /** Something may be due now. */
  readonly wake = (): void => this.pool.wake();

  private deliver(mail: OutboundMail, cutOff: AbortSignal): Promise<void> {
    const headers = mail.traceparent === null ? null : { traceparent: mail.traceparent };
    return withTrace(headers, () =>
      withSpan(
        'smtp.send',
        { 'helpmesh.mail.kind': mail.kind, 'helpmesh.mail.attempt': mail.attempts },
        async (span) => {
          // A process that was stopped (SIGSTOP, a sleeping machine) may hold a mail that is somebody else's by now.
          const leaseMs = (mail.dueAt ?? Number.POSITIVE_INFINITY) - this.clock.now();
          if (leaseMs <= 0) return this.events.fenced(mail);
          const limit = AbortSignal.any([cutOff, AbortSignal.timeout(Math.min(this.settings.timeoutMs, leaseMs))]);
          const met = await this.wire.send(mail, limit);
          const outcome = outcomeOf(mail, met, this.clock.now(), this.settings.schedule);
          span.setAttribute('helpmesh.mail.outcome', outcome.state);
          const recorded = this.recorded(mail, outcome);
          if (this.unrecorded.size > this.settings.concurrency) await recorded;
        },
      ),
    );
  }

  /** Never fails. */
  private recorded(mail: OutboundMail, outcome: Outcome): Promise<void> {
    const recorded = this.record(mail, outcome)
      .catch((error: unknown) => this.events.trouble('a delivery could not be recorded', error))
      .finally(() => this.unrecorded.delete(recorded));
    this.unrecorded.add(recorded);
    return recorded;
  }

  /** What the server said is known only here: as long as the lease lasts, a database that is away is waited for. */
  private async record(mail: OutboundMail, outcome: Outcome): Promise<void> {
    const message = this.messageAbout(mail, outcome);
    for (let tries = 1; ; tries++) {
      try {
        if (await this.outcomes.add({ mail, outcome, message })) {
          this.events.delivered(mail, outcome, this.clock.now());
        } else this.events.fenced(mail);
        return;
      } catch (error) {
        const again = error instanceof AppError && error.kind === 'unavailable';
        if (!again || this.clock.now() >= (mail.dueAt ?? 0)) throw error;
        await pause(backoffMs(tries, { baseMs: 100, capMs: 2_000 }));
      }
    }
  }

  /** @returns for each whether the mail was still ours */
  private write(tries: Tried[]): Promise<boolean[]> {
    return transaction(this.db, async (tx) => {
      const ours = await this.mails.record(tx, tries, this.clock.now());
      await this.outbox.insertRows(
        tx,
        tries.flatMap(({ mail, message }) => (message && ours.has(mail.id) ? [message] : [])),
      );
      const missing = tries.flatMap(({ mail, outcome }) => (ours.has(mail.id) ? missingMailboxes(outcome) : []));
      if (missing.length > 0) await this.mails.pause(tx, missing, epochMs(this.clock.now() + PAUSE_MS));
      return tries.map(({ mail }) => ours.has(mail.id));
    });
  }

  /** Of what agents were told nobody asks how it went: no thread shows it. */
  private messageAbout(mail: OutboundMail, outcome: Outcome): OutboxRow | null {
    if (mail.kind === 'agent-notification') return null;
    const { kind, ticketId, articleId, messageId, attempts, correlationId, causationId, linked: links } = mail;
    const { automatic, security } = mail;
    const about = {
      ...{ mailId: mail.id, kind, ticketId, articleId, messageId, attempts },
      ...(links.length > 0 && { links }),
      // Of what somebody wrote, the article says it already.
      ...(automatic && security && { security: { ...security, type: security.type ?? ('S/MIME' as const) } }),
    };
    const message = { aggregateId: mail.id, aggregateVersion: attempts, correlationId, causationId };
    switch (outcome.state) {
      case 'sent': {
        const sentAt = isoTime(this.clock.now());
        return this.outbox.row(deliverySent, { ...message, data: { ...about, sentAt, response: outcome.response } });
      }
      case 'deferred': {
        const nextAttemptAt = isoTime(outcome.nextAttemptAt);
        return this.outbox.row(deliveryDeferred, {
          ...message,
          data: { ...about, nextAttemptAt, error: outcome.error },
        });
      }
      case 'failed':
        return this.outbox.row(deliveryFailed, { ...message, data: { ...about, error: outcome.error } });
    }
  }
}

/** A mail that was tried, what came of it, and the event that tells so, where anybody wants to know. */
interface Tried {
  mail: OutboundMail;
  outcome: Outcome;
  message: OutboxRow | null;
}

function missingMailboxes(outcome: Outcome): string[] {
  if (outcome.state === 'sent') return [];
  return outcome.refused.filter(({ reason }) => isNoMailbox(reason)).map(({ address }) => plainAddress(address));
}
