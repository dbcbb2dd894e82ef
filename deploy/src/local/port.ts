import { createServer } from 'node:net';
import { CannotStart } from './proc.ts';

/** Ports from here on are ephemeral on Linux: any client may hold one for a moment. */
const EPHEMERAL = 32_768;

/** True when we could listen there now. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The first free port from `from` upwards, staying below the ephemeral range. */
export async function freePortFrom(from: number, host = '127.0.0.1'): Promise<number> {
  for (let port = from; port < Math.min(from + 500, EPHEMERAL); port++) {
    if (await isFree(port, host)) return port;
  }
  throw new CannotStart(`There is no free port between ${from} and ${Math.min(from + 500, EPHEMERAL)}.`);
}

/**
 * A free port at a random place that no other caller on this machine gets while this process lives: what is
 * to listen there starts seconds later, and test runs side by side must not be given the same one meanwhile.
 */
export async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = 17_000 + Math.floor(Math.random() * (EPHEMERAL - 17_000));
    if ((await claim(port)) && (await isFree(port))) return port;
  }
}

/** Where a server is to listen: just there, there or above, or anywhere. */
export async function choosePort({ port, exactPort }: { port?: number; exactPort?: boolean }): Promise<number> {
  if (port === undefined) return anyFreePort();
  return exactPort ? port : freePortFrom(port);
}

/** Marks the port as ours by a name in Linux' abstract namespace, which vanishes with the process. */
function claim(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const mark = createServer();
    mark.once('error', () => resolve(false));
    mark.listen(`\0helpmesh-port-${port}`, () => resolve(true)).unref();
  });
}

/** Refuses with a sentence that names the variable which moves the port. */
export async function requireFree(port: number, what: string, variable: string, host = '127.0.0.1'): Promise<void> {
  if (await isFree(port, host)) return;
  throw new CannotStart(
    `Port ${port} (${what}) is in use by another program; stop that program or set ${variable} to a free port.`,
  );
}
