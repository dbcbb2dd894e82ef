import { withHook, withoutHook } from '@helpmesh/contracts';

/** Ids kept in a References header; the first one names the thread, the latest ones matter to mail readers. */
const REFERENCES_KEPT = 20;

const answeredBefore = /^(?:(?:re|aw|odp|sv|antw)(?:\[\d+\])?:\s*)+/i;
const passedOnBefore = /^(?:(?:re|aw|odp|sv|antw|fwd?|wg|tr|pd)(?:\[\d+\])?:\s*)+/i;

/** `[Ticket#10001] RE: Printer`; an answer carries one RE, however long the thread, and what is passed on one FWD. */
export function outgoingSubject(subject: string, number: string, answers: boolean, passedOn = false): string {
  const bare = withoutHook(subject, number).replace(passedOn ? passedOnBefore : answeredBefore, '');
  return withHook(passedOn ? `FWD: ${bare}` : answers ? `RE: ${bare}` : bare, number);
}

/** The chain of a reply: what the answered mail referred to, then that mail (RFC 5322 3.6.4). */
export function referencesChain(earlier: readonly string[], inReplyTo: string | null): string[] {
  const chain = [...new Set([...earlier, ...(inReplyTo ? [inReplyTo] : [])])];
  if (chain.length <= REFERENCES_KEPT) return chain;
  const [first, ...rest] = chain;
  return [first as string, ...rest.slice(1 - REFERENCES_KEPT)];
}

const placeholder = /\{\{\s{0,20}([\w.]{1,100})\s{0,20}\}\}|#\{\s{0,20}([\w.]{1,100})\s{0,20}\}/g;

/**
 * Fills the places of a signature, `{{ticket.number}}` or `#{ticket.number}`; what is unknown stays empty. Values are
 * never templates.
 */
export function fillSignature(template: string, values: Record<string, string>): string {
  return template.replace(placeholder, (_, name?: string, other?: string) => values[name ?? other ?? ''] ?? '');
}

/** Message ids in a header text, with their angle brackets. */
export function messageIdsIn(text: string | null): string[] {
  return text ? [...new Set(text.match(/<[^<>\s]+>/g) ?? [])] : [];
}
