import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface FaultProxy {
  readonly port: number;
  /** The same URL with host and port of the proxy. */
  through(url: string): string;
  /** Every chunk, both ways, waits this long; 0 switches it off. */
  latency(ms: number): void;
  /** Resets all open connections; new ones are served. */
  cut(): void;
  /** Resets all open connections and refuses new ones until `heal`. */
  refuse(): Promise<void>;
  /** Connections stay open and nothing passes until `heal`: a network that went silent. */
  stall(): void;
  /** Everything works again. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** A TCP proxy on loopback in front of a server, to be broken at will. */
export async function faultProxy(target: { port: number; host?: string }): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  let silence: PromiseWithResolvers<void> | undefined;
  let port = 0;
  let server: Server;

  /** One chunk at a time, so that order is kept whatever the delays are. */
  async function pump(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from) {
        if (delayMs > 0) await pause(delayMs);
        await silence?.promise;
        if (!to.write(chunk as Buffer)) await once(to, 'drain');
      }
      to.end();
    } catch {
      to.destroy(); // a cut on one side is a cut on the other
    }
  }

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  }

  async function listen(): Promise<void> {
    server = createServer((client) => {
      const upstream = connect({ port: target.port, host: target.host ?? '127.0.0.1' });
      keep(client);
      keep(upstream);
      client.once('close', () => upstream.destroy());
      upstream.once('close', () => client.destroy());
      void pump(client, upstream);
      void pump(upstream, client);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  }

  function cut(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  async function refuse(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    cut();
    await closed;
  }

  await listen();
  return {
    port,
    through(url) {
      const changed = new URL(url);
      changed.hostname = '127.0.0.1';
      changed.port = String(port);
      return changed.href;
    },
    latency(ms) {
      delayMs = ms;
    },
    cut,
    refuse,
    stall() {
      silence ??= Promise.withResolvers();
    },
    async heal() {
      delayMs = 0;
      silence?.resolve();
      silence = undefined;
      if (!server.listening) await listen();
    },
    async close() {
      silence?.resolve();
      await refuse();
    },
  };
}
