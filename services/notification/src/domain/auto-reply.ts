import type { Message, ticketCreated } from '@helpmesh/contracts';
import { type EpochMs, isDeliverable, isMachine, plainAddress } from '@helpmesh/kernel';
import { messageIdOf } from './address.ts';

export type TicketCreated = Message<typeof ticketCreated>['data'];

/** Which words a confirmation uses: the request was received, or a call was taken or made. */
export type ReplyTemplate = 'auto-reply-new-ticket' | 'call-received' | 'call-made';

export type ReplyDecision =
  | {
      reply: true;
      template: ReplyTemplate;
      to: { name: string; address: string };
      inReplyTo: string | null;
    }
  | { reply: false; why: string };

/** A ticket that old when it is told of came from an import or a restore: its customer was answered long ago. */
const NEWS_MS = 24 * 3_600_000;

/**
 * Whether and how a new ticket is confirmed to its customer: for a mail or form of the customer, and for calls in both
 * directions. An e-mail that an agent wrote is itself on its way, and no machine is ever answered by this one.
 * @param toldAt  when the event was recorded
 * @param own  addresses at which the system itself receives mail, in lower case
 */
export function replyToNewTicket(
  { ticket, article, customer, answered }: TicketCreated,
  toldAt: EpochMs,
  own: ReadonlySet<string>,
): ReplyDecision {
  if (toldAt - Date.parse(ticket.createdAt) > NEWS_MS) return no('the ticket is an old one');
  if (answered) return no('a rule has written to the customer');
  if (!article) return no('the ticket has no article');
  if (article.internal) return no('the first article is internal');
  const template = templateFor(article.type, article.sender);
  if (!template) return no(`a ${article.type} by ${article.sender} is not confirmed`);
  if (article.isAutoResponse) return no('the mail was itself automatic');
  if (!customer.email) return no('the customer has no mail address');
  const address = plainAddress(customer.email);
  if (!isDeliverable(address)) return no('the customer has no usable mail address');
  if (own.has(address)) return no('the customer is one of our own addresses');
  if (isMachine(address)) return no('nobody reads at that address');
  return {
    reply: true,
    template,
    // A mail or form may name anybody as its sender: its display name is the stranger's own words, a caller's is not.
    to: { name: template === 'auto-reply-new-ticket' ? '' : customer.name, address: customer.email.trim() },
    inReplyTo: article.type === 'email' ? messageIdOf(article.messageId) : null,
  };
}

function templateFor(type: string, sender: TicketArticleSender): ReplyTemplate | null {
  if (type === 'phone' && sender === 'Customer') return 'call-received';
  if (type === 'phone' && sender === 'Agent') return 'call-made';
  if ((type === 'email' || type === 'web') && sender === 'Customer') return 'auto-reply-new-ticket';
  return null;
}

type TicketArticleSender = NonNullable<TicketCreated['article']>['sender'];

function no(why: string): ReplyDecision {
  return { reply: false, why };
}
