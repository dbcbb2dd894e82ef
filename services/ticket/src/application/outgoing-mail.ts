import { type MailSecurity, type sendMail, ticketMessageId } from '@helpmesh/contracts';
import { AppError, type EpochMs, uuidv7 } from '@helpmesh/kernel';
import { escapeHtml } from '@helpmesh/kernel/template';
import type { z } from 'zod';
import type { SideThread, SideThreadId } from '../domain/article/side-thread.ts';
import { formatAddress, parseAddresses } from '../domain/mail/addresses.ts';
import { fillSignature, messageIdsIn, outgoingSubject, referencesChain } from '../domain/mail/outgoing.ts';
import { displayName, type Group, type Person } from '../domain/ticket/people.ts';
import type { Ticket } from '../domain/ticket/ticket.ts';
import { textOf } from '../html/text.ts';
import { type ArticleDraft, isMailOut } from './draft-article.ts';
import type { MailIdentity } from './ports.ts';
import { replyToOf } from './reply-to.ts';
import type { NewArticle } from './writing.ts';

/** What a reply continues: the latest mail of the thread. */
export interface MailThread {
  messageId: string | null;
  references: string | null;
}

/** The ticket an article joins and the people it concerns. */
export interface Place {
  ticket: Pick<Ticket, 'id' | 'number' | 'title'>;
  group: Group;
  /** Who writes. */
  author: Person | undefined;
  customer: Person | undefined;
  /** Undefined when there is no mail to continue. */
  thread: MailThread | undefined;
  /** Conversations beside the ticket, by their ids; undefined: a new ticket, which has none. */
  sides: ReadonlyMap<SideThreadId, SideThread> | undefined;
}

/**
 * The article of a draft, now that its ticket is known; one of type e-mail by an agent is also sent.
 * @throws AppError invalid `article.recipient-missing`
 */
export function finishArticle(
  draft: ArticleDraft,
  id: number,
  place: Place,
  identity: MailIdentity,
  now: EpochMs,
): NewArticle {
  if (isMailOut(draft)) return writeMail(draft, id, place, identity, now);
  const { author, customer } = place;
  // An agent who notes down a call writes the customer's words.
  const onBehalf = draft.sender === 'Customer' && customer && customer.id !== author?.id ? customer : undefined;
  const speaker = onBehalf ?? author;
  return {
    ...baseArticle(draft, id),
    from: draft.from ?? (speaker ? displayName(speaker) : null),
    originById: draft.originById ?? onBehalf?.id ?? null,
  };
}

/** An agent's e-mail: the article as the thread shows it, and the order to send it. */
function writeMail(draft: ArticleDraft, id: number, place: Place, identity: MailIdentity, now: EpochMs): NewArticle {
  const { ticket, group, author, customer } = place;
  const side = sideOf(draft, place);
  const { thread, usual } = side
    ? { thread: side.latest, usual: side.with }
    : {
        thread: place.thread,
        usual: customer?.email ? formatAddress({ name: displayName(customer), address: customer.email }) : null,
      };
  const to = draft.to ?? usual;
  const recipients = parseAddresses(to);
  if (recipients.length === 0) {
    throw new AppError('invalid', 'article.recipient-missing', "Need at least one recipient in 'to' to send an email.");
  }
  const copies = parseAddresses(draft.cc);
  const hidden = parseAddresses(draft.bcc);
  if (side) refuseCustomer([...recipients, ...copies, ...hidden], customer);
  const messageId = ticketMessageId(ticket.id, now, identity.threadingSecret, identity.fqdn);
  const inReplyTo = (side ? undefined : messageIdsIn(draft.inReplyTo)[0]) ?? thread?.messageId ?? null;
  const references = referencesChain(messageIdsIn(thread?.references ?? null), inReplyTo);
  const subject = draft.subject ?? ticket.title;
  const mailId = uuidv7();
  return {
    ...baseArticle(draft, id),
    from: draft.from ?? (group.email ? formatAddress(group.email) : author ? displayName(author) : null),
    to,
    subject,
    messageId,
    inReplyTo,
    references: references.length > 0 ? references.join(' ') : null,
    preferences: {
      ...draft.preferences,
      ...(side && { side_thread: draft.sideThread === 'new' ? id : draft.sideThread }),
      ...(draft.security && { security: asProtected(draft.security) }),
      delivery: { state: 'queued', mail_id: mailId },
    },
    outgoing: {
      mailId,
      kind: 'reply',
      ticketId: ticket.id,
      groupId: group.id,
      articleId: id,
      from: group.email,
      replyTo: replyToOf(group.email, ticket.id, identity),
      to: recipients,
      cc: copies,
      ...(hidden.length > 0 && { bcc: hidden }),
      content: contentOf(
        draft,
        outgoingSubject(subject, ticket.number, inReplyTo !== null, draft.sideThread === 'new'),
        place,
      ),
      messageId,
      inReplyTo,
      references,
      attachments: draft.files.map(({ contentId, ...file }) => ({ ...file, ...(contentId && { contentId }) })),
      automatic: false,
      ...(draft.security && { security: { ...draft.security, type: draft.security.type ?? 'S/MIME' } }),
    },
  };
}

/** @throws AppError invalid `article.side-thread-unknown` */
function sideOf({ sideThread }: ArticleDraft, { sides }: Place): SideThread | null {
  if (sideThread === null) return null;
  // A new one refers to nothing: whoever gets it need not learn the ids of the customer's mails.
  const side =
    sideThread === 'new'
      ? sides && { latest: { messageId: null, references: null }, with: null }
      : sides?.get(sideThread);
  if (side) return side;
  throw new AppError('invalid', 'article.side-thread-unknown', `The ticket has no side thread ${sideThread}.`);
}

/** @throws AppError invalid `article.side-thread-customer` */
function refuseCustomer(recipients: readonly { address: string }[], customer: Person | undefined): void {
  const address = customer?.email?.toLowerCase();
  if (!address || recipients.every((one) => one.address.toLowerCase() !== address)) return;
  const detail = 'A side thread is private: the customer of the ticket cannot be among its recipients.';
  throw new AppError('invalid', 'article.side-thread-customer', detail);
}

/** As on a mail that came in so. */
export function asProtected({ sign, encrypt, type }: NonNullable<ArticleDraft['security']>): MailSecurity {
  const part = (success: boolean) => ({ success, comment: null, reason: null });
  return { type: type ?? 'S/MIME', sign: { ...part(sign), signer: null }, encryption: part(encrypt) };
}

/** What every written article takes from its draft. */
function baseArticle(draft: ArticleDraft, id: number): NewArticle {
  const { uploadIds: _, security: __, sideThread: ___, ...words } = draft;
  return {
    ...words,
    id,
    from: draft.from ?? null,
    messageId: null,
    references: null,
    mail: null,
    isAutoResponse: false,
    outgoing: null,
  };
}

function contentOf(
  draft: ArticleDraft,
  subject: string,
  { ticket, group, author, customer }: Place,
): Extract<z.input<(typeof sendMail)['data']>['content'], { text: string }> {
  const places = placesOf(group, ticket, author);
  const text = textOf(draft.body, draft.contentType);
  const signature = group.signature ? fillSignature(signatureText(group.signature), places).trim() : '';
  const signed = signature !== '' && !text.includes(signature);
  return {
    subject,
    ...(customer && { locale: customer.locale }),
    text: signed ? `${text}\n\n-- \n${signature}` : text,
    html:
      draft.contentType !== 'text/html'
        ? null
        : signed
          ? `${draft.body}<br><br>-- <br>${fillSignature(group.signature ?? '', escaped(places))}`
          : draft.body,
  };
}

function placesOf(group: Group, ticket: Place['ticket'], author: Person | undefined): Record<string, string> {
  return {
    'ticket.number': ticket.number,
    'ticket.title': ticket.title,
    'ticket.group.name': group.name,
    'group.name': group.name,
    'user.name': author ? displayName(author) : '',
    'user.fullname': author ? displayName(author) : '',
    'user.firstname': author?.firstname ?? '',
    'user.lastname': author?.lastname ?? '',
    'user.email': author?.email ?? '',
  };
}

const escaped = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, escapeHtml(value)]));

/** Signatures read as text. There are as many as groups, and each of them is read with every mail. */
const signatureTexts = new Map<string, string>();
const MOST_SIGNATURES = 1_000;

function signatureText(html: string): string {
  const known = signatureTexts.get(html);
  if (known !== undefined) return known;
  if (signatureTexts.size >= MOST_SIGNATURES) signatureTexts.clear();
  const text = textOf(html, 'text/html');
  signatureTexts.set(html, text);
  return text;
}
