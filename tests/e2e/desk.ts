import { waitFor } from '@helpmesh/testing';
import { type ParsedMail, simpleParser } from 'mailparser';

/** JSON as the REST API answers it; tests look at the fields they mean. */
// biome-ignore lint/suspicious/noExplicitAny: the shape under test is the point of the test
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

export type Credential =
  | { basic: [login: string, password: string] }
  | { token: string }
  | { cookie: string; csrf: string };

/** A client of the REST API as a script would write it: no knowledge of the services behind it. */
export class Desk {
  constructor(
    readonly url: string,
    private readonly credential?: Credential,
  ) {}

  as(credential: Credential | undefined): Desk {
    return new Desk(this.url, credential);
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      // Says who did not answer, instead of a test that hangs.
      signal: AbortSignal.timeout(60_000),
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.authorization,
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: json && text ? JSON.parse(text) : text };
  }

  /** @throws Error with status and body when the answer is not the one a caller can go on with */
  async #expect(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  get = (path: string) => this.#expect('GET', path);
  post = (path: string, body: unknown) => this.#expect('POST', path, body);
  put = (path: string, body: unknown) => this.#expect('PUT', path, body);

  /** The ticket whose title contains `words`, once it is there. */
  ticketTitled(words: string, timeoutMs = 15_000): Promise<Json> {
    return waitFor(
      async () => {
        const { tickets } = await this.get('/api/v1/ticket_list?view=all&limit=200&sort=created_at');
        return tickets.find((ticket: Json) => ticket.title.includes(words));
      },
      { what: `a ticket titled "${words}"`, timeoutMs },
    );
  }

  articlesOf(ticketId: number): Promise<Json[]> {
    return this.get(`/api/v1/ticket_articles/by_ticket/${ticketId}`);
  }

  /** The headers that say who asks. */
  get authorization(): Record<string, string> {
    if (!this.credential) return {};
    if ('basic' in this.credential) {
      return { authorization: `Basic ${Buffer.from(this.credential.basic.join(':')).toString('base64')}` };
    }
    if ('token' in this.credential) return { authorization: `Token token=${this.credential.token}` };
    return { cookie: this.credential.cookie, 'x-csrf-token': this.credential.csrf };
  }
}

/** The mailbox in which every outgoing mail of a local run lands, read through its REST API. */
export class Mailbox {
  constructor(readonly url: string) {}

  /** Every mail, newest first. */
  async all(): Promise<Json[]> {
    const found: Json[] = [];
    for (;;) {
      const page: Json = await (await fetch(`${this.url}/api/v1/messages?limit=1000&start=${found.length}`)).json();
      if (page.messages.length === 0) return found;
      found.push(...page.messages);
    }
  }

  async to(address: string): Promise<Json[]> {
    return (await this.all()).filter((mail) => mail.To.some((to: Json) => to.Address.toLowerCase() === address));
  }

  /** The mail to `address` that fits, as it went over the wire. */
  async mail(address: string, fits: (mail: Json) => boolean = () => true, what = 'a mail'): Promise<ParsedMail> {
    const found = await waitFor(async () => (await this.to(address)).find(fits), {
      what: `${what} to ${address}`,
      timeoutMs: 20_000,
    });
    const raw = await (await fetch(`${this.url}/api/v1/message/${found.ID}/raw`)).text();
    return simpleParser(raw);
  }
}

/** The link in a mail, as the person would follow it. */
export function linkIn(mail: ParsedMail, path: string): URL {
  const match = new RegExp(`https?://[^\\s"<>]+${path}\\?[^\\s"<>]+`).exec(mail.text ?? '');
  if (!match) throw new Error(`no link to ${path} in: ${mail.text}`);
  return new URL(match[0]);
}
