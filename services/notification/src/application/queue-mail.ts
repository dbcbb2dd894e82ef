import {
  deliveryFailed,
  fileLinkPath,
  fileLinkToken,
  type MailAddress,
  type MailBrand,
  type Message,
  type sendMail,
  ticketMessageId,
  withHook,
} from '@helpmesh/contracts';
import { type Clock, type EpochMs, epochMs, isDeliverable, isoTime, plainAddress } from '@helpmesh/kernel';
import { inTraceOf, type Outbox, type OutboxRow, type Verdict } from '@helpmesh/messaging';
import { afterCommit } from '@helpmesh/persistence';
import { sampledTraceparent } from '@helpmesh/telemetry';
import { htmlToText } from 'html-to-text';
import type { EntityManager } from 'typeorm';
import { headerAddress, headerText, messageIdOf } from '../domain/address.ts';
import { withinLimit } from '../domain/large-files.ts';
import type { OutboundMail, Refusal } from '../domain/outbound-mail.ts';
import type { GroupAddressStore } from '../persistence/group-address.store.ts';
import type { OutboundMailStore } from '../persistence/outbound-mail.store.ts';
import { fileLinks } from '../templates/file-links.ts';
import { headedBy, signedBy } from '../templates/layout.ts';
import type { RenderedMail } from '../templates/render.ts';
import type { AccountBook } from './account/account-book.ts';
import { houseOf, named, pageOf } from './house.ts';
import { listOf, type MailLists } from './mail-lists.ts';
import type { MailSettings } from './ports.ts';
import type { SealMails } from './sealing/seal-mails.ts';
import type { WriteMails } from './template/write-mails.ts';

type Command = Message<typeof sendMail>;
type SendMail = Command['data'];
interface MailWords {
  subject: string;
  text: string;
  html: string | null;
}
type MailFiles = Pick<OutboundMail, 'attachments' | 'linked'>;

/** Mails whose content lets its reader in: nothing of it stays once they are done. */
const secretKinds: ReadonlySet<string> = new Set(['password-reset', 'invitation', 'sign-up', 'sign-in-link']);
/** A References header of more says nothing more; first and latest matter (RFC 5322 3.6.4). */
const MAX_REFERENCES = 40;
const DAY_MS = 86_400_000;
/** Longest HTML that is turned into text when a mail brings no text of its own. */
const MAX_HTML_TO_TEXT = 500_000;

/** Puts mails that other services ask for into the queue, once. */
export class QueueMail {
  constructor(
    private readonly mails: OutboundMailStore,
    private readonly groups: GroupAddressStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: MailSettings,
    private readonly wake: () => void,
    private readonly accounts: Pick<AccountBook, 'of'>,
    private readonly lists: Pick<MailLists, 'left'>,
    private readonly writer: Pick<WriteMails, 'run'>,
    private readonly sealing: Pick<SealMails, 'settle'>,
  ) {}

  /** @throws AppError invalid, for a template or value that does not fit (see renderMail) */
  async run(tx: EntityManager, commands: readonly Command[]): Promise<Verdict[]> {
    const groupIds = commands.flatMap(({ data: { groupId } }) => groupId ?? []);
    const brands = await this.groups.brandsOf(tx, [...new Set(groupIds)]);
    const left = await this.stopped(tx, commands);
    const looks = commands.map(
      ({ data: { groupId, brand } }) => brand ?? (groupId === undefined ? undefined : brands.get(groupId)),
    );
    const written = await this.written(commands, looks);
    const settled = await this.settled(tx, commands);
    const mails = commands.map((command, i) => {
      const { security, discarded } = settled.get(command) ?? {
        security: command.data.security ?? null,
        discarded: null,
      };
      const mail = this.mailOf(command, security, looks[i], written.get(command));
      if (discarded !== null) return { ...mail, state: 'suppressed' as const, dueAt: null, lastError: discarded };
      return listOf(mail) !== undefined && mail.to.some(({ address }) => left.has(plainAddress(address)))
        ? { ...mail, state: 'suppressed' as const, dueAt: null, lastError: 'Its reader wants no such mails.' }
        : mail;
    });
    const fresh = await this.mails.add(tx, mails);
    const dead: OutboxRow[] = [];
    const verdicts = mails.map((mail, i): Verdict => {
      // Of two orders of one mail the first counts.
      if (!fresh.delete(mail.id)) return { do: 'skip', why: 'the mail is in the queue already' };
      const discarded = settled.get(commands[i] as Command)?.discarded != null;
      if (mail.state === 'failed' || discarded) dead.push(this.failureOf(mail, commands[i] as Command, discarded));
      return { do: 'ack' };
    });
    await this.outbox.insertRows(tx, dead);
    afterCommit(tx, this.wake);
    return verdicts;
  }

  /** What comes of the wishes of rules. */
  private async settled(tx: EntityManager, commands: readonly Command[]) {
    const settled = new Map<Command, Awaited<ReturnType<SealMails['settle']>>>();
    for (const command of commands) {
      const { sealing, to, cc } = command.data;
      if (!sealing) continue;
      const readers = [...to, ...cc].map(({ address }) => address);
      settled.set(command, await this.sealing.settle(tx, this.senderOf(command.data).address, readers, sealing));
    }
    return settled;
  }

  private senderOf({ from }: SendMail): MailAddress {
    return from && isDeliverable(from.address) ? headerAddress(from) : this.settings.from;
  }

  /** Readers of questions how it went who want none any more. */
  private async stopped(tx: EntityManager, commands: readonly Command[]): Promise<Set<string>> {
    const asked = commands.filter(({ data }) => listOf(data) === 'ratings').flatMap(({ data }) => data.to);
    return this.lists.left(
      tx,
      'ratings',
      asked.map(({ address }) => plainAddress(address)),
    );
  }

  /** The words of those that name a template. */
  private async written(
    commands: readonly Command[],
    looks: readonly (MailBrand | undefined)[],
  ): Promise<Map<Command, RenderedMail>> {
    const orders = commands.flatMap((command, i) => {
      const { content } = command.data;
      if (!('template' in content)) return [];
      const values = command.data.kind === 'rating-request' ? this.ledTo(content.values, looks[i]) : content.values;
      return [{ command, order: { ...content, values, house: houseOf(this.settings, looks[i]) } }];
    });
    const mails = await this.writer.run(orders.map(({ order }) => order));
    return new Map(orders.map(({ command }, i) => [command, mails[i] as RenderedMail]));
  }

  /** A page of a ticket is the community's as well: its customers are led to its own host. */
  private ledTo(values: Readonly<Record<string, string>>, brand: MailBrand | undefined) {
    const desk = pageOf(this.settings, undefined);
    const { link } = values;
    return link?.startsWith(`${desk}/`)
      ? { ...values, link: `${pageOf(this.settings, brand)}${link.slice(desk.length)}` }
      : values;
  }

  private mailOf(
    command: Command,
    security: OutboundMail['security'],
    brand: MailBrand | undefined,
    written: RenderedMail | undefined,
  ): OutboundMail {
    const { data } = command;
    const now = this.clock.now();
    const { to, cc, bcc, remaining, refused } = recipients(data);
    const dead = remaining.length === 0;
    const from = this.senderOf(data);
    const encrypted = security?.encrypt === true;
    return {
      ...this.fitting(data, encrypted, this.content(data, brand, written), from, now, brand),
      id: data.mailId,
      kind: data.kind,
      ticketId: data.ticketId,
      articleId: data.articleId,
      correlationId: command.correlationId,
      causationId: command.id,
      traceparent: inTraceOf(command, sampledTraceparent) ?? null,
      automatic: data.automatic,
      guardAddress: null,
      from: named(from, brand),
      replyTo: data.replyTo && isDeliverable(data.replyTo.address) ? headerAddress(data.replyTo) : null,
      to,
      cc,
      bcc,
      remaining,
      refused,
      secret: secretKinds.has(data.kind),
      messageId: messageIdOf(data.messageId) ?? this.newMessageId(data),
      inReplyTo: messageIdOf(data.inReplyTo),
      references: referencesOf(data),
      security,
      state: dead ? 'failed' : 'queued',
      dueAt: dead ? null : now,
      attempts: 0,
      queuedAt: now,
      createdAt: now,
      lastError: dead ? 'None of the recipients is a mail address.' : null,
    };
  }

  private content({ content }: SendMail, brand: MailBrand | undefined, written: RenderedMail | undefined): MailWords {
    if ('template' in content) {
      const { subject, text, html } = written as RenderedMail;
      const { number } = content.values;
      return { subject: number ? withHook(subject, headerText(number, 40)) : subject, text, html };
    }
    const { subject, html } = content;
    const text = content.text.trim() === '' && html ? plainText(html) : content.text;
    const { brand: name, look } = houseOf(this.settings, brand);
    if (!look) return { subject: headerText(subject), text, html };
    const below = signedBy(name, look);
    return {
      subject: headerText(subject),
      text: text + below.text,
      html: html && `${headedBy(name, look)}${html}${below.html}`,
    };
  }

  /**
   * No larger than the server of its sender takes it. Only where the article is known that the files hang on: that of a
   * reply, or the one a rule ran for. What is to be encrypted is not handed out in the clear instead.
   */
  private fitting(
    order: SendMail,
    encrypted: boolean,
    words: MailWords,
    from: MailAddress,
    now: EpochMs,
    brand: MailBrand | undefined,
  ): MailWords & MailFiles {
    const { kind, articleId, filesOf, attachments } = order;
    const holder = filesOf ?? (kind === 'reply' ? articleId : null);
    const limit = (this.accounts.of(from.address)?.maxSizeMb ?? this.settings.maxSizeMb) * 1_000_000;
    const whole = { ...words, attachments, linked: [] };
    if (limit === 0 || holder === null || encrypted) return whole;
    const { kept, linked } = withinLimit(whole, limit);
    if (linked.length === 0) return whole;
    const { threadingSecret, fileLinkDays } = this.settings;
    const until = epochMs(now + fileLinkDays * DAY_MS);
    const files = linked.map(({ filename, size, sha256 }) => {
      const token = fileLinkToken({ articleId: holder, sha256, until }, threadingSecret);
      const link = `${pageOf(this.settings, brand)}${fileLinkPath(token)}`;
      return { filename: headerText(filename, 255) || 'attachment', size, link };
    });
    const locale = 'locale' in order.content ? (order.content.locale ?? 'en') : 'en';
    const { text, html } = fileLinks(files, until, locale);
    return {
      subject: words.subject,
      text: `${words.text}\n\n${text}`,
      html: words.html && `${words.html}${html}`,
      attachments: kept,
      linked: files.map(({ filename, size }) => ({ filename, size, until: isoTime(until) })),
    };
  }

  private newMessageId({ ticketId, mailId }: SendMail): string {
    const { threadingSecret, fqdn } = this.settings;
    if (ticketId === null) return `<${mailId}@${fqdn}>`;
    return ticketMessageId(ticketId, this.clock.now(), threadingSecret, fqdn);
  }

  private failureOf(mail: OutboundMail, command: Command, discarded: boolean): OutboxRow {
    const { kind, ticketId, articleId, messageId } = mail;
    const error = mail.lastError ?? '';
    const data = {
      ...{ mailId: mail.id, kind, ticketId, articleId, messageId, attempts: 0, error },
      ...(discarded && { discarded }),
    };
    return this.outbox.row(deliveryFailed, { aggregateId: mail.id, data, cause: command });
  }
}

/** Headers show those who can be written to; each mailbox gets one copy; the rest counts as refused. */
function recipients({ to, cc, bcc = [] }: Pick<SendMail, 'to' | 'cc' | 'bcc'>) {
  const bad = [...to, ...cc, ...bcc].filter(({ address }) => !isDeliverable(address.trim()));
  const good = (list: MailAddress[]) => list.filter((one) => !bad.includes(one)).map(headerAddress);
  const told = { to: good(to), cc: good(cc), bcc: good(bcc) };
  const byMailbox = new Map(
    [...told.to, ...told.cc, ...told.bcc].map(({ address }) => [plainAddress(address), address]),
  );
  const refused: Refusal[] = bad.map(({ address }) => ({
    address: headerText(address, 254),
    reason: 'This is not a mail address.',
  }));
  return { ...told, remaining: [...byMailbox.values()], refused };
}

function referencesOf({ references, inReplyTo }: SendMail): string[] {
  const ids = [...references, ...(inReplyTo === null ? [] : [inReplyTo])].map(messageIdOf).filter((id) => id !== null);
  const chain = [...new Set(ids)];
  return chain.length <= MAX_REFERENCES ? chain : [chain[0] ?? '', ...chain.slice(1 - MAX_REFERENCES)];
}

function plainText(html: string): string {
  return htmlToText(html.slice(0, MAX_HTML_TO_TEXT), { wordwrap: 100 });
}
