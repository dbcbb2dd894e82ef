import type { Message, ticketCreated } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { type Agreement, plainAddress } from './agreement.ts';

export type TicketCreated = Message<typeof ticketCreated>['data'];

export type RedirectDecision =
  | { redirect: true; requester: { name: string; address: string }; articleId: number; wholeText: boolean }
  | { redirect: false; why: string };

/** A ticket that old when it is told of came from an import or a restore: the list has had it, or never will. */
const NEWS_MS = 24 * 3_600_000;
/** Length at which the excerpt of an event may have been cut. */
const EXCERPT_LENGTH = 4_000;

/**
 * Whether a new ticket of a group under a redirect agreement goes to the list. It goes when there is a person on the
 * other end whom the list can answer; what machines wrote, what the list itself wrote, and what we are already sending
 * by mail stays here.
 * @param toldAt  when the event was recorded
 * @param own  addresses at which this desk receives mail, in lower case
 */
export function decideRedirect(
  { ticket, article, customer }: TicketCreated,
  toldAt: EpochMs,
  agreement: Agreement,
  own: ReadonlySet<string>,
): RedirectDecision {
  if (toldAt - Date.parse(ticket.createdAt) > NEWS_MS) return no('the ticket is an old one');
  if (!agreement.active || agreement.listAddress === null) return no('the agreement is not active');
  if (!article) return no('there is no request to pass on');
  if (article.internal) return no('the first article is internal');
  if (article.isAutoResponse) return no('the mail was automatic');
  if (article.encrypted) return no('the mail came encrypted, and the list would get it in clear');
  if (article.type === 'email' && article.sender === 'Agent') return no('it is a mail of ours to the customer');
  const problem = addressProblem(agreement.listAddress, customer.email, own);
  if (problem !== null || !customer.email) return no(problem ?? '');
  return {
    redirect: true,
    requester: { name: customer.name.includes('@') ? '' : customer.name, address: customer.email.trim() },
    articleId: article.id,
    wholeText: article.excerpt.length < EXCERPT_LENGTH && article.attachmentCount === 0,
  };
}

/** Why mail from this requester to this list would help nobody; null: it does. @param own  as in `decideRedirect` */
export function addressProblem(list: string, requester: string | null, own: ReadonlySet<string>): string | null {
  if (own.has(plainAddress(list))) return 'the list is an address of this desk by now';
  if (!requester) return 'the requester has no mail address to answer to';
  if (plainAddress(requester) === plainAddress(list)) return 'the request came from the list itself';
  return own.has(plainAddress(requester)) ? 'the requester is this desk itself' : null;
}

/** `Ada Lovelace <ada@example.org>`, or the address alone. */
export function mailbox({ name, address }: { name: string; address: string }): string {
  return name === '' ? address : `${name} <${address}>`;
}

function no(why: string): RedirectDecision {
  return { redirect: false, why };
}
