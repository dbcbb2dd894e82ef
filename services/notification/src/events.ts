import type { EpochMs } from '@helpmesh/kernel';
import { counter, histogram, logger } from '@helpmesh/telemetry';
import type { Outcome } from './domain/delivery.ts';
import type { OutboundMail } from './domain/outbound-mail.ts';

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

  trouble(what: string, error: unknown): void {
    this.log.error({ err: error }, what);
  }
}
