import { KeptReady } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import { headersRead } from '../../domain/automatic/classify.ts';
import {
  type Fields,
  type Judgement,
  judge,
  LOOKED_AT,
  type ReadyFilter,
  ready,
  saidByItself,
  trustedHeaders,
} from '../../domain/filter/filter.ts';
import type { ParsedMail } from '../../domain/parsed-mail.ts';
import type { FilterStore } from '../../persistence/filter.store.ts';

/** The filters in force, ready to look at mails. Nothing is asked of the database for a mail. */
export class FilterBook extends KeptReady {
  private held: readonly ReadyFilter[] = [];
  private more: readonly string[] = [];
  private revision = -1;

  constructor(
    private readonly db: DataSource,
    private readonly store: Pick<FilterStore, 'revision' | 'inForce'>,
  ) {
    super('filters', 'the filters cannot be read now');
  }

  /** In their order. */
  get filters(): readonly ReadyFilter[] {
    return this.held;
  }

  /** Headers that are looked at and not read of every mail anyway. @param trusted  the mail may speak for itself */
  headers(trusted: boolean): readonly string[] {
    return trusted ? [...new Set([...this.more, ...trustedHeaders])] : this.more;
  }

  /**
   * What filters say of a mail; before them, when it is trusted, the mail itself.
   * @returns undefined when nobody says anything
   */
  judge(mail: ParsedMail, trusted: boolean): Judgement | undefined {
    const itself = trusted ? saidByItself(mail.headers) : undefined;
    if (!itself) return this.held.length === 0 ? undefined : judge(this.held, fieldsOf(mail));
    return judge([itself, ...this.held], fieldsOf(mail));
  }

  protected async read(): Promise<void> {
    const revision = await this.store.revision(this.db);
    if (revision === this.revision) return;
    const rules = await this.store.inForce(this.db);
    this.held = rules.flatMap((rule) => {
      try {
        return [ready(rule)];
      } catch (error) {
        this.log.error({ err: error, filter: rule.id }, 'a filter cannot be used and is left out');
        return [];
      }
    });
    const names = this.held.flatMap(({ rule }) => Object.keys(rule.match));
    const known = new Set<string>([...headersRead, ...read]);
    this.more = [...new Set(names)].filter((name) => !known.has(name));
    this.revision = revision;
  }
}

/** What is read of every mail in a form of its own. */
const read = ['from', 'reply-to', 'to', 'cc', 'subject', 'message-id', 'in-reply-to', 'references', 'body'] as const;

/** What filters compare with: of an address the whole of it and the bare one, of several each. */
export function fieldsOf(mail: ParsedMail): Fields {
  const boxes = (all: readonly (ParsedMail['from'] & object)[]) =>
    all.flatMap(({ name, address }) => (name === '' ? [address] : [`${name} <${address}>`, address]));
  const own: Record<(typeof read)[number], () => readonly string[]> = {
    from: () => boxes(mail.from ? [mail.from] : []),
    'reply-to': () => boxes(mail.replyTo ? [mail.replyTo] : []),
    to: () => boxes(mail.to),
    cc: () => boxes(mail.cc),
    subject: () => (mail.subject === '' ? [] : [mail.subject]),
    'message-id': () => (mail.messageId === null ? [] : [mail.messageId]),
    'in-reply-to': () => mail.inReplyTo,
    references: () => mail.references,
    body: () => (mail.text === '' ? [] : [mail.text.slice(0, LOOKED_AT)]),
  };
  return (name) => (Object.hasOwn(own, name) ? own[name as (typeof read)[number]]() : (mail.headers[name] ?? []));
}
