/** A number as it is dialled, without what people write between its digits; empty where there is none (`anonymous`). */
export const digitsOf = (number: string): string => number.replaceAll(/\D/g, '').replace(/^00/, '');

/** Whether a number is meant by a pattern: `49*` is every number that begins so, `*` every one. */
export function fits(number: string, pattern: string): boolean {
  const [digits, wanted] = [digitsOf(number), digitsOf(pattern)];
  if (pattern.trim() === '*') return true;
  return pattern.trimEnd().endsWith('*') ? digits.startsWith(wanted) : wanted !== '' && digits === wanted;
}

/** As people read it: the plus of an international number stands before it. */
export function pretty(number: string): string {
  const digits = digitsOf(number);
  return /^[1-9]\d{8,14}$/.test(digits) ? `+${digits}` : number;
}
