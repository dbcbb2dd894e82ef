import { autoResponseSuppress } from './auto-response-suppress.ts';
import { autoSubmitted } from './auto-submitted.ts';
import { deliveryReport } from './delivery-report.ts';
import type { Automatic, Filter, MailFacts } from './facts.ts';
import { failedRecipients } from './failed-recipients.ts';
import { loopMark } from './loop-mark.ts';
import { mailingList } from './mailing-list.ts';
import { nullReturnPath } from './null-return-path.ts';
import { ownAddress } from './own-address.ts';
import { ownMessage } from './own-message.ts';
import { precedence } from './precedence.ts';
import { systemSender } from './system-sender.ts';
import { vacationMarks } from './vacation-marks.ts';

/**
 * The order decides which answer a mail gets that meets several: our own first, then reports (they are auto-submitted
 * too), then what the sender says about itself, then what can be guessed from the envelope and the address.
 */
const filters: readonly Filter[] = [
  ownMessage,
  loopMark,
  deliveryReport,
  failedRecipients,
  autoSubmitted,
  vacationMarks,
  precedence,
  mailingList,
  autoResponseSuppress,
  nullReturnPath,
  systemSender,
  ownAddress,
];

/** Was the mail written by a machine? The first filter with an answer decides. */
export function classify(facts: MailFacts): { automatic: Automatic; reason: string | null } {
  for (const filter of filters) {
    const judgement = filter(facts);
    if (judgement) return judgement;
  }
  return { automatic: 'no', reason: null };
}

/** Lower-case names of all headers the filters read: what has to be kept of a mail. */
export const headersRead = [
  'auto-submitted',
  'content-type',
  'feedback-id',
  'list-id',
  'list-post',
  'list-unsubscribe',
  'precedence',
  'return-path',
  'x-auto-reply-from',
  'x-auto-response-suppress',
  'x-autoreply',
  'x-autoreply-from',
  'x-autorespond',
  'x-failed-recipients',
  'x-loop',
  'x-mail-autoreply',
] as const;
