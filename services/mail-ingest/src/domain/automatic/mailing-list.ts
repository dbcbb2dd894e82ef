import type { Filter } from './facts.ts';

const marks = ['list-id', 'list-unsubscribe', 'list-post', 'feedback-id'];

/** Did it come through a mailing list or a newsletter (RFC 2919, RFC 2369)? */
export const mailingList: Filter = (facts) => {
  const mark = marks.find((name) => facts.header(name).length > 0);
  return mark ? { automatic: 'bulk', reason: `${mark} is set` } : undefined;
};
