import type { EpochMs } from '@helpmesh/kernel';
import { counter, histogram, logger } from '@helpmesh/telemetry';
import type { Outcome } from './domain/delivery.ts';
import type { OutboundMail } from './domain/outbound-mail.ts';
import type { Outcome as CallOutcome } from './domain/webhook/outcome.ts';
import type { Attempt, Delivery } from './domain/webhook/webhook.ts';

const done = counter({
  name: 'helpmesh_mail_deliveries_total',
  help: 'Tries to deliver a mail by what they came to: sent, deferred or failed.',
  labels: ['kind', 'outcome'],
});
const held = counter({
  name: 'helpmesh_mail_suppressed_total',
  help: 'Automatic mails that a loop guard kept from being sent.',
});
const lost = counter({
  name: 'helpmesh_mail_fenced_total',
  help: 'Outcomes that came after the lease of the mail had run out; such a mail may have been sent twice.',
});
const ownText = counter({
  name: 'helpmesh_mail_text_failures_total',
  help: 'Mails that an administrator wrote a text for and that left in the words of the system, because it could not be used.',
  labels: ['kind'],
});
const waited = histogram({
  name: 'helpmesh_mail_wait_seconds',
  help: 'Time from queueing a mail to the server taking it.',
  buckets: [0.1, 0.5, 1, 5, 30, 60, 300, 1800, 7200, 43_200, 172_800],
});

/** Business events as metrics and log records. Addresses and texts stay out of both. */
export class MailEvents {
  private readonly log = logger('mail');

  delivered(mail: OutboundMail, outcome: Outcome, now: EpochMs): void {
    done.inc({ kind: mail.kind, outcome: outcome.state });
    const record = { mailId: mail.id, kind: mail.kind, ticketId: mail.ticketId, attempts: mail.attempts };
    if (outcome.state === 'sent') {
      waited.observe((now - mail.createdAt) / 1_000);
      this.log.info(record, 'mail sent');
    } else if (outcome.state === 'deferred') this.log.warn({ ...record, why: outcome.error }, 'mail put off');
    else this.log.error({ ...record, why: outcome.error }, 'mail failed for good');
  }

  suppressed(mail: OutboundMail): void {
    held.inc();
    this.log.warn({ mailId: mail.id, ticketId: mail.ticketId, why: mail.lastError }, 'automatic mail held back');
  }

  fenced(mail: OutboundMail): void {
    lost.inc();
    this.log.warn({ mailId: mail.id, attempts: mail.attempts }, 'outcome of a try came after its lease had run out');
  }

  textFailed(kind: string, why: string): void {
    ownText.inc({ kind });
    this.log.error({ kind, why }, 'the text of a mail could not be used');
  }

  trouble(what: string, error: unknown): void {
    this.log.error({ err: error }, what);
  }
}

const calls = counter({
  name: 'helpmesh_webhook_calls_total',
  help: 'Tries to call a webhook by what they came to: delivered, deferred or failed.',
  labels: ['outcome'],
});
const callSeconds = histogram({
  name: 'helpmesh_webhook_call_seconds',
  help: 'Time that receivers of webhooks take to answer, or to be given up on.',
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const callWaited = histogram({
  name: 'helpmesh_webhook_wait_seconds',
  help: 'Time from ordering a call to the receiver taking it.',
  buckets: [0.1, 0.5, 1, 5, 30, 300, 1800, 7200, 86_400, 345_600],
});
const switchedOff = counter({
  name: 'helpmesh_webhook_disabled_total',
  help: 'Webhooks that were switched off because nobody answered for days, or the receiver said it is gone.',
});

/** The same for calls of webhooks. Addresses and bodies stay out. */
export class WebhookEvents {
  private readonly log = logger('webhook');

  called(delivery: Delivery, attempt: Attempt, outcome: CallOutcome, now: EpochMs): void {
    calls.inc({ outcome: outcome.state });
    callSeconds.observe(attempt.durationMs / 1_000);
    const { id, webhookId, attempts } = delivery;
    const record = { deliveryId: id, webhookId, attempts, status: attempt.status, durationMs: attempt.durationMs };
    if (outcome.state === 'delivered') {
      callWaited.observe((now - delivery.createdAt) / 1_000);
      this.log.info(record, 'webhook called');
    } else if (outcome.state === 'deferred') this.log.warn(record, 'call of a webhook put off');
    else this.log.error(record, 'call of a webhook failed for good');
  }

  fenced({ id, attempts }: Delivery): void {
    this.log.warn({ deliveryId: id, attempts }, 'outcome of a call came after its lease had run out');
  }

  disabled(webhookId: number): void {
    switchedOff.inc();
    this.log.error({ webhookId }, 'webhook switched off');
  }

  trouble(what: string, error: unknown): void {
    this.log.error({ err: error }, what);
  }
}
