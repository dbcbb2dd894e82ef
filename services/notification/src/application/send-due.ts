import { setTimeout as pause } from 'node:timers/promises';
import { deliveryDeferred, deliveryFailed, deliverySent } from '@helpmesh/contracts';
import { AppError, backoffMs, type Clock, isoTime } from '@helpmesh/kernel';
import type { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { withSpan, withTrace } from '@helpmesh/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { type Outcome, outcomeOf } from '../domain/delivery.ts';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import type { MailEvents } from '../events.ts';
import type { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import type { MailWire, SendingSettings } from './ports.ts';

/**
 * Sends what is due. A mail is claimed for a lease before the wire is touched, so that a sender that dies gives it back
 * by doing nothing. Between the server's 250 and the record of it lies a gap that no order of steps closes: a crash in
 * there sends the mail again, byte for byte the same and under the same Message-ID (at least once on the wire).
 */
export class SendDue {
  private readonly running = new Set<Promise<void>>();
  private loop: Promise<void> | undefined;
  private stopping = false;
  private nudge = Promise.withResolvers<void>();
  private cutOff = new AbortController();

  constructor(
    private readonly db: DataSource,
    private readonly mails: OutboundMailStore,
    private readonly outbox: Outbox,
    private readonly wire: MailWire,
    private readonly clock: Clock,
    private readonly settings: SendingSettings,
    private readonly events: MailEvents,
  ) {}

  start(): void {
    this.stopping = false;
    this.cutOff = new AbortController();
    this.loop ??= this.run();
  }

  /** Claims nothing new and waits for the mails on the wire, as long as the grace lasts; the rest is put off. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.loop;
    this.loop = undefined;
    const timer = setTimeout(() => this.cutOff.abort(), this.settings.stopGraceMs);
    await Promise.all(this.running);
    clearTimeout(timer);
    this.wire.close();
  }

  /** Something may be due now. */
  readonly wake = (): void => this.nudge.resolve();

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.nudge = Promise.withResolvers<void>();
      const free = this.settings.concurrency - this.running.size;
      const taken = free > 0 ? await this.claim(free) : 0;
      // A full hand means that more may wait: look again as soon as one is done.
      if (free > 0 && taken === free) continue;
      await this.rest();
    }
  }

  private async claim(limit: number): Promise<number> {
    try {
      const mails = await this.mails.claim(this.db, this.clock.now(), this.settings.leaseMs, limit);
      for (const mail of mails) this.take(mail);
      return mails.length;
    } catch (error) {
      this.events.trouble('the queue cannot be read', error);
      return 0;
    }
  }

  private take(mail: OutboundMail): void {
    const work = this.deliver(mail)
      .catch((error: unknown) => this.events.trouble('a delivery could not be recorded', error))
      .finally(() => {
        this.running.delete(work);
        this.wake();
      });
    this.running.add(work);
  }

  /** Until something happens, or the next look is due. */
  private async rest(): Promise<void> {
    const timer = setTimeout(this.wake, this.settings.pollMs);
    await this.nudge.promise;
    clearTimeout(timer);
  }

  private deliver(mail: OutboundMail): Promise<void> {
    const headers = mail.traceparent === null ? null : { traceparent: mail.traceparent };
    return withTrace(headers, () =>
      withSpan(
        'smtp.send',
        { 'helpmesh.mail.kind': mail.kind, 'helpmesh.mail.attempt': mail.attempts },
        async (span) => {
          // A process that was stopped (SIGSTOP, a sleeping machine) may hold a mail that is somebody else's by now.
          if (mail.dueAt !== null && this.clock.now() >= mail.dueAt) return this.events.fenced(mail);
          const limit = AbortSignal.any([this.cutOff.signal, AbortSignal.timeout(this.settings.timeoutMs)]);
          const met = await this.wire.send(mail, limit);
          const outcome = outcomeOf(mail, met, this.clock.now(), this.settings.schedule);
          span.setAttribute('helpmesh.mail.outcome', outcome.state);
          await this.record(mail, outcome);
        },
      ),
    );
  }

  /** What the server said is known only here: as long as the lease lasts, a database that is away is waited for. */
  private async record(mail: OutboundMail, outcome: Outcome): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        const mine = await transaction(this.db, (tx) => this.write(tx, mail, outcome));
        if (mine) this.events.delivered(mail, outcome, this.clock.now());
        else this.events.fenced(mail);
        return;
      } catch (error) {
        const again = error instanceof AppError && error.kind === 'unavailable';
        if (!again || this.clock.now() >= (mail.dueAt ?? 0)) throw error;
        await pause(backoffMs(tries, { baseMs: 100, capMs: 2_000 }));
      }
    }
  }

  private async write(tx: EntityManager, mail: OutboundMail, outcome: Outcome): Promise<boolean> {
    const now = this.clock.now();
    if (!(await this.mails.record(tx, mail, outcome, now))) return false;
    const { kind, ticketId, articleId, messageId, attempts, correlationId, causationId } = mail;
    const about = { mailId: mail.id, kind, ticketId, articleId, messageId, attempts };
    const message = { aggregateId: mail.id, aggregateVersion: attempts, correlationId, causationId };
    switch (outcome.state) {
      case 'sent':
        await this.outbox.add(tx, deliverySent, {
          ...message,
          data: { ...about, sentAt: isoTime(now), response: outcome.response },
        });
        break;
      case 'deferred':
        await this.outbox.add(tx, deliveryDeferred, {
          ...message,
          data: { ...about, nextAttemptAt: isoTime(outcome.nextAttemptAt), error: outcome.error },
        });
        break;
      case 'failed':
        await this.outbox.add(tx, deliveryFailed, { ...message, data: { ...about, error: outcome.error } });
        break;
    }
    return true;
  }
}
