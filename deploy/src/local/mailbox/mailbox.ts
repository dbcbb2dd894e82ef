import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { SMTPServer } from 'smtp-server';
import { listPage, listRows, mailPage } from './page.ts';
import { MailStore, type Summary } from './store.ts';

export interface MailboxOptions {
  /** Where the mails are kept. */
  folder: string;
  /** Web page and REST; 0 or left out: any free port. */
  httpPort?: number;
  smtpPort?: number;
  /** The oldest mails go beyond this number. */
  limit?: number;
}

export interface Mailbox {
  readonly url: string;
  readonly httpPort: number;
  readonly smtpPort: number;
  stop(): Promise<void>;
}

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The mailbox of a local run: takes every mail over SMTP, delivers none, and shows them on a page and over the part
 * of Mailpit's REST API that scripts use. Loopback only: it holds password links.
 */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const store = new MailStore(options.folder, options.limit);
  const smtp = await startSmtp(store, options.smtpPort ?? 0);
  const web = mailboxWeb(store);
  await web.listen({ port: options.httpPort ?? 0, host: '127.0.0.1' });
  const httpPort = (web.server.address() as AddressInfo).port;
  return {
    url: `http://localhost:${httpPort}`,
    httpPort,
    smtpPort: (smtp.server.address() as AddressInfo).port,
    async stop() {
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
      await web.close();
    },
  };
}

async function startSmtp(store: MailStore, port: number): Promise<SMTPServer> {
  const smtp = new SMTPServer({
    banner: 'Helpmesh local mailbox',
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 1_000,
    size: MAX_BYTES,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'anyone' }),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
        store.add(Buffer.concat(chunks), envelope).then(
          (summary) => done(null, `kept as ${summary.ID}`),
          (error: Error) => done(Object.assign(error, { responseCode: 452 })),
        );
      });
    },
  });
  smtp.on('error', () => undefined); // a client that hangs up
  smtp.listen(port, '127.0.0.1');
  await once(smtp.server, 'listening');
  return smtp;
}

function mailboxWeb(store: MailStore): FastifyInstance {
  const web = Fastify({ forceCloseConnections: true });

  // A page of another site that points its name at 127.0.0.1 must not read password links.
  web.addHook('onRequest', async (request, reply) => {
    if (['localhost', '127.0.0.1', '[::1]'].includes(request.hostname.replace(/:\d+$/, ''))) return;
    await reply.code(403).type('text/plain').send('The mailbox answers to localhost only.');
  });

  /** Runs `show` with the mail of the URL, or answers 404 as Mailpit does. */
  async function withMail(id: string, reply: FastifyReply, show: (mail: Summary) => unknown): Promise<unknown> {
    const mail = store.find(id);
    return mail ? show(mail) : reply.code(404).type('text/plain').send('message not found');
  }

  web.get<{ Querystring: { start?: string; limit?: string } }>('/api/v1/messages', async (request) => {
    const all = store.list();
    const start = Math.max(0, Number(request.query.start) || 0);
    const limit = Math.max(0, Number(request.query.limit ?? 50) || 0);
    const messages = all.slice(start, start + limit);
    const unread = all.filter((mail) => !mail.Read).length;
    return {
      total: all.length,
      unread,
      count: messages.length,
      messages_count: all.length,
      messages_unread: unread,
      start,
      tags: [],
      messages,
    };
  });

  web.delete<{ Body: { IDs?: string[] } | null }>('/api/v1/messages', async (request, reply) => {
    const ids = request.body?.IDs;
    store.remove(ids && ids.length > 0 ? ids : undefined);
    return reply.type('text/plain').send('ok');
  });

  type ById = { Params: { id: string; part: string } };
  web.get<ById>('/api/v1/message/:id', (request, reply) =>
    withMail(request.params.id, reply, (mail) => {
      store.markRead(mail);
      return store.detail(mail);
    }),
  );
  web.get<ById>('/api/v1/message/:id/headers', (request, reply) =>
    withMail(request.params.id, reply, (mail) => store.headers(mail)),
  );
  web.get<ById>('/api/v1/message/:id/raw', (request, reply) =>
    withMail(request.params.id, reply, async (mail) =>
      reply
        .type('text/plain; charset=utf-8')
        .header('x-content-type-options', 'nosniff')
        .send(await store.raw(mail)),
    ),
  );
  web.get<ById>('/api/v1/message/:id/part/:part', (request, reply) =>
    withMail(request.params.id, reply, async (mail) => {
      const found = await store.part(mail, request.params.part);
      if (!found) return reply.code(404).type('text/plain').send('part not found');
      const name = encodeURIComponent(found.part.FileName);
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
        .header('x-content-type-options', 'nosniff')
        .send(found.content);
    }),
  );

  const html = (reply: FastifyReply, render: (nonce: string) => string) => {
    const nonce = randomBytes(12).toString('base64');
    const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; frame-src 'self'`;
    return reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(render(nonce));
  };
  web.get('/', async (_request, reply) => html(reply, (nonce) => listPage(store.list(), nonce)));
  web.get('/rows', async (_request, reply) => reply.type('text/html; charset=utf-8').send(listRows(store.list())));
  web.get<ById>('/view/:id', (request, reply) =>
    withMail(request.params.id, reply, async (mail) => {
      store.markRead(mail);
      const detail = await store.detail(mail);
      return html(reply, (nonce) => mailPage(detail, nonce));
    }),
  );
  web.get<ById>('/view/:id/html', (request, reply) =>
    withMail(request.params.id, reply, async (mail) => {
      // The sandbox also holds when the address is opened outside the frame.
      const policy =
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
      const { HTML } = await store.detail(mail);
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', policy)
        .send(`<base target="_blank">${HTML}`);
    }),
  );
  return web;
}
