import type { ErasureTerms } from '@helpmesh/contracts';

/** Stands where a text was that is gone. */
export const ERASED_TEXT = '[erased]';

/** Fields of messages that say what a request is about, and those that hold what somebody wrote. */
const headings: ReadonlySet<string> = new Set(['title', 'subject', 'filename']);
const writings: ReadonlySet<string> = new Set(['excerpt', 'text', 'html', 'body']);

/**
 * A person who is erased: finds them in texts and puts their pseudonym in their place. First and last name alone mean
 * the person only in what is theirs; in other texts somebody else may be called so.
 */
export class ErasedPerson {
  readonly userId: number;
  readonly tickets: ErasureTerms['tickets'];
  readonly pseudonym: string;
  /** Stands where an address stood; the domain exists nowhere (RFC 2606). */
  readonly address: string;
  readonly emails: readonly string[];
  private readonly anywhere: [RegExp, string][];
  private readonly inTheirs: [RegExp, string][];
  private readonly terms: readonly string[];

  constructor(terms: ErasureTerms) {
    this.userId = terms.userId;
    this.tickets = terms.tickets;
    this.pseudonym = terms.pseudonym;
    this.address = `${terms.pseudonym}@erased.invalid`;
    this.emails = terms.emails;
    const identifiers = longestFirst(terms.identifiers);
    this.terms = [...terms.emails, ...identifiers];
    this.anywhere = [
      ...terms.emails.map((email): [RegExp, string] => [addressPattern(email), this.address]),
      ...wordPattern(identifiers).map((pattern): [RegExp, string] => [pattern, this.pseudonym]),
    ];
    this.inTheirs = wordPattern(longestFirst(terms.names)).map((pattern) => [pattern, this.pseudonym]);
  }

  /** `ILIKE` patterns for texts that may name the person. */
  get patterns(): string[] {
    return [...new Set(this.terms.flatMap(spellings))].map((term) => `%${likeText(term)}%`);
  }

  /** The same for payloads of messages, which may also mean the person by id. */
  get payloadPatterns(): string[] {
    const ids = ['customerId', 'createdById', 'userId', 'id'].flatMap((key) =>
      [',', '}'].map((end) => `%"${key}":${this.userId}${end}%`),
    );
    return [...this.terms.flatMap(spellings).map((term) => `%${likeText(JSON.stringify(term).slice(1, -1))}%`), ...ids];
  }

  /** @param theirs  the text is the person's own, or about their own request */
  rewrite(text: string, theirs = false): string {
    let result = text;
    for (const [pattern, by] of this.anywhere) result = result.replace(pattern, by);
    if (theirs) for (const [pattern, by] of this.inTheirs) result = result.replace(pattern, by);
    return result;
  }

  /** True when the text names the person beyond doubt. */
  isIn(text: string): boolean {
    return this.rewrite(text) !== text;
  }

  /** Every text of a value. */
  rewriteAll<T>(value: T, theirs = false): T {
    return this.walk(value, (text) => this.rewrite(text, theirs)) as T;
  }

  /** A message, or any text, without the person; the very same text when they are not in it. */
  readonly scrub = (payload: string): string => {
    const envelope = parsed(payload);
    if (!isObject(envelope) || !isObject(envelope.data)) return this.rewrite(payload);
    const theirs = this.isTheirs(envelope.data);
    const emptied = this.tickets !== 'pseudonymise' && theirs;
    const byAgent = isByAgent(envelope.data);
    const scrubbed = this.walk(envelope, (text, key) =>
      emptied && text !== '' && (headings.has(key) || (writings.has(key) && !byAgent))
        ? ERASED_TEXT
        : this.rewrite(text, theirs),
    );
    const before = JSON.stringify(envelope);
    const after = JSON.stringify(scrubbed);
    return before === after ? payload : after;
  };

  /** The message is about the person, about their request, or goes from or to them. */
  private isTheirs(data: Record<string, unknown>): boolean {
    const { ticket, customer, article } = data;
    const me = this.userId;
    if (isObject(ticket) && ticket.customerId === me) return true;
    if (isObject(customer) && customer.userId === me) return true;
    if (isObject(article) && article.createdById === me) return true;
    if (data.id === me && 'login' in data) return true;
    const people = [data.from, data.replyTo, data.to, data.cc].flat();
    return people.some((one) => isObject(one) && this.isAddress(one.address));
  }

  private isAddress(address: unknown): boolean {
    return typeof address === 'string' && (address === this.address || this.emails.includes(address.toLowerCase()));
  }

  private walk(value: unknown, change: (text: string, key: string) => string, key = ''): unknown {
    if (typeof value === 'string') return change(value, key);
    if (Array.isArray(value)) return value.map((one) => this.walk(one, change, key));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.walk(one, change, name)]));
  }
}

/** What an agent wrote about somebody's request is the desk's. */
function isByAgent({ article }: Record<string, unknown>): boolean {
  return isObject(article) && article.sender === 'Agent';
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const longestFirst = (texts: readonly string[]) => [...new Set(texts)].sort((a, b) => b.length - a.length);

/** As it is, and as HTML writes it. */
function spellings(term: string): string[] {
  const html = term.replace(/[&<>"']/g, (sign) => htmlEntities[sign] ?? sign);
  return html === term ? [term] : [term, html];
}

const htmlEntities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Not within a longer address: bob@example.org is neither in jim-bob@example.org nor in bob@example.org.uk. */
function addressPattern(email: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}._%+-])${alternatives(email)}(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])`, 'giu');
}

/** As words of their own, whatever space is between them: one pattern for all, the first that fits. None for no names. */
function wordPattern(names: readonly string[]): RegExp[] {
  if (names.length === 0) return [];
  return [new RegExp(`(?<![\\p{L}\\p{N}])(?:${names.map(alternatives).join('|')})(?![\\p{L}\\p{N}])`, 'giu')];
}

function alternatives(term: string): string {
  const forms = spellings(term).map((form) =>
    form
      .trim()
      .replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
      .replace(/\s+/g, '\\s+'),
  );
  return forms.length === 1 ? (forms[0] as string) : `(?:${forms.join('|')})`;
}

const likeText = (text: string) => text.replace(/[\\%_]/g, '\\$&').replace(/\s+/g, '%');
