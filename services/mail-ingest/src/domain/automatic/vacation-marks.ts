import type { Filter } from './facts.ts';

const marks = ['x-autoreply', 'x-autorespond', 'x-autoreply-from', 'x-auto-reply-from', 'x-mail-autoreply'];

/** Does it carry one of the headers vacation programs used before RFC 3834? */
export const vacationMarks: Filter = (facts) => {
  const mark = marks.find((name) => facts.header(name).some((value) => !/^\s*(no|false)?\s*$/i.test(value)));
  return mark ? { automatic: 'auto-reply', reason: `${mark} is set` } : undefined;
};
