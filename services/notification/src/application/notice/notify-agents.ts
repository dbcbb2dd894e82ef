import { noticesChanged, ticketMessageId, withHook } from '@helpmesh/contracts';
import { type Clock, derivedId, type EpochMs, isDeliverable, plainAddress } from '@helpmesh/kernel';
import { inTraceOf, type Outbox } from '@helpmesh/messaging';
import { afterCommit } from '@helpmesh/persistence';
import { sampledTraceparent } from '@helpmesh/telemetry';
import type { EntityManager } from 'typeorm';
import { headerAddress } from '../../domain/address.ts';
import { type Addressee, type Command, tellingsOf } from '../../domain/notice.ts';
import type { OutboundMail } from '../../domain/outbound-mail.ts';
import type { GatheredNotice, GatheredNoticeStore } from '../../persistence/gathered-notice.store.ts';
import type { NoticeStore } from '../../persistence/notice.store.ts';
import type { OutboundMailStore } from '../../persistence/outbound-mail.store.ts';
import type { RenderedMail } from '../../templates/render.ts';
import type { MailLists } from '../mail-lists.ts';
import type { MailSettings } from '../ports.ts';
import type { MailToWrite, WriteMails } from '../template/write-mails.ts';

/** What may be told to one person by mail. */
interface Letter {
  command: Command;
  person: Addressee & { mail: NonNullable<Addressee['mail']> };
}

/** Tells agents what the ticket service wants them told: in the list of the web page, and by mail. */
export class NotifyAgents {
  constructor(
    private readonly notices: NoticeStore,
    private readonly mails: OutboundMailStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: MailSettings,
    private readonly wake: () => void,
    private readonly gathered: GatheredNoticeStore,
    private readonly lists: Pick<MailLists, 'left'>,
    private readonly writer: Pick<WriteMails, 'run'>,
  ) {}

  /** A batch: one statement for the lists, one for the mails, one that says whose list is another one now. */
  async run(tx: EntityManager, commands: readonly Command[]): Promise<void> {
    const now = this.clock.now();
    const { told, settlings } = tellingsOf(commands);
    const addresses = told.flatMap(({ person: { mail } }) => (mail ? [plainAddress(mail.address)] : []));
    const tellings = told.map(({ telling }) => telling);
    const { news, userIds, paused } = await this.notices.tell(tx, tellings, settlings, addresses, now);
    const left = await this.lists.left(tx, 'notices', addresses);
    const letters = told.flatMap(({ command, person: { mail, ...person }, telling }): Letter[] => {
      if (!mail || !news.has(telling.place)) return [];
      const address = plainAddress(mail.address);
      const takes = isDeliverable(mail.address) && !paused.has(address) && !left.has(address);
      return takes ? [{ command, person: { ...person, mail } }] : [];
    });
    // One whose time has come while the order waited is sent now.
    const isLater = ({ person: { mail } }: Letter) => mail.after !== undefined && Date.parse(mail.after) > now;
    const [soon, later] = [letters.filter((one) => !isLater(one)), letters.filter(isLater)];
    const words = await this.wordsOf(soon);
    await this.mails.add(
      tx,
      soon.map((letter) => this.compose(letter, words, now)),
    );
    await this.gathered.add(
      tx,
      later.map((letter) => gatheredOf(letter, now)),
    );
    if (soon.length > 0) afterCommit(tx, this.wake);
    if (userIds.length > 0) await this.outbox.add(tx, noticesChanged, { aggregateId: 'notices', data: { userIds } });
  }

  private compose({ command, person }: Letter, words: ReadonlyMap<string, RenderedMail>, now: EpochMs): OutboundMail {
    const { ticket, article } = command.data;
    const { subject, text, html } = words.get(keyOf({ command, person })) as RenderedMail;
    const id = derivedId(command.id, `notice for ${person.userId}`);
    const addressee = headerAddress(person.mail);
    const { from, fqdn, threadingSecret } = this.settings;
    return {
      ...{ id, kind: 'agent-notification', ticketId: ticket.id, articleId: null },
      ...{ correlationId: command.correlationId, causationId: command.id },
      traceparent: inTraceOf(command, sampledTraceparent) ?? null,
      ...{ automatic: true, guardAddress: null, from, replyTo: null, to: [addressee], cc: [], bcc: [] },
      ...{ remaining: [addressee.address], refused: [], subject: withHook(subject, ticket.number), text, html },
      secret: false,
      // By the signed id an answer joins the ticket, where customers read it: not one that quotes what is internal.
      messageId: article?.internal ? `<${id}@${fqdn}>` : ticketMessageId(ticket.id, now, threadingSecret, fqdn),
      ...{ inReplyTo: null, references: [], attachments: [], linked: [], security: null, state: 'queued', dueAt: now },
      ...{ attempts: 0, queuedAt: now, createdAt: now, lastError: null },
    };
  }

  /** The same for all who are told for one reason in one language, but for their names, so nobody is greeted by it. */
  private async wordsOf(letters: readonly Letter[]): Promise<Map<string, RenderedMail>> {
    const different = [...new Map(letters.map((letter) => [keyOf(letter), letter])).entries()];
    const words = await this.writer.run(different.map(([, letter]) => this.ordered(letter)));
    return new Map(different.map(([key], i) => [key, words[i] as RenderedMail]));
  }

  private ordered({ command: { data }, person: { reason, mail } }: Letter): MailToWrite {
    const { brand, page } = this.settings;
    const { kind, ticket, article, changes, dueAt, zone, by } = data;
    const values = {
      ...{ title: ticket.title.trim() || ticket.number, group: ticket.group, by: by.name, reason },
      said: article?.text.trim() ?? '',
      encrypted: article?.encrypted ? 'yes' : '',
      internal: article?.internal ? 'yes' : '',
      changes: changes.map(({ field, value }) => `${field}=${value.replaceAll(/\s+/g, ' ')}`).join('\n'),
      ...{ at: dueAt ?? '', zone: zone ?? '' },
      link: `${page.replace(/\/+$/, '')}/tickets/${ticket.id}`,
    };
    return { template: `notice-${kind}`, locale: mail.locale, values, house: { brand, page } };
  }
}

const keyOf = ({ command, person: { reason, mail } }: Letter) => JSON.stringify([command.id, reason, mail.locale]);

function gatheredOf({ command, person: { userId, mail } }: Letter, now: EpochMs): GatheredNotice {
  const { kind, ticket } = command.data;
  return {
    id: derivedId(command.id, `notice for ${userId}`),
    ...{
      user_id: userId,
      ticket_id: ticket.id,
      kind,
      title: ticket.title.trim() || ticket.number,
      number: ticket.number,
    },
    ...{ address: mail.address, name: mail.name, locale: mail.locale, correlation_id: command.correlationId },
    ...{ due_at: new Date(mail.after ?? now), created_at: new Date(now) },
  };
}
