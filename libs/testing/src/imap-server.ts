import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo, Server, Socket } from 'node:net';

/** The part of hoodiecrow-imap that is used here; the package has no types. */
interface Hoodiecrow {
  server: Server;
  listen(port: number, host: string): void;
  getMailbox(path: string): { messages: HoodiecrowMessage[] };
  appendMessage(mailbox: string, flags: string[], internalDate: string | false, raw: string): void;
}

interface HoodiecrowMessage {
  uid: number;
  flags: string[];
  raw: string;
}

export interface ImapMessage {
  uid: number;
  flags: string[];
  raw: Buffer;
}

export interface ImapServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Puts a mail into a mailbox; clients in IDLE are told. */
  append(raw: Buffer | string, options?: { mailbox?: string; flags?: string[] }): void;
  messages(mailbox?: string): ImapMessage[];
  /** Resets all client connections. */
  cut(): void;
  close(): Promise<void>;
}

/**
 * An IMAP server in this process (hoodiecrow-imap): mailboxes INBOX, Archive, Trash; IDLE, MOVE, UIDPLUS.
 * @param accessToken  lets in by XOAUTH2 as well
 */
export async function imapServer({ accessToken }: { accessToken?: string } = {}): Promise<ImapServer> {
  const hoodiecrow = createRequire(import.meta.url)('hoodiecrow-imap') as (options: object) => Hoodiecrow;
  const user = 'testuser';
  const password = 'testpass';
  const folder = { 'special-use': [], messages: [] };
  const imap = hoodiecrow({
    plugins: [
      'ID',
      'SASL-IR',
      'AUTH-PLAIN',
      'NAMESPACE',
      'IDLE',
      'ENABLE',
      'LITERALPLUS',
      'UNSELECT',
      'UIDPLUS',
      'MOVE',
      ...(accessToken === undefined ? [] : ['XOAUTH2']),
    ],
    users: { [user]: { password, ...(accessToken !== undefined && { xoauth2: { accessToken } }) } },
    storage: {
      INBOX: { messages: [] },
      '': { separator: '/', folders: { Archive: { ...folder }, Trash: { ...folder } } },
    },
  });
  const sockets = new Set<Socket>();
  imap.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  imap.listen(0, '127.0.0.1');
  await once(imap.server, 'listening');

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (imap.server.address() as AddressInfo).port,
    user,
    password,
    append(raw, { mailbox = 'INBOX', flags = [] } = {}) {
      // It writes strings to the wire byte by byte: one character per byte.
      imap.appendMessage(mailbox, flags, false, Buffer.from(raw).toString('latin1'));
    },
    messages(mailbox = 'INBOX') {
      const { messages } = imap.getMailbox(mailbox);
      return messages.map(({ uid, flags, raw }) => ({ uid, flags: [...flags], raw: Buffer.from(raw, 'latin1') }));
    },
    cut,
    async close() {
      const closed = once(imap.server, 'close');
      imap.server.close();
      cut();
      await closed;
    },
  };
}
