import type { EpochMs } from '@helpmesh/kernel';
import { counter, gauge, histogram, logger } from '@helpmesh/telemetry';
import type { Automatic } from './domain/automatic/facts.ts';
import type { ClaimedMail, StoredMail } from './domain/inbound-mail.ts';

const log = logger('mail');

const received = counter({
  name: 'helpmesh_mail_received_total',
  help: 'Mails stored and committed, by channel kind.',
  labels: ['channel'],
});
const refused = counter({
  name: 'helpmesh_mail_refused_total',
  help: 'Mails or recipients answered with an error, by SMTP status.',
  labels: ['status'],
});
const processed = counter({
  name: 'helpmesh_mail_processed_total',
  help: 'Mails worked on, by what became of them and whether a machine wrote them.',
  labels: ['state', 'automatic'],
});
const delay = histogram({
  name: 'helpmesh_mail_processing_delay_seconds',
  help: 'Time from the receipt of a mail to its command to the ticket service being committed.',
});
const size = histogram({
  name: 'helpmesh_mail_size_bytes',
  help: 'Raw size of received mails.',
  buckets: [1e3, 1e4, 1e5, 1e6, 5e6, 1e7, 2.5e7, 3.5e7],
});

export function mailReceived(mail: StoredMail): void {
  received.inc({ channel: kindOf(mail.channel) });
  size.observe(mail.size);
  log.debug({ queueId: mail.queueId, channel: mail.channel, size: mail.size }, 'mail received');
}

export function mailRefused(status: number, why: string): void {
  refused.inc({ status: String(status) });
  log.info({ status, why }, 'mail refused');
}

/** @param why  what the classifier or the quarantine says */
export function mailProcessed(
  mail: ClaimedMail,
  now: EpochMs,
  result: { state: string; automatic: Automatic | null; why: string | null },
): void {
  const { state, automatic, why } = result;
  processed.inc({ state, automatic: automatic ?? 'unknown' });
  delay.observe(Math.max(0, (now - Date.parse(mail.receivedAt)) / 1000));
  const record = { inboundId: mail.id, queueId: mail.queueId, state, automatic, why };
  if (state === 'quarantined') log.warn(record, 'mail cannot be read and is set aside');
  else log.debug(record, 'mail processed');
}

export function mailGivenBack(mail: ClaimedMail, error: unknown): void {
  log.warn({ err: error, inboundId: mail.id, attempt: mail.attempt }, 'mail cannot be worked on now; tried again');
}

function kindOf(channel: string): string {
  return channel.split(':')[0] ?? channel;
}

interface Waiting {
  count: number;
  oldestSeconds: number;
}

/** How many mails wait, and for how long the oldest has: asked of the database when the metrics are read. */
export function measureBacklog(mails: Record<'backlog' | 'suspended', () => Promise<Waiting>>): void {
  gauge({
    name: 'helpmesh_mail_backlog_items',
    help: 'Mails stored and not worked on yet.',
    read: (metric) =>
      mails.backlog().then(
        ({ count }) => metric.set(count),
        () => undefined,
      ),
  });
  gauge({
    name: 'helpmesh_mail_backlog_oldest_seconds',
    help: 'Age of the oldest mail that was not worked on yet.',
    read: (metric) =>
      mails.backlog().then(
        ({ oldestSeconds }) => metric.set(oldestSeconds),
        () => undefined,
      ),
  });
  gauge({
    name: 'helpmesh_mail_suspended_items',
    help: 'Mails that wait for a decision because their senders are not proven.',
    read: (metric) =>
      mails.suspended().then(
        ({ count }) => metric.set(count),
        () => undefined,
      ),
  });
  gauge({
    name: 'helpmesh_mail_suspended_oldest_seconds',
    help: 'Age of the oldest mail that waits for a decision because its sender is not proven.',
    read: (metric) =>
      mails.suspended().then(
        ({ oldestSeconds }) => metric.set(oldestSeconds),
        () => undefined,
      ),
  });
}
