import { request as call, createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Stands between a desk and a helpdesk, passes on, and fails as lines and servers do. */
export class Between {
  node = '';
  /** What becomes of the next calls that match; the first that fits is used up. */
  readonly troubles: { method: string; path: RegExp; what: 'lose' | 'drop' | 'throttle' | 'down' }[] = [];
  /** Nothing is answered. */
  down = false;
  readonly calls: { method: string; path: string; body: string }[] = [];
  private server!: Server;

  constructor(private readonly to: () => string) {}

  async start(): Promise<this> {
    this.server = createServer((request, response) => {
      void (async () => {
        const { method = '', url = '' } = request;
        const body = await buffer(request);
        this.calls.push({ method, path: url, body: body.toString() });
        const at = this.troubles.findIndex((one) => one.method === method && one.path.test(url));
        const what = at < 0 ? undefined : this.troubles.splice(at, 1)[0]?.what;
        if (this.down || what === 'drop') return request.socket.destroy();
        if (what === 'throttle') return response.writeHead(429, { 'retry-after': '1' }).end('{"message":"Slow down"}');
        if (what === 'down')
          return response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
        const answer = await passOn(this.to(), request, body);
        // Done there, and nobody hears of it.
        if (what === 'lose') return request.socket.destroy();
        response.writeHead(answer.status, answer.headers).end(answer.body);
      })().catch(() => request.socket.destroy());
    });
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.node = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function passOn(to: string, { method, url, headers }: IncomingMessage, body: Buffer) {
  const { host: _, connection: __, 'transfer-encoding': ___, ...rest } = headers;
  return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((done, fail) => {
    const onward = call(`${to}${url}`, { method, headers: { ...rest, 'content-length': body.length } }, (answer) => {
      const { 'transfer-encoding': ____, ...kept } = answer.headers;
      buffer(answer).then((text) => done({ status: answer.statusCode ?? 502, headers: kept, body: text }), fail);
    });
    onward.on('error', fail).end(body);
  });
}
