import { httpLoad } from './http-load.ts';

/** What requests cost the gateway, all rounds together. */
export interface AuthCost {
  requests: number;
  failures: number;
  cpuMs: number;
}

export interface AuthMeasured {
  anonymous: AuthCost;
  session: AuthCost;
  /** The same code without a server: CPU ms of a call on average, and the time of the slowest in a hundred calls, ms. */
  alone: { cpuMs: number; p99Ms: number };
}

interface Question {
  url: string;
  email: string;
  password: string;
  connections: number;
  seconds: number;
  /** CPU ms that the gateway has used so far. */
  cpuMs: () => number;
}

/**
 * What authentication on a warm path adds to a request: the same route, which asks no service, without a cookie and
 * with one that the gateway remembers. Beside it the same code alone, for the spread that a sum cannot show.
 */
export async function authLoad({ url, email, password, connections, seconds, cpuMs }: Question): Promise<AuthMeasured> {
  const signedIn = await fetch(`${url}/api/v1/signin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: email, password }),
  });
  const [cookie = ''] = signedIn.headers.getSetCookie().map((one) => one.split(';')[0] ?? '');
  if (signedIn.status !== 201 || cookie === '') throw new Error(`no session: ${signedIn.status}`);
  const next = () => ({ method: 'GET' as const, path: '/api/v1/signshow' });
  const ways = { anonymous: {}, session: { cookie } };
  const spent = { anonymous: { requests: 0, failures: 0, ms: 0 }, session: { requests: 0, failures: 0, ms: 0 } };
  // In turns, because a machine is not the same from one second to the next; the first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const way of ['anonymous', 'session'] as const) {
      const before = cpuMs();
      const load = { url, headers: ways[way], connections, seconds: Math.max(1, seconds / ROUNDS), next };
      const { requests, failures } = await httpLoad(load);
      if (round === 0) continue;
      spent[way].requests += requests;
      spent[way].failures += failures;
      spent[way].ms += cpuMs() - before;
    }
  }
  const cost = ({ requests, failures, ms }: typeof spent.session) => {
    return { requests, failures, cpuMs: ms / Math.max(1, requests) };
  };
  return { anonymous: cost(spent.anonymous), session: cost(spent.session), alone: await identifyAlone() };
}

const ROUNDS = 5;
const CALLS = 50_000;

/** The gateway's own class, as it was built, with a credential that it remembers. */
async function identifyAlone(): Promise<AuthMeasured['alone']> {
  const built = new URL('../../services/gateway/dist/application/authenticator.js', import.meta.url);
  const { Authenticator } = (await import(built.href)) as { Authenticator: new (parts: object) => Identifier };
  const answer = { actor: { kind: 'user', userId: 3 }, csrfToken: null, maxAgeMs: 30_000 };
  const authenticator = new Authenticator({
    rpc: { call: async () => answer },
    signer: { service: () => '', for: () => '' },
    attempts: {},
    clock: { now: () => Date.now() },
  });
  const credential = { scheme: 'token', token: `hm_1_${'0'.repeat(72)}` };
  const call = () => authenticator.identify({ credential, onBehalfOf: undefined, ip: '192.0.2.1' });
  for (let i = 0; i < CALLS; i++) await call();
  const before = process.cpuUsage();
  for (let i = 0; i < CALLS; i++) await call();
  const { user, system } = process.cpuUsage(before);
  const times: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  return { cpuMs: (user + system) / 1000 / CALLS, p99Ms: times[Math.floor(CALLS * 0.99)] ?? 0 };
}

interface Identifier {
  identify(asking: object): Promise<unknown>;
}
