import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { ApiError } from '../app/api.ts';

const unreachable = msg`The server cannot be reached. Check your connection and try again.`;
const limited = msg`Too many attempts. Wait a minute and try again.`;
const notAllowed = msg`You are not allowed to do that.`;
const closed = msg`Only administrators can sign in for now.`;
const failed = msg`Something went wrong on our side. Try again in a moment.`;

/** One sentence for people. 422 answers carry a sentence of the server that says what to fix; others are ours. */
export function problemText(i18n: I18n, error: unknown): string {
  const ours = (message: MessageDescriptor) => i18n._(message);
  if (!(error instanceof ApiError)) return ours(failed);
  if (error.status === 0) return ours(unreachable);
  if (error.status === 429) return ours(limited);
  if (error.code === 'identity.maintenance') return ours(closed);
  if (error.status === 403) return ours(notAllowed);
  if (error.status >= 500 || error.message === '') return ours(failed);
  return error.message;
}
