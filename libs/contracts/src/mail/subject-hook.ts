import { desk } from '../desk.ts';

/** `[Ticket#10001]`, put before the subject of every mail about a ticket. */
export function withHook(subject: string, number: string): string {
  return `[${desk.ticketHook}${number}] ${withoutHook(subject, number)}`;
}

/** The subject without this ticket's hook, however often it is in there. */
export function withoutHook(subject: string, number: string): string {
  return subject
    .replaceAll(`[${desk.ticketHook}${number}]`, '')
    .replace(/\s{2,}/g, ' ')
    .trim();
}

/** Ticket numbers named by hooks in a subject, in order, without repeats. */
export function hooksIn(subject: string): string[] {
  const numbers = [...subject.matchAll(/\[?Ticket#\s?(\d{2,30})\b\]?/gi)].map((match) => match[1] ?? '');
  return [...new Set(numbers)];
}
