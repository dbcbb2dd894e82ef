import type { Article, Attachment } from './queries.ts';

export type ArticleKind = 'customer' | 'agent' | 'system' | 'note';

export function kindOf(article: Pick<Article, 'internal' | 'sender'>): ArticleKind {
  if (article.sender === 'System') return 'system';
  if (article.internal) return 'note';
  return article.sender === 'Customer' ? 'customer' : 'agent';
}

export interface Delivery {
  /** `returned`: a server had taken it and reports that it did not arrive; `slow`: that it still tries. */
  state: 'queued' | 'sent' | 'deferred' | 'failed' | 'discarded' | 'returned' | 'slow';
  /** What the receiving server said. */
  reason: string | null;
  nextAttemptAt: string | null;
  /** Files that were too large for the mail and went as links. */
  links: { filename: string; size: number; until: string }[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (...values: unknown[]): string | null =>
  values.find((value): value is string => typeof value === 'string' && value !== '') ?? null;

/** How far an outgoing mail got; null for everything that we do not send: an imported mail went out long ago. */
export function deliveryOf(article: Pick<Article, 'type' | 'sender' | 'internal' | 'preferences'>): Delivery | null {
  if (article.type !== 'email' || article.sender === 'Customer') return null;
  if (article.internal && article.preferences.side_thread === undefined) return null;
  const { delivery } = article.preferences;
  if (!isObject(delivery)) return null;
  const { state, bounce } = delivery;
  const links = Array.isArray(delivery.links) ? delivery.links.filter(isLink) : [];
  if (isObject(bounce)) {
    return {
      state: bounce.kind === 'temporary' ? 'slow' : 'returned',
      reason: text(bounce.reason),
      ...{ nextAttemptAt: null, links },
    };
  }
  return {
    state: state === 'sent' || state === 'deferred' || state === 'failed' || state === 'discarded' ? state : 'queued',
    reason: text(delivery.error),
    nextAttemptAt: text(delivery.next_attempt_at),
    links,
  };
}

const isLink = (value: unknown): value is Delivery['links'][number] =>
  isObject(value) &&
  typeof value.filename === 'string' &&
  typeof value.size === 'number' &&
  typeof value.until === 'string';

export interface SenderProof {
  result: 'pass' | 'fail' | 'none' | 'unknown';
  domain: string;
  /** The server that says so; null: the desk looked itself. */
  by: string | null;
  /** Somebody let the mail in although its sender is not proven. */
  released: boolean;
}

/** Whether the sender of a mail is proven; null for everything at which nobody looked. */
export function senderProofOf({ preferences }: Pick<Article, 'preferences'>): SenderProof | null {
  const { authentication } = preferences;
  if (!isObject(authentication)) return null;
  const { result, domain, by, released } = authentication;
  if (typeof domain !== 'string' || domain === '') return null;
  return {
    result: result === 'pass' || result === 'fail' || result === 'unknown' ? result : 'none',
    ...{ domain, by: text(by), released: released === true },
  };
}

/** The address in From, when its domain stands behind the mail; undefined when nobody knows, or another one is shown. */
export function provenSenderOf(article: Pick<Article, 'preferences' | 'from'>): string | undefined {
  const proof = senderProofOf(article);
  const { address } = parseAddress(article.from ?? '');
  const domain = proof?.result === 'pass' && originOf(article) === null ? proof.domain.toLowerCase() : null;
  const of = address.toLowerCase().split('@')[1] ?? '';
  const theirs = domain !== null && (of === domain || of.endsWith(`.${domain}`));
  return theirs && isAddress(address) ? address : undefined;
}

/** Whom a mail is really from, whose Reply-To says who speaks; null: whoever is shown. */
export const originOf = ({ preferences }: Pick<Article, 'preferences'>): string | null => text(preferences.origin_from);

export interface SecurityPart {
  success: boolean;
  /** A short word; null: it was not protected so, or all is well. */
  reason: string | null;
  comment: string | null;
}

export interface Security {
  sign: SecurityPart;
  encryption: SecurityPart;
  /** Who has signed, when it is known; null: nobody has, or the desk itself. */
  signer: string | null;
}

/** How a mail was signed and encrypted; null for all others. */
export function securityOf({ preferences }: Pick<Article, 'preferences'>): Security | null {
  const { security } = preferences;
  if (!isObject(security)) return null;
  const part = (value: unknown): SecurityPart => {
    const { success, reason, comment } = isObject(value) ? value : {};
    return { success: success === true, reason: text(reason), comment: text(comment) };
  };
  const signer = isObject(security.sign) && isObject(security.sign.signer) ? security.sign.signer : {};
  const addresses = Array.isArray(signer.addresses) ? signer.addresses.filter((one) => typeof one === 'string') : [];
  const name = text(signer.name);
  const address = text(addresses[0]);
  const both = name !== null && address !== null && name !== address ? `${name} <${address}>` : (name ?? address);
  return { sign: part(security.sign), encryption: part(security.encryption), signer: both };
}

/** `Anna Bauer <anna@b.example>` -> name and bare address. */
export function parseAddress(value: string): { name: string; address: string } {
  const bracket = /^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/.exec(value);
  if (bracket) return { name: bracket[1]?.trim() ?? '', address: bracket[2]?.trim() ?? '' };
  return { name: '', address: value.trim() };
}

const plausible = /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/;
export const isAddress = (value: string): boolean => plausible.test(parseAddress(value).address);

/** Splits a To or Cc line at commas outside quotes. */
export function splitAddresses(line: string | null | undefined): string[] {
  return (line?.match(/(?:"[^"]*"|[^",;])+/g) ?? []).map((part) => part.trim()).filter(Boolean);
}

/**
 * Who gets the answer: the address the last customer message asks for (Reply-To, else From), else the customer's own.
 * @param articles  the thread, oldest first
 */
export function replyRecipient(articles: readonly Article[], customerEmail: string): string {
  const last = articles.findLast(
    ({ sender, type, internal }) => sender === 'Customer' && type === 'email' && !internal,
  );
  const asked = [last?.reply_to, last?.from].map((value) => (value ? parseAddress(value).address : '')).find(isAddress);
  return asked ?? (isAddress(customerEmail) ? customerEmail : '');
}

export const attachmentUrl = (article: Pick<Article, 'id' | 'ticket_id'>, attachment: Pick<Attachment, 'id'>): string =>
  `/api/v1/ticket_attachment/${article.ticket_id}/${article.id}/${attachment.id}`;

/** Content-ID without its brackets; null for ordinary attachments. */
export function contentIdOf(attachment: Pick<Attachment, 'preferences'>): string | null {
  const value = attachment.preferences['Content-ID'] ?? attachment.preferences['content-id'];
  return typeof value === 'string' && value !== '' ? value.replace(/^<|>$/g, '') : null;
}

/** What a `cid:` address names; null for other addresses. One with a broken escape names itself as it is written. */
export function contentIdOfUrl(url: string): string | null {
  if (!/^cid:/i.test(url)) return null;
  const name = url.slice(4);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/**
 * The first message that somebody else wrote after the reader was here; undefined where all are new, or none is.
 * @param since  when that was; undefined: never
 */
export function firstUnread(
  articles: readonly Article[],
  since: string | undefined,
  myUserId: number,
): number | undefined {
  if (since === undefined || !articles.some(({ created_at }) => created_at <= since)) return undefined;
  return articles.find(
    ({ created_at, created_by_id, sender }) => created_at > since && created_by_id !== myUserId && sender !== 'System',
  )?.id;
}

/** Public articles that came in after `seenId` from somebody else: a reply written before them may be out of date. */
export function arrivedSince(articles: readonly Article[], seenId: number, myUserId: number): Article[] {
  return articles.filter(
    (article) =>
      article.id > seenId && !article.internal && article.sender !== 'System' && article.created_by_id !== myUserId,
  );
}
