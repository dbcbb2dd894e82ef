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
import { changedSince } from './newest-first.ts';
import type { Fetcher } from './paced-fetch.ts';
import { nameOf, requesterOf } from './people.ts';
import { tablesOf } from './tables.ts';

const RtUser = z.object({
  Name: z.string().default(''),
  RealName: z.string().nullish(),
  EmailAddress: z.string().nullish(),
});
/** Also a part of paths. */
const RtId = z.coerce.string().regex(/^\d{1,18}$/);
const Items = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), page: z.coerce.number().default(1), pages: z.coerce.number().default(1) });
const Changed = Items(z.object({ id: RtId, LastUpdated: z.iso.datetime() }));
const Ticket = z.object({
  id: RtId,
  Subject: z.string().nullish(),
  Status: z.string(),
  Priority: z.coerce.string().default('0'),
  Created: z.iso.datetime(),
  Owner: RtUser,
  Requestor: z.array(RtUser).default([]),
});
const Transaction = z.object({
  id: RtId,
  Type: z.string(),
  Created: z.iso.datetime(),
  Creator: RtUser,
});
const Part = z.object({
  id: RtId,
  ContentType: z.string().nullish(),
  Filename: z.string().nullish(),
});
const Content = z.object({ Content: z.string().default('') });
const Linked = z.object({
  _hyperlinks: z.array(z.object({ ref: z.string().optional(), _url: z.string().default('') })).default([]),
});

const ticketQuery = {
  fields: 'Subject,Status,Priority,Owner,Requestor,Created',
  'fields[Owner]': 'Name,RealName',
  'fields[Requestor]': 'Name,RealName,EmailAddress',
};
/** What requestors see. A `Comment` is read by those who work at RT only. */
const PUBLIC = ['Create', 'Correspond'];
const PAGE = 100;
/** Of one history. */
const MOST_PAGES = 100;

/** Request Tracker 5 by its REST2. A call that RT did not do answers 200 as well: the ticket tells what became of it. */
export class RtAdapter implements PeerAdapter {
  readonly capabilities = { writes: ['subject', 'state', 'priority'], notes: true, html: true, files: true } as const;
  readonly tables: PeerTables;
  private readonly wire: JsonWire;

  constructor(
    safe: Fetcher,
    private readonly to: AdapterAddress,
  ) {
    const { node, account, secret, signIn } = to;
    const basic = `Basic ${Buffer.from(`${account}:${secret}`).toString('base64')}`;
    this.wire = new JsonWire(safe, `${node}/REST/2.0`, {
      authorization: signIn === 'password' ? basic : `token ${secret}`,
    });
    this.tables = tablesOf('rt', to);
  }

  async check(call: PeerCall) {
    const { body } = await this.wire.get('/rt', {}, call);
    const { Version: version } = readAs(z.object({ Version: z.string() }), body);
    const { queue, account } = this.to;
    await this.known(`/queue/${encodeURIComponent(queue)}`, `There is no queue ${queue} that we may see.`, call);
    // RT knows no "who am I": what we say must be true, or our own comments would come back as somebody else's.
    await this.known(`/user/${encodeURIComponent(account)}`, `There is no user ${account} that we may see.`, call);
    return { product: 'RT', version, account };
  }

  async listChanged(cursor: string | null, call: PeerCall): Promise<PeerChanges> {
    return changedSince(cursor, async (page) => {
      const query = { query: this.inQueue(), orderby: 'LastUpdated', order: 'DESC', per_page: PAGE, page };
      const { body, headers } = await this.wire.get('/tickets', { ...query, fields: 'LastUpdated' }, call);
      const { items, pages } = readAs(Changed, body);
      const now = Date.parse(headers.get('date') ?? '');
      return {
        items: items.map(({ id, LastUpdated }) => ({ id, at: Date.parse(LastUpdated) })),
        ...{ more: page < pages, now: Number.isNaN(now) ? 0 : now },
      };
    });
  }

  async getTicket(id: string, call: PeerCall): Promise<PeerTicket> {
    const query = { query: `${this.inQueue()} AND id = ${Number(id)}`, ...ticketQuery };
    const { body } = await this.wire.get('/tickets', query, call);
    const [ticket] = readAs(Items(Ticket), body).items;
    if (!ticket) {
      const detail = `Ticket ${id} is not in the queue ${this.to.queue} any more.`;
      throw new AppError('not-found', 'peer.unshared', detail);
    }
    const { Subject, Status, Priority, Created, Owner, Requestor } = ticket;
    const [requestor] = Requestor;
    return {
      ...{ id, number: id, url: `${this.to.node}/Ticket/Display.html?id=${id}`, createdAt: instant(Created) },
      words: {
        ...{ subject: Subject ?? '', state: Status, priority: Priority, tags: [] },
        owner: Owner.Name === 'Nobody' ? null : nameOf(Owner.RealName, Owner.Name),
      },
      requester: requesterOf(requestor?.Name, requestor?.RealName, requestor?.EmailAddress),
    };
  }

  async correlationOf(id: string, call: PeerCall): Promise<string | null> {
    const { body } = await this.wire.get(`/ticket/${id}`, {}, call);
    const links = readAs(Linked, body)._hyperlinks.filter(({ ref }) => ref === 'refers-to');
    return links.find(({ _url }) => _url.includes('/?shared='))?._url ?? null;
  }

  async findByCorrelation(mark: string, call: PeerCall): Promise<string | null> {
    const query = `${this.inQueue()} AND RefersTo = '${quoted(mark)}'`;
    const { body } = await this.wire.get('/tickets', { query, orderby: 'id' }, call);
    return readAs(Items(z.object({ id: RtId })), body).items[0]?.id ?? null;
  }

  /** Without a requestor: RT would send mail to the person who hears from us already. */
  async createTicket({ words, mark, first }: NewTicket, call: PeerCall): Promise<string> {
    const { body } = await this.wire.send(
      'POST',
      '/ticket',
      {
        ...{ Queue: this.to.queue, Subject: words.subject, Status: words.state, Priority: words.priority },
        ...{ RefersTo: mark, Content: first.body, ContentType: first.format, ...filesOf(first) },
      },
      call,
    );
    return readAs(z.object({ id: RtId }), body).id;
  }

  async updateTicket(id: string, words: Partial<Pick<PeerWords, WritableWord>>, call: PeerCall): Promise<void> {
    const { subject, state, priority } = words;
    await this.wire.send(
      'PUT',
      `/ticket/${id}`,
      {
        ...(subject !== undefined && { Subject: subject }),
        ...(state !== undefined && { Status: state }),
        ...(priority !== undefined && { Priority: priority }),
      },
      call,
    );
  }

  async listEntries(id: string, isKnown: (entryId: string) => boolean, call: PeerCall): Promise<PeerEntry[]> {
    const said = await this.all(`/ticket/${id}/history`, Transaction, historyQuery, call);
    const fresh = said.filter((one) => PUBLIC.includes(one.Type) && !isKnown(one.id));
    if (fresh.length === 0) return [];
    const parts = await this.all(`/ticket/${id}/attachments`, Part, { fields: 'ContentType,Filename' }, call);
    const { email } = (await this.getTicket(id, call)).requester;
    const entries: PeerEntry[] = [];
    for (const { id: entryId, Created, Creator } of fresh) {
      const { Name, RealName, EmailAddress } = Creator;
      const text = await this.textOf(entryId, parts, call);
      if (!text) continue;
      entries.push({
        ...{ id: entryId, author: nameOf(RealName, Name), createdAt: instant(Created), ...text },
        role: email !== undefined && EmailAddress?.toLowerCase() === email ? 'requester' : 'agent',
        own: Name.toLowerCase() === this.to.account.toLowerCase(),
      });
    }
    return entries;
  }

  async getFile(id: string, sink: FileSink, call: PeerCall): Promise<void> {
    const { body } = await this.wire.get(`/attachment/${id}`, {}, call);
    await sink.take(Buffer.from(readAs(Content, body).Content, 'base64'));
  }

  async addEntry(id: string, entry: NewEntry, call: PeerCall): Promise<string> {
    const { format, body } = entry;
    const words = { Content: body, ContentType: format, ...filesOf(entry) };
    const answer = await this.wire.send('POST', `/ticket/${id}/correspond`, words, call);
    const [, entryId] = /\/transaction\/(\d+)$/.exec(answer.headers.get('location') ?? '') ?? [];
    if (entryId === undefined) {
      throw new AppError('conflict', 'peer.unreadable', 'RT does not say what became of a comment.');
    }
    return entryId;
  }

  async addNote(id: string, text: string, call: PeerCall): Promise<void> {
    await this.wire.send('POST', `/ticket/${id}/comment`, { Content: text, ContentType: 'text/plain' }, call);
  }

  /** The words of a transaction: those of plain text, as mails have both; and what its files are called. */
  private async textOf(
    entryId: string,
    parts: readonly z.output<typeof Part>[],
    call: PeerCall,
  ): Promise<Pick<PeerEntry, 'format' | 'body' | 'files'> | undefined> {
    const { body } = await this.wire.get(`/transaction/${entryId}`, {}, call);
    const ids = readAs(Linked, body)._hyperlinks.map(({ _url }) => /\/attachment\/(\d+)$/.exec(_url)?.[1]);
    const own = parts.filter(({ id }) => ids.includes(id));
    const files = own.flatMap(({ id, Filename, ContentType }) =>
      Filename ? [{ id, filename: Filename, mediaType: ContentType ?? 'application/octet-stream' }] : [],
    );
    for (const format of ['text/plain', 'text/html'] as const) {
      const part = own.find(({ ContentType, Filename }) => !Filename && ContentType?.startsWith(format));
      if (!part) continue;
      const answer = await this.wire.get(`/attachment/${part.id}`, {}, call);
      const text = Buffer.from(readAs(Content, answer.body).Content, 'base64').toString().replaceAll('\0', '');
      if (text.trim() !== '') return { format, body: text, files };
    }
    return files.length > 0 ? { format: 'text/plain', body: '', files } : undefined;
  }

  private async all<S extends z.ZodType>(
    path: string,
    item: S,
    query: Readonly<Record<string, string>>,
    call: PeerCall,
  ): Promise<z.output<S>[]> {
    const found: z.output<S>[] = [];
    for (let page = 1; ; page++) {
      const { body } = await this.wire.get(path, { ...query, per_page: PAGE, page }, call);
      const { items, pages } = readAs(Items(item), body);
      found.push(...(items as z.output<S>[]));
      if (page >= Math.min(pages, MOST_PAGES)) return found;
    }
  }

  private async known(path: string, otherwise: string, call: PeerCall): Promise<void> {
    await this.wire.get(path, {}, call).catch((error: unknown) => {
      if (!(error instanceof AppError) || !['not-found', 'forbidden'].includes(error.kind)) throw error;
      throw new AppError('conflict', 'peer.settings-wrong', otherwise, undefined, { cause: error });
    });
  }

  private inQueue(): string {
    return `Queue = '${quoted(this.to.queue)}'`;
  }
}

const historyQuery = { fields: 'Type,Creator,Created', 'fields[Creator]': 'Name,RealName,EmailAddress' };

/** RT 5 reads the characters of a file's name as the bytes of its UTF-8; given as it is, `ü` would be lost. */
function filesOf({ files = [] }: NewEntry) {
  if (files.length === 0) return {};
  return {
    Attachments: files.map(({ filename, mediaType, bytes }) => ({
      ...{
        FileName: Buffer.from(filename).toString('latin1'),
        FileType: mediaType,
        FileContent: bytes.toString('base64'),
      },
    })),
  };
}

/** A text in a query of RT (TicketSQL). */
function quoted(text: string): string {
  return text.replace(/[\\']/g, (sign) => `\\${sign}`);
}

function instant(time: string): string {
  return new Date(time).toISOString();
}
