import autocannon from 'autocannon';

export interface Load {
  url: string;
  headers: Record<string, string>;
  connections: number;
  seconds: number;
  /** Made anew for every request. */
  next(): { method: 'GET' | 'POST'; path: string; body?: string };
}

export interface Outcome {
  requests: number;
  perSecond: number;
  p50: number;
  p99: number;
  failures: number;
}

/** Drives a server as fast as the given number of connections allows, and counts every answer that is not 2xx. */
export async function httpLoad({ url, headers, connections, seconds, next }: Load): Promise<Outcome> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    headers: { 'content-type': 'application/json', ...headers },
    requests: [{ setupRequest: (request) => ({ ...request, ...next() }) }],
  });
  return {
    requests: result['2xx'],
    perSecond: Math.round(result['2xx'] / result.duration),
    p50: result.latency.p50,
    p99: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
