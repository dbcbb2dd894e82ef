import { createHash } from 'node:crypto';
import { AppError } from '@helpmesh/kernel';
import { z } from 'zod';
import type { FileSink } from '../../application/files/ports.ts';
import type {
  AdapterAddress,
  NewEntry,
  NewTicket,
  PeerAdapter,
  PeerCall,
  PeerChanges,
  PeerEntry,
  PeerTicket,
} from '../../application/foreign/ports.ts';
import type { PeerTables, PeerWords, WritableWord } from '../../domain/foreign/words.ts';
import { JsonWire, readAs } from './json-wire.ts';
import { markIn } from './marks.ts';
import { changedSince } from './newest-first.ts';
import type { Fetcher } from './paced-fetch.ts';
import { nameOf, requesterOf } from './people.ts';
import { tablesOf } from './tables.ts';

/** A single one may come without its list; numbers come as texts. */
const listOf = <S extends z.ZodType>(item: S) =>
  z.preprocess((value) => (value === undefined || value === null || value === '' ? [] : [value].flat()), z.array(item));
const Id = z.coerce.string().regex(/^\d{1,18}$/);
/** `2026-01-02 03:04:05`, by the clock of the system, which is UTC as it is installed. */
const Time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .transform((said) => Date.parse(`${said.replace(' ', 'T')}Z`));
const Found = z.object({ TicketID: listOf(Id) });
const Article = z.object({
  ArticleID: Id,
  Subject: z.string().nullish(),
  Body: z.string().nullish(),
  From: z.string().nullish(),
  SenderType: z.string(),
  IsVisibleForCustomer: z.coerce.string(),
  CreateTime: Time,
  Attachment: listOf(
    z.object({
      FileID: z.coerce.string(),
      Filename: z.string(),
      ContentType: z.string().nullish(),
      FilesizeRaw: z.coerce.number().nullish(),
      /** Base64, where it was asked for. */
      Content: z.string().nullish(),
    }),
  ),
});
const Ticket = z.object({
  TicketID: Id,
  TicketNumber: z.coerce.string(),
  Title: z.string().nullish(),
  Queue: z.string(),
  State: z.string(),
  StateType: z.string().nullish(),
  Priority: z.string(),
  Owner: z.string().nullish(),
  CustomerUserID: z.string().nullish(),
  Created: Time,
  Changed: Time,
  Article: listOf(Article),
});
const Tickets = z.object({ Ticket: listOf(Ticket) });
const Updated = z.object({ ArticleID: Id });

const PAGE = 200;
/** A waiting ticket has a time when it is taken up again; ours have none to tell. Minutes. */
const REMIND_MINUTES = 7 * 24 * 60;
const ROOT = 'root@localhost';

/** Sessions that are open, by what they were opened with: to sign in each time would fill the peer's table of them. */
export type ZnunySessions = Map<string, Promise<string>>;

/**
 * Znuny, OTOBO and OTRS by a web service of the Generic Interface. Its address, with the name of the service, is the
 * address of the peer. Each operation is a POST, for a search has parts and a secret has no place in an address; what is
 * refused answers 200.
 */
export class ZnunyAdapter implements PeerAdapter {
  readonly capabilities = { writes: ['subject', 'state', 'priority'], notes: true, html: false, files: true } as const;
  readonly tables: PeerTables;
  private readonly wire: JsonWire;
  private readonly session: string;

  constructor(
    safe: Fetcher,
    private readonly sessions: ZnunySessions,
    private readonly to: AdapterAddress,
  ) {
    this.wire = new JsonWire(safe, to.node, {}, refusalIn);
    this.tables = tablesOf('znuny', to);
    const { node, account, secret } = to;
    this.session = createHash('sha256')
      .update(JSON.stringify([node, account, secret]))
      .digest('hex');
  }

  async check(call: PeerCall) {
    const { queue, account } = this.to;
    // It has no list of queues, and a queue that is not there has no tickets: one that we opened tells.
    await this.ask('/TicketSearch', { Queues: [queue], Limit: 1 }, call);
    return { product: 'Znuny', version: '', account };
  }

  async listChanged(cursor: string | null, call: PeerCall): Promise<PeerChanges> {
    let oldest: number | undefined;
    return changedSince(cursor, async (_, since) => {
      const { body, headers } = await this.ask(
        '/TicketSearch',
        {
          ...{ Queues: [this.to.queue], SortBy: 'Changed', OrderBy: 'Down', Limit: PAGE },
          ...(since !== null && { TicketLastChangeTimeNewerDate: spoken(since) }),
          ...(oldest !== undefined && { TicketLastChangeTimeOlderDate: spoken(oldest) }),
        },
        call,
      );
      const ids = readAs(Found, body ?? {}).TicketID;
      const tickets = ids.length === 0 ? [] : await this.tickets(ids, {}, call);
      const times = tickets.map(({ Changed }) => Changed);
      const before = oldest;
      oldest = Math.min(...times);
      const now = Date.parse(headers.get('date') ?? '');
      return {
        items: tickets
          .map(({ TicketID, Changed }) => ({ id: TicketID, at: Changed }))
          .sort((one, other) => other.at - one.at),
        // A page that ends where it began would come again.
        ...{ more: ids.length === PAGE && oldest !== before, now: Number.isNaN(now) ? 0 : now },
      };
    });
  }

  async getTicket(id: string, call: PeerCall): Promise<PeerTicket> {
    const ticket = await this.ticket(id, {}, call);
    const { Queue, State, StateType, Title, Priority, Owner, CustomerUserID } = ticket;
    if (Queue !== this.to.queue || ['merged', 'removed'].includes(StateType ?? '')) {
      throw new AppError(
        'not-found',
        'peer.unshared',
        `Ticket ${ticket.TicketNumber} is not in ${this.to.queue} any more.`,
      );
    }
    return {
      ...{ id, number: ticket.TicketNumber, createdAt: instant(ticket.Created) },
      url: `${this.to.node.replace(/\/nph-genericinterface\.pl.*$/, '')}/index.pl?Action=AgentTicketZoom;TicketID=${id}`,
      words: {
        ...{ subject: Title ?? '', state: State, priority: Priority, tags: [] },
        owner: !Owner || Owner === ROOT ? null : Owner,
      },
      requester: requesterOf(CustomerUserID ?? undefined, null, CustomerUserID),
    };
  }

  async correlationOf(id: string, call: PeerCall): Promise<string | null> {
    const [first] = (await this.ticket(id, { AllArticles: 1, ArticleLimit: 1 }, call)).Article;
    return markIn(first?.Subject);
  }

  async findByCorrelation(mark: string, call: PeerCall): Promise<string | null> {
    const [uuid] = /[0-9a-f-]{36}/.exec(mark) ?? [];
    const search = { Queues: [this.to.queue], MIMEBase_Subject: `%${uuid}%`, Limit: 20 };
    const { body } = await this.ask('/TicketSearch', search, call);
    // What its index does not know it leaves out of the question.
    for (const id of readAs(Found, body ?? {}).TicketID) if ((await this.correlationOf(id, call)) === mark) return id;
    return null;
  }

  async createTicket({ words, mark, first }: NewTicket, call: PeerCall): Promise<string> {
    const { subject: Title, state, priority: Priority } = words;
    const Ticket = {
      ...{ Title, Queue: this.to.queue, Priority, ...waiting(state) },
      // Somebody has to have asked: nobody who would get mail.
      CustomerUser: this.to.account.includes('@') ? this.to.account : `${this.to.account}@${new URL(mark).hostname}`,
    };
    const Article = this.article({ Subject: mark, Body: first.body, IsVisibleForCustomer: 1 });
    const { body } = await this.ask('/TicketCreate', { Ticket, Article, ...attached(first) }, call);
    return readAs(z.object({ TicketID: Id }), body).TicketID;
  }

  async updateTicket(id: string, words: Partial<Pick<PeerWords, WritableWord>>, call: PeerCall): Promise<void> {
    const { subject, state, priority } = words;
    const Ticket = {
      ...(subject !== undefined && { Title: subject }),
      ...(state !== undefined && waiting(state)),
      ...(priority !== undefined && { Priority: priority }),
    };
    await this.ask('/TicketUpdate', { TicketID: id, Ticket }, call);
  }

  async listEntries(id: string, isKnown: (entryId: string) => boolean, call: PeerCall): Promise<PeerEntry[]> {
    const details = { AllArticles: 1, Attachments: 1, GetAttachmentContents: 0, ArticleOrder: 'ASC' };
    const { Article: articles } = await this.ticket(id, details, call);
    return articles
      .filter(({ IsVisibleForCustomer: visible, SenderType: type }) => visible === '1' && type !== 'system')
      .filter(
        ({ ArticleID, Body, Attachment }) => !isKnown(ArticleID) && ((Body ?? '').trim() || Attachment.length > 0),
      )
      .map(({ ArticleID, From, SenderType, CreateTime, Body, Attachment }) => ({
        ...{ id: ArticleID, author: senderOf(From), own: From === this.from(), createdAt: instant(CreateTime) },
        role: SenderType === 'customer' ? 'requester' : 'agent',
        ...{ format: 'text/plain', body: Body ?? '' },
        files: Attachment.map(({ FileID, Filename, ContentType, FilesizeRaw }) => ({
          ...{ id: `${id}/${ArticleID}/${FileID}`, filename: Filename },
          mediaType: ContentType?.split(';')[0]?.trim() || 'application/octet-stream',
          ...(FilesizeRaw && { size: FilesizeRaw }),
        })),
      }));
  }

  /** It gives the bytes of all files of a ticket, or none. */
  async getFile(fileId: string, sink: FileSink, call: PeerCall): Promise<void> {
    const [id = '', articleId, attachmentId] = fileId.split('/');
    const details = { AllArticles: 1, Attachments: 1, GetAttachmentContents: 1 };
    const { Article: articles } = await this.ticket(id, details, call);
    const held = articles.find(({ ArticleID }) => ArticleID === articleId)?.Attachment;
    const content = held?.find(({ FileID }) => FileID === attachmentId)?.Content;
    if (typeof content !== 'string') {
      throw new AppError('not-found', 'peer.not-there', 'The file is not there any more.');
    }
    await sink.take(Buffer.from(content, 'base64'));
  }

  async addEntry(id: string, entry: NewEntry, call: PeerCall): Promise<string> {
    return this.say(id, { Subject: 'Helpmesh', Body: entry.body, IsVisibleForCustomer: 1 }, call, attached(entry));
  }

  async addNote(id: string, text: string, call: PeerCall): Promise<void> {
    await this.say(id, { Subject: 'Helpmesh', Body: text, IsVisibleForCustomer: 0 }, call);
  }

  private async say(id: string, words: Record<string, unknown>, call: PeerCall, files = {}): Promise<string> {
    const change = { TicketID: id, Article: this.article(words), ...files };
    const { body } = await this.ask('/TicketUpdate', change, call);
    return readAs(Updated, body).ArticleID;
  }

  /** By the channel that sends nothing. */
  private article(words: Record<string, unknown>) {
    return {
      ...{ ...words, From: this.from(), SenderType: 'agent', CommunicationChannel: 'Internal' },
      ContentType: 'text/plain; charset=utf8',
    };
  }

  /** What our articles are known by: who has made one is not told. */
  private from(): string {
    return `Helpmesh <${this.to.account}>`;
  }

  private async ticket(id: string, details: Record<string, unknown>, call: PeerCall): Promise<z.output<typeof Ticket>> {
    const [ticket] = await this.tickets([id], details, call);
    if (!ticket) throw new AppError('not-found', 'peer.not-there', `${this.to.node} has no ticket ${id}.`);
    return ticket;
  }

  private async tickets(ids: readonly string[], details: Record<string, unknown>, call: PeerCall) {
    const { body } = await this.ask('/TicketGet', { TicketID: ids.join(','), ...details }, call);
    return readAs(Tickets, body).Ticket;
  }

  /** In a session; one that has ended is opened again, once. */
  private async ask(path: string, input: Record<string, unknown>, call: PeerCall) {
    const id = await this.signedIn(call);
    try {
      return await this.wire.send('POST', path, { SessionID: id, ...input }, call);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'peer.token-refused') throw error;
      this.sessions.delete(this.session);
      return this.wire.send('POST', path, { SessionID: await this.signedIn(call), ...input }, call);
    }
  }

  private signedIn(call: PeerCall): Promise<string> {
    const open = this.sessions.get(this.session);
    if (open) return open;
    const { account: UserLogin, secret: Password } = this.to;
    const opening = this.wire
      .send('POST', '/Session', { UserLogin, Password }, call)
      .then(({ body }) => readAs(z.object({ SessionID: z.string() }), body).SessionID);
    this.sessions.set(this.session, opening);
    opening.catch(() => this.sessions.delete(this.session));
    return opening;
  }
}

/** `{"Error": {"ErrorCode": "TicketGet.AccessDenied", "ErrorMessage": "..."}}`, with the status 200. */
function refusalIn(body: unknown, base: string): AppError | undefined {
  const No = z.object({ Error: z.object({ ErrorCode: z.string(), ErrorMessage: z.string().default('') }) });
  const { success, data } = No.safeParse(body);
  if (!success) return undefined;
  const { ErrorCode, ErrorMessage } = data.Error;
  const said = `${base} refuses: ${ErrorMessage} (${ErrorCode})`.slice(0, 500);
  if (ErrorCode.endsWith('.AuthFail')) return new AppError('unauthenticated', 'peer.token-refused', said);
  // Whoever may not see a ticket is not told whether there is one.
  if (ErrorCode === 'TicketGet.AccessDenied') return new AppError('not-found', 'peer.not-there', said);
  return new AppError('conflict', 'peer.refused', said);
}

function attached({ files = [] }: NewEntry) {
  if (files.length === 0) return {};
  return {
    Attachment: files.map(({ filename, mediaType, bytes }) => ({
      ...{ Filename: filename, ContentType: mediaType, Content: bytes.toString('base64') },
    })),
  };
}

function waiting(State: string) {
  return State.startsWith('pending') ? { State, PendingTime: { Diff: REMIND_MINUTES } } : { State };
}

/** `Zoë Müller <zoe@example.org>`: the name is meant for others, the address is not. */
function senderOf(from: string | null | undefined): string {
  const [, name = from ?? ''] = /^\s*"?([^"<]*)"?\s*</.exec(from ?? '') ?? [];
  return nameOf(name.split('@')[0], '');
}

function spoken(time: number): string {
  return new Date(Math.max(0, time)).toISOString().slice(0, 19).replace('T', ' ');
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
