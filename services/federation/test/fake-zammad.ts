import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Article {
  id: number;
  ticket_id: number;
  subject: string | null;
  from: string;
  body: string;
  content_type: string;
  type: string;
  sender: string;
  internal: boolean;
  created_by_id: number;
  created_by: string;
  created_at: string;
}

interface Ticket {
  id: number;
  number: string;
  title: string;
  group: string;
  state: string;
  priority: string;
  owner: string;
  customer_id: number;
  created_at: string;
  updated_at: string;
  tags: string[];
}

/** As much of Zammad's REST API as its documentation tells: shapes, names with `expand`, and how it says no. */
export interface FakeZammad {
  readonly node: string;
  readonly token: string;
  readonly tickets: Ticket[];
  readonly articles: Article[];
  /** What it would have sent by mail. */
  readonly mails: Article[];
  /** Answers the next calls so: a page of a proxy, an error that comes with the status 200, or too many calls. */
  /** How often it was called. */
  readonly calls: number;
  readonly troubles: ('page' | 'error-200' | 'throttle' | 'lose')[];
  /** What an agent of the Zammad does. */
  say(ticketId: number, over?: Partial<Article>): void;
  change(ticketId: number, over: Partial<Ticket>): void;
  open(title: string, over?: Partial<Article>): number;
  close(): void;
}

const users = [
  { id: 1, login: '-', firstname: '-', lastname: '', email: '' },
  { id: 5, login: 'bridge@desk.example', firstname: 'Bridge', lastname: '', email: 'bridge@desk.example' },
  { id: 7, login: 'zora', firstname: 'Zora', lastname: 'Agent', email: 'zora@zammad.example' },
  { id: 9, login: 'ivo@customer.example', firstname: 'Ivo', lastname: 'Čapek', email: 'ivo@customer.example' },
];
const states = ['new', 'open', 'pending reminder', 'pending close', 'closed', 'merged'];
const priorities = ['1 low', '2 normal', '3 high'];

export async function fakeZammad(): Promise<FakeZammad> {
  let clock = Date.parse('2026-01-02T03:04:05.000Z');
  /** Each change at a time of its own: what is found by time must not depend on how fast a test is. */
  const now = () => {
    clock += 10_000;
    return new Date(clock).toISOString();
  };
  const tickets: Ticket[] = [];
  const articles: Article[] = [];
  const mails: Article[] = [];
  const troubles: FakeZammad['troubles'] = [];
  const token = 'the token of the bridge';

  const touch = (id: number) => {
    const ticket = tickets.find((one) => one.id === id);
    if (!ticket) throw new Refusal(404, `Couldn't find Ticket with 'id'=${id}`);
    ticket.updated_at = now();
    return ticket;
  };
  const add = (over: Partial<Article> & { ticket_id: number }): Article => {
    const article: Article = {
      ...{ id: articles.length + 1, subject: null, from: 'Zora Agent', body: '', content_type: 'text/plain' },
      ...{ type: 'note', sender: 'Agent', internal: false, created_by_id: 7, created_by: 'zora', created_at: now() },
      ...over,
    };
    articles.push(article);
    touch(article.ticket_id);
    if (article.type === 'email') mails.push(article);
    return article;
  };
  const make = (title: string, over: Partial<Ticket> = {}): Ticket => {
    const id = tickets.length + 1;
    const at = now();
    const ticket: Ticket = {
      ...{ id, number: `8${1000 + id}`, title, group: 'EOSC', state: 'new', priority: '2 normal', owner: '-' },
      ...{ customer_id: 9, created_at: at, updated_at: at, tags: [], ...over },
    };
    tickets.push(ticket);
    return ticket;
  };
  const checked = ({ state, priority, pending_time: until }: Record<string, unknown>) => {
    if (state !== undefined && !states.includes(String(state)))
      throw new Refusal(422, `No lookup value found for 'state': "${state}"`);
    if (priority !== undefined && !priorities.includes(String(priority)))
      throw new Refusal(422, `No lookup value found for 'priority': "${priority}"`);
    if (String(state).startsWith('pending') && typeof until !== 'string')
      throw new Refusal(422, "Missing required value for field 'pending_time'!");
  };
  const shown = ({ tags: _, ...ticket }: Ticket) => ticket;

  function answer(method: string, url: URL, body: Record<string, unknown>): [status: number, body: unknown] {
    const { pathname, searchParams: query } = url;
    const path = pathname.replace('/api/v1', '');
    const [, noun, id = ''] = path.split('/');
    const me = users[1];
    if (path === '/users/me') return [200, me];
    if (path === '/version') throw new Refusal(403, 'Not authorized');
    if (noun === 'users') return [200, users.find((one) => one.id === Number(id))];
    if (path === '/groups')
      return [
        200,
        [
          { id: 1, name: 'Users' },
          { id: 2, name: 'EOSC' },
        ],
      ];
    if (path === '/tickets/search') {
      const asked = query.get('query') ?? '';
      const [, group] = /^group\.name:"(.*)"$/.exec(asked) ?? [];
      const words = asked.replaceAll('"', '');
      const found = tickets.filter((one) =>
        group === undefined
          ? articles.some(
              (article) => article.ticket_id === one.id && `${article.subject} ${article.body}`.includes(words),
            )
          : one.group === group,
      );
      const size = Number(query.get('per_page'));
      const from = (Number(query.get('page')) - 1) * size;
      const sorted = found.sort((a, b) => b.updated_at.localeCompare(a.updated_at)).map(shown);
      return [200, sorted.slice(from, from + size)];
    }
    if (noun === 'tickets' && method === 'GET') {
      const ticket = tickets.find((one) => one.id === Number(id));
      if (!ticket) throw new Refusal(404, `Couldn't find Ticket with 'id'=${id}`);
      return [200, shown(ticket)];
    }
    if (path === '/tickets' && method === 'POST') {
      const { title, group, state = 'new', priority } = body as Record<string, string>;
      const { article, customer_id: customer } = body as { article: Partial<Article>; customer_id: number };
      checked(body);
      const ticket = make(String(title), {
        group: String(group),
        state,
        priority: String(priority),
        customer_id: customer,
      });
      add({
        ...article,
        ticket_id: ticket.id,
        created_by_id: 5,
        created_by: 'bridge@desk.example',
        from: 'Bridge',
      });
      return [201, shown(ticket)];
    }
    if (noun === 'tickets' && method === 'PUT') {
      checked(body);
      const { title, state, priority } = body as Record<string, string>;
      const ticket = touch(Number(id));
      Object.assign(ticket, { ...(title && { title }), ...(state && { state }), ...(priority && { priority }) });
      return [200, shown(ticket)];
    }
    if (path.startsWith('/ticket_articles/by_ticket/')) {
      return [200, articles.filter((one) => one.ticket_id === Number(path.split('/').at(-1)))];
    }
    if (path === '/ticket_articles') {
      const by = { created_by_id: 5, created_by: 'bridge@desk.example', from: 'Bridge' };
      return [201, add({ ...(body as unknown as Article), ...by })];
    }
    if (noun === 'tags') {
      const ticket = tickets.find((one) => one.id === Number(query.get('o_id') ?? body.o_id)) as Ticket;
      if (method === 'GET') return [200, { tags: ticket.tags }];
      const item = String(body.item);
      ticket.tags = id === 'add' ? [...ticket.tags, item] : ticket.tags.filter((tag) => tag !== item);
      touch(ticket.id);
      return [id === 'add' ? 201 : 200, true];
    }
    throw new Refusal(404, `No route matches [${method}] ${path}`);
  }

  let calls = 0;
  const server = createServer((request: IncomingMessage, response) => {
    calls += 1;
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://zammad');
      const body = ['POST', 'PUT', 'DELETE'].includes(request.method ?? '') ? await json(request) : {};
      const send = (status: number, value: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json', date: new Date(clock).toUTCString() });
        response.end(JSON.stringify(value));
      };
      if (request.headers.authorization !== `Token token=${token}`)
        return send(401, { error: 'Invalid BasicAuth credentials' });
      // Whatever is wrong with a line is wrong with writing; what only looks is asked again anyway.
      const trouble = request.method === 'GET' ? undefined : troubles.shift();
      if (trouble === 'page')
        return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Wartung</html>');
      if (trouble === 'error-200') return send(200, { error: 'The system is in maintenance mode.' });
      if (trouble === 'throttle')
        return response.writeHead(429, { 'retry-after': '1' }).end('{"error":"Too many requests"}');
      try {
        const [status, value] = answer(request.method ?? 'GET', url, body as Record<string, unknown>);
        if (trouble === 'lose') return request.socket.destroy();
        send(status, value);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        send(error.status, { error: error.message, error_human: error.message });
      }
    })().catch(() => request.socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    node: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ token, tickets, articles, mails, troubles },
    get calls() {
      return calls;
    },
    say: (ticketId, over) => void add({ ticket_id: ticketId, ...over }),
    change: (ticketId, over) => void Object.assign(touch(ticketId), over),
    open(title, over) {
      const { id } = make(title);
      add({ ticket_id: id, sender: 'Customer', from: 'Ivo Čapek <ivo@customer.example>', created_by_id: 9, ...over });
      return id;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
