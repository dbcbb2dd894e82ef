import {
  type fileMail,
  hooksIn,
  type MailAddress,
  type Message,
  withoutHook,
  withoutTicket,
  withoutTicketLinks,
} from '@helpmesh/contracts';
import type { AttachedFile } from '../domain/article/article.ts';
import { formatAddress, formatAddresses } from '../domain/mail/addresses.ts';
import { isDisowned } from '../domain/mail/doubt.ts';
import { trustedReplyTo } from '../domain/mail/threading.ts';
import { sanitize } from '../html/sanitize.ts';
import { storedFile } from './draft-article.ts';
import type { NewArticle } from './writing.ts';

type Mail = Message<typeof fileMail>['data'];

const TITLE_LENGTH = 250;
export const UNREADABLE_TITLE = 'Unreadable mail';

/** Title of a ticket that the mail opens. */
export function titleOf(mail: Mail): string {
  if (mail.unreadable !== null) return UNREADABLE_TITLE;
  const bare = hooksIn(mail.subject).reduce((subject, number) => withoutHook(subject, number), mail.subject);
  return (
    bare
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, TITLE_LENGTH) || '(no subject)'
  );
}

/**
 * What a mail says, as an article.
 * @param proven  it carries our signed id for the ticket it joins
 * @param opens  it opens a ticket of its own
 * @param origin  whom it is from, where its Reply-To says who speaks; null: who is from speaks
 */
export function articleOf(
  mail: Mail,
  id: number,
  { proven, opens, origin }: { proven: boolean; opens: boolean; origin: MailAddress | null },
): NewArticle {
  const files: AttachedFile[] = mail.attachments.map(storedFile);
  const unreadable = mail.unreadable !== null;
  if (unreadable) files.push(rawAsFile(mail));
  const replyTo = trustedReplyTo(mail.replyTo, mail.from, proven || opens);
  const words = unreadable
    ? wordsOf({
        text: `This mail could not be read; it is attached as it arrived.\n\nReason: ${mail.unreadable}`,
        html: null,
      })
    : wordsOf(mail);
  return {
    id,
    type: 'email',
    sender: 'Customer',
    from: mail.from && formatAddress(mail.from),
    to: formatAddresses(mail.to.map(asKnown)),
    cc: formatAddresses(mail.cc.map(asKnown)),
    bcc: null,
    subject: clean(mail.subject) || null,
    replyTo: replyTo && formatAddress(replyTo),
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo[0] ?? null,
    references: mail.references.length > 0 ? mail.references.join(' ') : null,
    ...words,
    internal: mail.automatic === 'own' || mail.filtered?.internal === true,
    preferences: {
      verified: proven,
      ...(origin && { origin_from: formatAddress(origin) }),
      ...(mail.security && { security: mail.security }),
      ...(mail.proof && { authentication: { ...mail.proof, ...(mail.released && { released: true }) } }),
      ...(mail.replyTo && !replyTo && { reply_to_unverified: formatAddress(mail.replyTo) }),
      ...(mail.automatic !== 'no' && { 'is-auto-response': true, automatic: mail.automatic }),
    },
    originById: null,
    mail: { inboundId: mail.inboundId, sha256: mail.raw.sha256, size: mail.raw.size, unreadable },
    files,
    // An answer to a mail that is disowned would reach somebody who never wrote to us.
    isAutoResponse: mail.automatic !== 'no' || unreadable || isDisowned(mail),
    outgoing: null,
  };
}

/** What a mail says, as the thread shows it. */
export function wordsOf({ text, html }: Pick<Mail, 'text' | 'html'>): Pick<NewArticle, 'contentType' | 'body'> {
  const plain = clean(text) || '(no text)';
  return {
    contentType: html === null ? 'text/plain' : 'text/html',
    body: withoutTicketLinks(html === null ? plain : sanitize(clean(html)) || plain),
  };
}

/** Who answers everybody must not write to our address for the ticket, and nobody else needs to know it. */
const asKnown = ({ name, address }: MailAddress): MailAddress => ({ name, address: withoutTicket(address) });

function rawAsFile({ raw }: Mail): AttachedFile {
  const contentType = 'message/rfc822';
  return { ...raw, filename: 'unreadable.eml', contentType, contentId: null, inline: false };
}

/** PostgreSQL keeps no NUL in text. */
function clean(text: string): string {
  return text.replaceAll('\u0000', '');
}
