import { AppError } from '@helpmesh/kernel';
import { z } from 'zod';
import type { FileSink } from '../../application/files/ports.ts';
import type { PeerCall } from '../../application/foreign/ports.ts';
import type {
  ImportSettings,
  Part,
  PastArticle,
  PastFile,
  PastPerson,
  PastReader,
  PastRow,
  PastThread,
  PastTicket,
} from '../../application/imports/ports.ts';
import { JsonWire, readAs } from '../adapters/json-wire.ts';
import type { Fetcher } from '../adapters/paced-fetch.ts';
import { nameOf } from '../adapters/people.ts';
import { OnceEach } from './once-each.ts';
import { readOne, readRows } from './read-rows.ts';

const Time = z.iso.datetime({ offset: true });
const word = z.string().nullish();
const Organization = z.object({
  id: z.number(),
  name: z.string(),
  domain: word,
  domain_assignment: z.boolean().nullish(),
  shared: z.boolean().nullish(),
  active: z.boolean().nullish(),
  note: word,
});
const User = z.object({
  id: z.number(),
  login: word,
  ...{ firstname: word, lastname: word, email: word, phone: word, mobile: word, fax: word, web: word },
  ...{ department: word, street: word, zip: word, city: word, country: word, note: word },
  /** With `expand`, its name. */
  organization: z.unknown().optional(),
  active: z.boolean().nullish(),
  vip: z.boolean().nullish(),
});
const Ticket = z.object({
  id: z.number(),
  number: z.coerce.string(),
  title: word,
  group: z.string(),
  state: z.string(),
  priority: z.string(),
  owner_id: z.number().nullish(),
  customer_id: z.number(),
  created_at: Time,
  updated_at: Time,
});
const Article = z.object({
  id: z.number(),
  type: word,
  sender: z.string(),
  ...{ from: word, to: word, subject: word, body: word, content_type: word },
  internal: z.boolean(),
  created_by_id: z.number().nullish(),
  origin_by_id: z.number().nullish(),
  created_at: Time,
  attachments: z
    .array(z.object({ id: z.number(), filename: z.string(), preferences: z.record(z.string(), z.unknown()).nullish() }))
    .default([]),
});
const Tags = z.object({ tags: z.array(z.string()) });

const PAGE = 100;
const expand = { expand: 'true' };
const types = { email: 'email', phone: 'phone', web: 'web' } as const;
/** The system itself, which is nobody. */
const SYSTEM = 1;

/** What a Zammad has, by its REST API. */
export class ZammadPast implements PastReader {
  private readonly wire: JsonWire;
  private readonly users: OnceEach<number, z.output<typeof User>>;
  private call: PeerCall | undefined;

  constructor(
    safe: Fetcher,
    private readonly from: ImportSettings,
    secret: string,
  ) {
    const basic = `Basic ${Buffer.from(`${from.account}:${secret}`).toString('base64')}`;
    this.wire = new JsonWire(safe, `${from.address}/api/v1`, {
      authorization: from.signIn === 'password' ? basic : `Token token=${secret}`,
    });
    this.users = new OnceEach(async (id) => {
      const { body } = await this.wire.get(`/users/${id}`, {}, this.call as PeerCall);
      return readOne(User, body);
    });
  }

  async check(call: PeerCall) {
    const { login } = readAs(User, (await this.wire.get('/users/me', {}, call)).body);
    const { body } = await this.wire.get('/groups', { per_page: 500, page: 1 }, call);
    const groups = readAs(z.array(z.object({ name: z.string() })), body).map(({ name }) => name);
    return { product: 'Zammad', version: await this.version(call), account: login ?? '', groups };
  }

  organizations(cursor: string | null, call: PeerCall): Promise<Part<PastRow>> {
    return this.page('/organizations', cursor, Organization, call, ({ id, name, domain, note, ...flags }) => [
      {
        remote: `${id}`,
        cells: {
          ...{ name, domain: domain ?? '', note: plain(note), shared: said(flags.shared), active: said(flags.active) },
          domain_assignment: said(flags.domain_assignment),
        },
      },
    ]);
  }

  /** Who may do what there is not brought: everybody begins as a customer. */
  people(cursor: string | null, call: PeerCall): Promise<Part<PastRow>> {
    return this.page('/users', cursor, User, call, ({ id, organization, active, vip, note, ...texts }) =>
      id === SYSTEM
        ? []
        : [
            {
              remote: `${id}`,
              cells: {
                ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text ?? ''])),
                ...{ note: plain(note), active: said(active), vip: said(vip) },
                ...(typeof organization === 'string' && { organization }),
              },
            },
          ],
    );
  }

  tickets(cursor: string | null, call: PeerCall): Promise<Part<PastTicket>> {
    return this.page('/tickets', cursor, Ticket, call, (ticket) => [
      {
        ...{ id: `${ticket.id}`, number: ticket.number, url: `${this.from.address}/#ticket/zoom/${ticket.id}` },
        people: { customer: ticket.customer_id, owner: ticket.owner_id ?? null },
        ...{ title: ticket.title ?? '', group: ticket.group, state: ticket.state, priority: ticket.priority },
        ...{ createdAt: instant(ticket.created_at), changedAt: instant(ticket.updated_at) },
        leftOut: ticket.state === 'merged' ? 'It was merged into another ticket, which has its messages.' : null,
      },
    ]);
  }

  async thread({ id, people }: PastTicket, call: PeerCall): Promise<PastThread> {
    this.call = call;
    const { body } = await this.wire.get(`/ticket_articles/by_ticket/${id}`, expand, call);
    const { rows, unread } = readRows(Article, body, `messages of ticket ${id}`);
    const found = rows.sort((one, other) => one.id - other.id);
    const tags = readAs(Tags, (await this.wire.get('/tags', { object: 'Ticket', o_id: id }, call)).body).tags;
    const articles: PastArticle[] = [];
    for (const article of found) articles.push(await this.article(id, article));
    return {
      ...{ customer: await this.person(people.customer), tags, articles, unread },
      owner: people.owner === null ? null : ((await this.person(people.owner))?.email ?? null),
    };
  }

  async file(id: string, sink: FileSink, call: PeerCall): Promise<void> {
    await this.wire.file(`/ticket_attachment/${id}`, sink, call);
  }

  private async article(ticketId: string, article: z.output<typeof Article>): Promise<PastArticle> {
    const { id, attachments, content_type: contentType, sender, type } = article;
    const writer = await this.person(article.origin_by_id ?? article.created_by_id ?? SYSTEM);
    const isHtml = contentType?.startsWith('text/html') ?? false;
    let body = article.body ?? '';
    const files = attachments.map(({ id: fileId, filename, preferences }): PastFile => {
      const file = `${ticketId}/${id}/${fileId}`;
      const contentId = `${fileId}@past`;
      const [shown, here] = [`/api/v1/ticket_attachment/${file}`, `cid:${contentId}`];
      const named = textIn(preferences ?? {}, 'content-id')?.replaceAll(/[<>]/g, '');
      const before = body;
      // Pictures are shown by their address there, or by the name that the mail gave them.
      if (isHtml) body = body.replaceAll(new RegExp(`${shown}(\\?[^"' >]*)?(?=["' >])`, 'g'), here);
      if (isHtml && named) body = body.replaceAll(`cid:${named}`, here);
      const mediaType = textIn(preferences ?? {}, 'content-type', 'mime-type') ?? 'application/octet-stream';
      return { id: file, filename, mediaType, ...(body !== before && { contentId, inline: true }) };
    });
    return {
      ...{ id: `${id}`, type: types[type as keyof typeof types] ?? 'note', files, body },
      sender: sender === 'Customer' || sender === 'Agent' ? sender : 'System',
      author: writer ?? { name: nameIn(article.from), email: null },
      ...{ to: article.to ?? null, subject: article.subject ?? null, internal: article.internal },
      contentType: isHtml ? 'text/html' : 'text/plain',
      createdAt: instant(article.created_at),
    };
  }

  private async person(id: number): Promise<PastPerson | null> {
    if (!(id > SYSTEM)) return null;
    const user = await this.users.get(id);
    if (!user) return null;
    const name = nameOf([user.firstname, user.lastname].filter(Boolean).join(' '), user.login ?? '');
    return { name, email: addressOf(user.email) };
  }

  /** By pages of what has the lowest numbers first, as it answers by itself: what is added meanwhile is behind them. */
  private async page<S extends z.ZodType, T>(
    path: string,
    cursor: string | null,
    schema: S,
    call: PeerCall,
    make: (row: z.output<S>) => T[],
  ): Promise<Part<T>> {
    const page = Number(cursor ?? 1);
    const { body } = await this.wire.get(path, { page, per_page: PAGE, ...expand }, call);
    const { rows, unread, whole } = readRows(schema, body, `page ${page}`);
    return { items: rows.flatMap(make), unread, next: whole.length < PAGE ? null : String(page + 1) };
  }

  /** Told to administrators only. */
  private async version(call: PeerCall): Promise<string> {
    try {
      const { body } = await this.wire.get('/version', {}, call);
      return readAs(z.object({ version: z.string() }), body).version;
    } catch (error) {
      if (error instanceof AppError && ['forbidden', 'not-found'].includes(error.kind)) return '';
      throw error;
    }
  }
}

const instant = (time: string) => new Date(time).toISOString();
const said = (flag: boolean | null | undefined) => (flag == null ? '' : String(flag));

/** Notes have markup there. */
function plain(note: string | null | undefined): string {
  return (note ?? '')
    .replaceAll(/<br\s*\/?>|<\/(p|div)>/gi, '\n')
    .replaceAll(/<[^>]*>/g, '')
    .trim();
}

const Address = z.email().max(254);

function addressOf(email: string | null | undefined): string | null {
  const address = Address.safeParse(email?.trim().toLowerCase());
  return address.success ? address.data : null;
}

function nameIn(from: string | null | undefined): string {
  return nameOf(/^\s*"?([^"<]*)"?\s*</.exec(from ?? '')?.[1] ?? from, '');
}

/** Mails bring it in one way, the web in another. */
function textIn(preferences: Readonly<Record<string, unknown>>, ...names: string[]): string | undefined {
  const found = Object.entries(preferences).find(([name]) => names.includes(name.toLowerCase()))?.[1];
  return typeof found === 'string' ? found : undefined;
}
