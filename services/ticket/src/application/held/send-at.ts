import { FURTHEST_SEND_DAYS } from '@helpmesh/contracts';
import { AppError, type EpochMs, epochMs } from '@helpmesh/kernel';

const DAY_MS = 86_400_000;

/** When something is to be sent. @throws AppError invalid `held-article.time-not-possible` */
export function timeOf(sendAt: string, now: EpochMs): EpochMs {
  const at = epochMs(Date.parse(sendAt));
  if (at > now && at <= now + FURTHEST_SEND_DAYS * DAY_MS) return at;
  const detail = `send_at must be in the future, and within ${FURTHEST_SEND_DAYS} days.`;
  throw new AppError('invalid', 'held-article.time-not-possible', detail);
}

/** It is too late to take it back. */
export function alreadySent(): AppError {
  return new AppError('conflict', 'held-article.sent', 'It has been sent already.');
}
