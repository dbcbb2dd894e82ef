import { leavePath, leaveToken, listKey, type MailList, mailLists, readLeaveToken } from '@helpmesh/contracts';
import { AppError, type Clock, plainAddress } from '@helpmesh/kernel';
import type { DataSource, EntityManager } from 'typeorm';
import type { OutboundMail } from '../domain/outbound-mail.ts';
import type { LeftListStore } from '../persistence/left-list.store.ts';
import type { MailSettings } from './ports.ts';

type On = DataSource | EntityManager;

const lists: Readonly<Record<string, MailList>> = { 'agent-notification': 'notices', 'rating-request': 'ratings' };

/** Which list a mail is of; undefined: nobody stops it. */
export const listOf = ({ kind }: Pick<OutboundMail, 'kind'>): MailList | undefined => lists[kind];

/** Where the reader of a mail stops such mails; null: it is of no list, or of several readers. */
export function leaveLink(
  mail: Pick<OutboundMail, 'kind' | 'to' | 'cc'>,
  { page, threadingSecret }: Pick<MailSettings, 'page' | 'threadingSecret'>,
): string | null {
  const list = listOf(mail);
  const [reader, ...others] = [...mail.to, ...mail.cc];
  if (!list || !reader || others.length > 0) return null;
  return `${page.replace(/\/+$/, '')}${leavePath(leaveToken(list, plainAddress(reader.address), threadingSecret))}`;
}

/** Who wants no mails of a list any more. Addresses are not kept. */
export class MailLists {
  constructor(
    private readonly db: DataSource,
    private readonly store: LeftListStore,
    private readonly settings: Pick<MailSettings, 'threadingSecret'>,
    private readonly clock: Clock,
  ) {}

  /**
   * What a link stands for, once that was changed to what is wished.
   * @throws AppError not-found `mail-list.link-unknown`
   */
  async leave(token: string, on: boolean | null): Promise<{ list: MailList; on: boolean }> {
    const named = readLeaveToken(token, this.settings.threadingSecret);
    if (!named) throw new AppError('not-found', 'mail-list.link-unknown', 'This link stops no mails.');
    const { list, key } = named;
    if (on === true) await this.store.join(this.db, list, key);
    if (on === false) await this.store.leave(this.db, list, key, this.clock.now());
    return { list, on: on ?? !(await this.store.left(this.db, list, [key])).has(key) };
  }

  /** Those of the addresses, in their plain form, that want no mails of the list. */
  async left(on: On, list: MailList, addresses: readonly string[]): Promise<Set<string>> {
    const keys = new Map(addresses.map((address) => [this.keyOf(list, address), address]));
    const left = await this.store.left(on, list, [...keys.keys()]);
    return new Set([...left].flatMap((key) => keys.get(key) ?? []));
  }

  /** Everything about these addresses. */
  async forget(on: On, addresses: readonly string[]): Promise<void> {
    await this.store.forget(
      on,
      addresses.flatMap((address) => mailLists.map((list) => this.keyOf(list, address))),
    );
  }

  private keyOf(list: MailList, address: string): string {
    return listKey(list, address, this.settings.threadingSecret);
  }
}
