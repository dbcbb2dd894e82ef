import { request as call, createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** The line to a helpdesk, at an address of its own: it passes on, and fails as lines do. */
export class MeshLine {
  /** What the helpdesk behind it is known as. */
  node = '';
  /** Of calls, each below 1: how many come twice, and whose answers are lost. */
  trouble = { twice: 0, lose: 0 };
  cut = false;
  passed = 0;
  doubled = 0;
  /** Where it leads. */
  to = '';
  private server!: Server;

  async start(): Promise<this> {
    this.server = createServer((request, response) => {
      void (async () => {
        const body = await buffer(request);
        if (this.cut) return request.socket.destroy();
        this.passed += 1;
        const answer = await passOn(this.to, request, body);
        if (Math.random() < this.trouble.twice) {
          this.doubled += 1;
          await passOn(this.to, request, body);
        }
        if (this.cut || Math.random() < this.trouble.lose) return request.socket.destroy();
        response.writeHead(answer.status, answer.headers).end(answer.body);
      })().catch(() => request.socket.destroy());
    });
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.node = `http://localhost:${(this.server.address() as AddressInfo).port}`;
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
    const length = body.length > 0 ? { 'content-length': body.length } : {};
    const onward = call(`${to}${url}`, { method, headers: { ...rest, ...length } }, (answer) => {
      const { 'transfer-encoding': ____, connection: _____, ...kept } = answer.headers;
      buffer(answer).then((text) => done({ status: answer.statusCode ?? 502, headers: kept, body: text }), fail);
    });
    onward.on('error', fail).end(body);
  });
}
