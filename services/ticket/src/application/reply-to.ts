import { type MailAddress, ticketReplyAddress } from '@helpmesh/contracts';
import type { MailIdentity } from './ports.ts';

/** Where answers go; null: to whom the mail is from. */
export function replyToOf(
  from: MailAddress | null,
  ticketId: number,
  { signedReplies, threadingSecret }: MailIdentity,
): MailAddress | null {
  if (!signedReplies || !from) return null;
  return { name: from.name, address: ticketReplyAddress(from.address, ticketId, threadingSecret) };
}
