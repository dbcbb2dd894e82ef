import { type Filter, firstWords } from './facts.ts';

/** Is it marked as mass mail? `auto_reply` is sendmail's vacation. */
export const precedence: Filter = (facts) => {
  const words = firstWords(facts, 'precedence');
  if (words.some((word) => word === 'auto_reply' || word === 'auto-reply'))
    return { automatic: 'auto-reply', reason: 'Precedence is auto_reply' };
  const word = words.find((value) => ['bulk', 'list', 'junk'].includes(value));
  return word ? { automatic: 'bulk', reason: `Precedence is ${word}` } : undefined;
};
