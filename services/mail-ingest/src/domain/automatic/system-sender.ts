import type { Filter } from './facts.ts';

/** Is the sender a mail system by its name? Old ones send failures with an ordinary return path. */
export const systemSender: Filter = ({ from }) =>
  from && /^(mailer-daemon|mail-daemon)@/i.test(from)
    ? { automatic: 'bounce', reason: 'the sender is a mail system' }
    : undefined;
