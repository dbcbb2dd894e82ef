import { z } from 'zod';
import type { FileSink } from '../../application/files/ports.ts';
import type { PeerCall } from '../../application/foreign/ports.ts';
import type {
  ImportSettings,
  Part,
  PastArticle,
  PastPerson,
  PastReader,
  PastRow,
  PastThread,
  PastTicket,
  Unread,
} from '../../application/imports/ports.ts';
import { JsonWire, readAs } from '../adapters/json-wire.ts';
import type { Fetcher } from '../adapters/paced-fetch.ts';
import { nameOf } from '../adapters/people.ts';
import { OnceEach } from './once-each.ts';
import { readOne, readRows } from './read-rows.ts';

const Time = z.iso.datetime({ offset: true });
const word = z.string().nullish();
const Company = z.object({ id: z.number(), name: z.string(), domains: z.array(z.string()).nullish(), note: word });
const Contact = z.object({
  id: z.number(),
  ...{ name: word, email: word, phone: word, mobile: word, description: word },
  company_id: z.number().nullish(),
});
const Agent = z.object({ id: z.number(), contact: Contact.partial() });
const Group = z.object({ id: z.number(), name: z.string() });
const File = z.object({
  name: z.string(),
  content_type: word,
  /** Signed, and good for a short while. */
  attachment_url: z.string(),
});
const Ticket = z.object({
  id: z.number(),
  subject: word,
  status: z.number(),
  priority: z.number(),
  source: z.number().nullish(),
  group_id: z.number().nullish(),
  requester_id: z.number(),
  responder_id: z.number().nullish(),
  spam: z.boolean().default(false),
  deleted: z.boolean().default(false),
  created_at: Time,
  updated_at: Time,
});
const Whole = Ticket.extend({
  description: word,
  tags: z.array(z.string()).default([]),
  to_emails: z.array(z.string()).nullish(),
  attachments: z.array(File).default([]),
});
const Conversation = z.object({
  id: z.number(),
  body: word,
  private: z.boolean(),
  incoming: z.boolean().default(false),
  source: z.number().nullish(),
  user_id: z.number().nullish(),
  to_emails: z.array(z.string()).nullish(),
  created_at: Time,
  attachments: z.array(File).default([]),
});
/** What leads on, also behind one that says nothing else that can be understood. */
const Mark = Ticket.pick({ id: true, updated_at: true });
/** Tickets by the time of their last change: who is changed meanwhile comes once more, and nobody is passed over. */
const Place = z.object({ since: z.string(), page: z.number(), seen: z.array(z.number()) });

const PAGE = 100;
/** Without a time it tells of the last month alone. */
const ALWAYS = '2000-01-01T00:00:00Z';
const sources: Record<number, PastArticle['type']> = { 1: 'email', 2: 'web', 3: 'phone', 9: 'web', 10: 'email' };
/** Replies; everything else that is said in a ticket is a note. */
const REPLY = 0;

/** What a Freshdesk has, by its API v2. States and priorities are numbers there. */
export class FreshdeskPast implements PastReader {
  private readonly wire: JsonWire;
  private call: PeerCall | undefined;
  private readonly companies: OnceEach<number, z.output<typeof Company>>;
  private readonly contacts: OnceEach<number, z.output<typeof Contact>>;
  private readonly agents: OnceEach<number, z.output<typeof Agent>>;
  private readonly groups: OnceEach<'all', Map<number, string>>;

  constructor(
    safe: Fetcher,
    private readonly from: ImportSettings,
    secret: string,
  ) {
    const shown = from.signIn === 'password' ? `${from.account}:${secret}` : `${secret}:X`;
    const authorization = `Basic ${Buffer.from(shown).toString('base64')}`;
    this.wire = new JsonWire(safe, `${from.address}/api/v2`, { authorization });
    this.companies = new OnceEach((id) => this.oneOrNull(`/companies/${id}`, Company));
    this.contacts = new OnceEach((id) => this.oneOrNull(`/contacts/${id}`, Contact));
    this.agents = new OnceEach((id) => this.oneOrNull(`/agents/${id}`, Agent));
    this.groups = new OnceEach(async () => new Map((await this.allGroups()).map(({ id, name }) => [id, name])));
  }

  async check(call: PeerCall) {
    this.call = call;
    const { contact } = await this.one('/agents/me', Agent);
    const groups = (await this.allGroups()).map(({ name }) => name);
    return { product: 'Freshdesk', version: 'v2', account: contact.email ?? '', groups };
  }

  organizations(cursor: string | null, call: PeerCall): Promise<Part<PastRow>> {
    this.call = call;
    return this.page('/companies', cursor, Company, async ({ id, name, domains, note }) => ({
      remote: `${id}`,
      // One here; the others are theirs all the same, and mail decides by the first.
      cells: { name, domain: domains?.[0] ?? '', note: note ?? '' },
    }));
  }

  /** Contacts, then agents. Who may do what there is not brought: everybody begins as a customer. */
  async people(cursor: string | null, call: PeerCall): Promise<Part<PastRow>> {
    this.call = call;
    const [path = '/contacts', page = '1'] = cursor?.split(' ') ?? [];
    if (path === '/contacts') {
      const { next, ...part } = await this.page(path, page, Contact, (contact) => this.rowOf(contact));
      return { ...part, next: next === null ? '/agents 1' : `${path} ${next}` };
    }
    const { next, ...part } = await this.page(path, page, Agent, ({ id, contact }) =>
      this.rowOf({ ...contact, id, company_id: null }),
    );
    return { ...part, next: next && `${path} ${next}` };
  }

  async tickets(cursor: string | null, call: PeerCall): Promise<Part<PastTicket>> {
    this.call = call;
    const { since, page, seen } =
      cursor === null ? { since: ALWAYS, page: 1, seen: [] } : Place.parse(JSON.parse(cursor));
    const order = { updated_since: since, order_by: 'updated_at', order_type: 'asc', per_page: PAGE, page };
    const { body } = await this.wire.get('/tickets', order, call);
    const { rows, whole, ...left } = readRows(Ticket, body, `tickets since ${since}, page ${page}`);
    const unread = left.unread.filter(({ remote }) => !seen.some((id) => remote === `${id}`));
    const names = (await this.groups.get('all')) ?? new Map<number, string>();
    const items = rows
      .filter(({ id }) => !seen.includes(id))
      .map((ticket) => ({
        ...{ id: `${ticket.id}`, number: `${ticket.id}`, url: `${this.from.address}/a/tickets/${ticket.id}` },
        people: { customer: ticket.requester_id, owner: ticket.responder_id ?? null },
        title: ticket.subject ?? '',
        group: names.get(ticket.group_id ?? 0) ?? '-',
        ...{ state: `${ticket.status}`, priority: `${ticket.priority}` },
        ...{ createdAt: instant(ticket.created_at), changedAt: instant(ticket.updated_at) },
        leftOut: ticket.spam ? 'It is spam.' : ticket.deleted ? 'It was deleted.' : null,
      }));
    if (whole.length < PAGE) return { items, unread, next: null };
    const marks = whole.flatMap((row) => readOne(Mark, row) ?? []);
    const last = marks.at(-1)?.updated_at ?? since;
    // All of one second, or nobody knows of when: only pages lead on.
    const stands = Date.parse(last) === Date.parse(marks[0]?.updated_at ?? since);
    const before = marks.filter(({ updated_at: at }) => at === last).map(({ id }) => id);
    const place = stands ? { since, page: page + 1, seen } : { since: last, page: 1, seen: before };
    return { items, unread, next: JSON.stringify(place) };
  }

  async thread({ id, people }: PastTicket, call: PeerCall): Promise<PastThread> {
    this.call = call;
    const ticket = await this.one(`/tickets/${id}`, Whole);
    const customer = await this.person(people.customer);
    const first: PastArticle = {
      ...{ id: `description of ${id}`, type: sources[ticket.source ?? 2] ?? 'web', sender: 'Customer' },
      ...{ author: customer ?? { name: '-', email: null }, to: ticket.to_emails?.join(', ') || null },
      ...{ subject: ticket.subject ?? null, internal: false, contentType: 'text/html', body: ticket.description ?? '' },
      ...{ createdAt: instant(ticket.created_at), files: filesOf(ticket.attachments) },
    };
    const articles = [first];
    const unread: Unread[] = [];
    for (let page = 1, more = true; more; page++) {
      const { body } = await this.wire.get(`/tickets/${id}/conversations`, { page, per_page: PAGE }, call);
      const said = readRows(Conversation, body, `messages of ticket ${id}, page ${page}`);
      for (const one of said.rows) articles.push(await this.article(one, people.customer));
      unread.push(...said.unread);
      more = said.whole.length === PAGE;
    }
    articles.sort((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
    const owner = people.owner === null ? null : await this.person(people.owner);
    return { customer, owner: owner?.email ?? null, tags: ticket.tags, articles, unread };
  }

  async file(address: string, sink: FileSink, call: PeerCall): Promise<void> {
    await this.wire.file(address, sink, call);
  }

  private async article(said: z.output<typeof Conversation>, customer: number): Promise<PastArticle> {
    const isTheirs = said.incoming || said.user_id === customer;
    return {
      id: `${said.id}`,
      type: said.source === REPLY ? 'email' : 'note',
      sender: isTheirs ? 'Customer' : 'Agent',
      author: (said.user_id && (await this.person(said.user_id))) || { name: '-', email: null },
      ...{ to: said.to_emails?.join(', ') || null, subject: null, internal: said.private, contentType: 'text/html' },
      ...{ body: said.body ?? '', createdAt: instant(said.created_at), files: filesOf(said.attachments) },
    };
  }

  /** Agents and contacts have numbers of one kind. */
  private async person(id: number): Promise<PastPerson | null> {
    const found = (await this.contacts.get(id)) ?? (await this.agents.get(id))?.contact;
    if (!found) return null;
    const email = addressOf(found.email);
    return { name: nameOf(found.name, email ?? ''), email };
  }

  private async rowOf(contact: z.output<typeof Contact>): Promise<PastRow> {
    const { id, name, email, phone, mobile, description, company_id: companyId } = contact;
    const company = companyId ? await this.companies.get(companyId) : null;
    const [lastname = '', ...first] = (name ?? '').trim().split(/\s+/).reverse();
    return {
      remote: `${id}`,
      cells: {
        ...{
          firstname: first.reverse().join(' '),
          lastname,
          email: email ?? '',
          phone: phone ?? '',
          mobile: mobile ?? '',
        },
        ...{ note: description ?? '', organization: company?.name ?? '' },
        // Who is known by a number alone has to be found again.
        ...(!email && { login: `freshdesk-${id}` }),
      },
    };
  }

  private async page<S extends z.ZodType, T>(
    path: string,
    cursor: string | null,
    schema: S,
    make: (row: z.output<S>) => Promise<T>,
  ): Promise<Part<T>> {
    const page = Number(cursor ?? 1);
    const { body } = await this.wire.get(path, { page, per_page: PAGE }, this.call as PeerCall);
    const { rows, unread, whole } = readRows(schema, body, `${path.slice(1)}, page ${page}`);
    const items: T[] = [];
    for (const row of rows) items.push(await make(row));
    return { items, unread, next: whole.length < PAGE ? null : String(page + 1) };
  }

  private async allGroups(): Promise<z.output<typeof Group>[]> {
    const all: z.output<typeof Group>[] = [];
    for (let page = 1, more = true; more; page++) {
      const { body } = await this.wire.get('/groups', { page, per_page: PAGE }, this.call as PeerCall);
      const groups = readRows(Group, body, `groups, page ${page}`);
      all.push(...groups.rows);
      more = groups.whole.length === PAGE;
    }
    return all;
  }

  private async oneOrNull<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S> | null> {
    return readOne(schema, (await this.wire.get(path, {}, this.call as PeerCall)).body);
  }

  private async one<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
    return readAs(schema, (await this.wire.get(path, {}, this.call as PeerCall)).body);
  }
}

function filesOf(files: readonly z.output<typeof File>[]): PastArticle['files'] {
  return files.map(({ name, content_type: type, attachment_url: id }) => ({
    ...{ id, filename: name, mediaType: type ?? 'application/octet-stream' },
  }));
}

const instant = (time: string) => new Date(time).toISOString();
const Address = z.email().max(254);

function addressOf(email: string | null | undefined): string | null {
  const address = Address.safeParse(email?.trim().toLowerCase());
  return address.success ? address.data : null;
}
