import { type Clock, derivedId, type EpochMs, isDeliverable, plainAddress } from '@helpmesh/kernel';
import { afterCommit, transaction } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import { headerAddress } from '../../domain/address.ts';
import type { OutboundMail } from '../../domain/outbound-mail.ts';
import type { MailEvents } from '../../events.ts';
import type { GatheredNotice, GatheredNoticeStore } from '../../persistence/gathered-notice.store.ts';
import type { NoticeStore } from '../../persistence/notice.store.ts';
import type { OutboundMailStore } from '../../persistence/outbound-mail.store.ts';
import { languageOf, type RenderedMail } from '../../templates/render.ts';
import type { MailLists } from '../mail-lists.ts';
import type { MailSettings } from '../ports.ts';
import type { MailToWrite, WriteMails } from '../template/write-mails.ts';

/** How often it is looked whether somebody's time has come, ms. */
const LOOK_EVERY_MS = 5_000;
/** People of one transaction. */
const MOST_TOGETHER = 100;
/** Tickets named in one mail; of more it says how many there are. */
const MOST_LINES = 100;

/** Sends what agents want to be told together: one mail each when their time has come (quiet hours, digest). */
export class SendGathered {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: DataSource,
    private readonly gathered: GatheredNoticeStore,
    private readonly notices: NoticeStore,
    private readonly mails: OutboundMailStore,
    private readonly clock: Clock,
    private readonly settings: MailSettings,
    private readonly events: MailEvents,
    private readonly wake: () => void,
    private readonly lists: Pick<MailLists, 'left'>,
    private readonly writer: Pick<WriteMails, 'run'>,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.running
        .then(() => this.run())
        .catch((error) => this.events.trouble('gathered notifications could not be sent', error));
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** Everything that is due now. */
  async run(): Promise<void> {
    while ((await this.some()) > 0);
  }

  private some(): Promise<number> {
    return transaction(this.db, async (tx) => {
      const now = this.clock.now();
      const { wanted, taken } = await this.gathered.take(tx, now, MOST_TOGETHER);
      const letters = [...Map.groupBy(wanted, ({ user_id }) => user_id).values()];
      const addresses = letters.map((notices) => plainAddress((notices.at(-1) as GatheredNotice).address));
      const paused = await this.notices.paused(tx, addresses, now);
      const left = await this.lists.left(tx, 'notices', addresses);
      const takes = (address: string) => isDeliverable(address) && !paused.has(address) && !left.has(address);
      const sent = letters.filter((_, i) => takes(addresses[i] as string));
      const words = await this.writer.run(sent.map((notices) => this.ordered(notices)));
      await this.mails.add(
        tx,
        sent.map((notices, i) => this.compose(notices, words[i] as RenderedMail, now)),
      );
      if (sent.length > 0) afterCommit(tx, this.wake);
      return taken;
    });
  }

  /** @param notices  of one person, oldest first */
  private ordered(notices: readonly GatheredNotice[]): MailToWrite {
    const { name, locale } = notices.at(-1) as GatheredNotice;
    const { brand, page } = this.settings;
    const desk = page.replace(/\/+$/, '');
    const values = { name, link: `${desk}/tickets`, lines: linesOf(notices, locale, desk) };
    return { template: 'notice-digest', locale, values, house: { brand, page } };
  }

  private compose(notices: readonly GatheredNotice[], words: RenderedMail, now: EpochMs): OutboundMail {
    const last = notices.at(-1) as GatheredNotice;
    const { from, fqdn } = this.settings;
    const { subject, text, html } = words;
    const id = derivedId(last.id, 'gathered');
    const addressee = headerAddress({ name: last.name, address: last.address });
    return {
      ...{ id, kind: 'agent-notification', ticketId: null, articleId: null },
      ...{ correlationId: last.correlation_id, causationId: last.id, traceparent: null },
      ...{ automatic: true, guardAddress: null, from, replyTo: null, to: [addressee], cc: [], bcc: [] },
      ...{ remaining: [addressee.address], refused: [], subject, text, html, secret: false },
      messageId: `<${id}@${fqdn}>`,
      ...{ inReplyTo: null, references: [], attachments: [], linked: [], security: null, state: 'queued', dueAt: now },
      ...{ attempts: 0, queuedAt: now, createdAt: now, lastError: null },
    };
  }
}

/** A line for each ticket, in the order of the first thing that happened: its address, a tab, and its words. */
function linesOf(notices: readonly GatheredNotice[], locale: string, desk: string): string {
  const { kinds, tag } = languageOf(locale);
  const tickets = [...Map.groupBy(notices, ({ ticket_id }) => ticket_id)];
  const lines = tickets.slice(0, MOST_LINES).map(([id, own]) => {
    const { number, title } = own.at(-1) as GatheredNotice;
    const happened = [...Map.groupBy(own, ({ kind }) => kind)].map(([kind, { length }]) => told(kinds[kind], length));
    const words = `#${number} ${title.replaceAll(/\s+/g, ' ').trim()}: ${new Intl.ListFormat(tag).format(happened)}`;
    return `${desk}/tickets/${id}\t${words}`;
  });
  const more = tickets.length - lines.length;
  return more > 0 ? [...lines, `${desk}/tickets\t+ ${more}`].join('\n') : lines.join('\n');
}

const told = (kind: string, times: number): string => (times > 1 ? `${kind} (${times})` : kind);
