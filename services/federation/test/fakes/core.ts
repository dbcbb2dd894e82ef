import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export const people = {
  bridge: { id: 5, login: 'bridge', name: 'Bridge', email: 'bridge@desk.example' },
  nora: { id: 7, login: 'nora', name: 'Nora Agent', email: 'nora@there.example' },
  ivo: { id: 9, login: 'ivo', name: 'Ivo Čapek', email: 'ivo@customer.example' },
} as const;
export type Who = keyof typeof people;

export interface FakeFile {
  id: number;
  filename: string;
  mediaType: string;
  bytes: Buffer;
}
type NewFakeFile = Omit<FakeFile, 'id'>;

export interface FakeEntry {
  id: number;
  who: Who;
  body: string;
  internal: boolean;
  at: number;
  files: FakeFile[];
}

export interface FakeTicket {
  id: number;
  title: string;
  queue: string;
  state: string;
  priority: string;
  owner: Who | null;
  requester: Who;
  labels: string[];
  text: string;
  at: number;
  changedAt: number;
  entries: FakeEntry[];
  /** Of its text. */
  files: FakeFile[];
  /** What only one software has. */
  extra: Record<string, string>;
}

export interface FakeCall {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
  /** Of a form with files: its values, and the files. */
  values: [name: string, value: string][];
  files: (NewFakeFile & { field: string })[];
}

export interface FakeAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** A text and bytes are sent as they are, anything else as JSON. */
  body: unknown;
}

/** What becomes of the next call that writes. */
export type Trouble = 'refuse' | 'throttle' | 'lose' | 'page' | 'down';

/** How a software speaks. */
export interface Dialect {
  /** Where tickets lie that nobody said otherwise of, and what a new one is. */
  queue: string;
  state: string;
  priority: string;
  answer(call: FakeCall, desk: FakeDesk): FakeAnswer;
  /** How it says no to what it does not like. */
  refusal: FakeAnswer;
  writes(call: FakeCall): boolean;
}

/** A helpdesk with tickets and comments, in whose own words a dialect speaks. */
export class FakeDesk {
  node = '';
  readonly secret = 'the secret of the bridge';
  readonly tickets: FakeTicket[] = [];
  readonly troubles: Trouble[] = [];
  /** How often it was called, and what was written so. */
  calls = 0;
  writes = 0;
  /** What somebody there does just before a call is answered. */
  before: ((call: FakeCall) => void) | undefined;
  /** Makes something else of what it answers. */
  garble: ((body: unknown) => unknown) | undefined;
  /** Sessions and tokens that were given. */
  readonly sessions = new Set<string>();
  private readonly faults: unknown[] = [];
  /** Sent, and not yet part of anything. */
  readonly uploads: FakeFile[] = [];
  private nextEntry = 1;
  private nextFile = 1;
  private time = Date.parse('2026-01-02T03:04:05.000Z');
  private readonly server;

  constructor(private readonly dialect: Dialect) {
    this.server = createServer((request, response) => {
      void (async () => {
        const url = new URL(request.url ?? '/', 'http://fake');
        const call = await callOf(request, url);
        this.calls += 1;
        this.before?.(call);
        const send = ({ status = 200, headers = {}, body }: FakeAnswer) => {
          if (Buffer.isBuffer(body)) return response.writeHead(status, headers).end(body);
          const type = typeof body === 'string' && body.startsWith('<') ? 'text/xml' : 'application/json';
          response.writeHead(status, { 'content-type': type, date: new Date(this.time).toUTCString(), ...headers });
          response.end(typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body));
        };
        const writes = dialect.writes(call);
        const trouble = writes ? this.troubles.shift() : undefined;
        if (trouble === 'page') return send({ headers: { 'content-type': 'text/html' }, body: '<html>Wartung</html>' });
        if (trouble === 'down') return send({ status: 502, body: '<h1>Bad Gateway</h1>' });
        if (trouble === 'throttle') return send({ status: 429, headers: { 'retry-after': '1' }, body: '' });
        if (trouble === 'refuse') return send(dialect.refusal);
        const answer = dialect.answer(call, this);
        if (writes) this.writes += 1;
        if (trouble === 'lose') return request.socket.destroy();
        send(this.garble ? { ...answer, body: this.garble(answer.body) } : answer);
      })().catch((error: unknown) => {
        this.faults.push(error);
        request.socket.destroy();
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.node = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  /** @throws what it could not answer at all: a call that the software does not have, or must not get */
  close(): void {
    this.server.closeAllConnections();
    this.server.close();
    if (this.faults.length > 0) throw this.faults[0];
  }

  /** Each change has a time of its own: what is found by time must not depend on how fast a test is. */
  now(): number {
    this.time += 10_000;
    return this.time;
  }

  open(title: string, over: Partial<FakeTicket> = {}): FakeTicket {
    const at = this.now();
    const ticket: FakeTicket = {
      ...{ id: this.tickets.length + 1, title, queue: this.dialect.queue, state: this.dialect.state, owner: null },
      ...{ priority: this.dialect.priority, requester: 'ivo', labels: [], text: '', at, changedAt: at, entries: [] },
      files: [],
      ...{ extra: {}, ...over },
    };
    this.tickets.push(ticket);
    return ticket;
  }

  say(
    id: number,
    body: string,
    {
      who = 'nora',
      internal = false,
      files = [],
    }: { who?: Who; internal?: boolean; files?: readonly (NewFakeFile | FakeFile)[] } = {},
  ): FakeEntry {
    const ticket = this.change(id, {});
    const kept = files.map((file) => this.keep(file));
    const entry: FakeEntry = { id: this.nextEntry++, who, body, internal, at: ticket.changedAt, files: kept };
    ticket.entries.push(entry);
    return entry;
  }

  keep(file: NewFakeFile | FakeFile): FakeFile {
    return 'id' in file ? file : { ...file, id: this.nextFile++ };
  }

  /** Any that it has, by its number. */
  file(id: number): FakeFile | undefined {
    const all = this.tickets.flatMap((one) => [...one.files, ...one.entries.flatMap(({ files }) => files)]);
    return [...all, ...this.uploads].find((one) => one.id === id);
  }

  change(id: number, over: Partial<FakeTicket>): FakeTicket {
    const ticket = this.find(id) as FakeTicket;
    return Object.assign(ticket, over, { changedAt: this.now() });
  }

  find(id: number): FakeTicket | undefined {
    return this.tickets.find((one) => one.id === id);
  }

  newest(): FakeTicket[] {
    return [...this.tickets].sort((one, other) => other.changedAt - one.changedAt);
  }
}

async function callOf(request: IncomingMessage, url: URL): Promise<FakeCall> {
  const bytes = await buffer(request);
  const call: FakeCall = {
    ...{ method: request.method ?? 'GET', url, headers: request.headers, body: bytes.toString() },
    ...{ values: [], files: [] },
  };
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return call;
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
  for (const [field, value] of form) {
    if (typeof value === 'string') call.values.push([field, value]);
    else {
      const { name: filename, type: mediaType } = value;
      call.files.push({ field, filename, mediaType, bytes: Buffer.from(await value.arrayBuffer()) });
    }
  }
  return call;
}

/** As much of a list as software gives at once. */
export function paged<T>(list: readonly T[], page: number, size: number, most = 100): T[] {
  const length = Math.min(size, most);
  return list.slice((page - 1) * length, page * length);
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}

/** `2026-01-02 03:04:05` */
export function plainTime(time: number): string {
  return iso(time).slice(0, 19).replace('T', ' ');
}
