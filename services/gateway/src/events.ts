import { counter, gauge, histogram } from '@helpmesh/telemetry';

/** What the gateway counts; the only place where its happenings become metrics. */
const requests = counter({
  name: 'helpmesh_http_requests_total',
  help: 'Requests answered, by route pattern and status.',
  labels: ['method', 'route', 'status'],
});
const seconds = histogram({
  name: 'helpmesh_http_request_seconds',
  help: 'Time from the request to the end of its answer.',
  labels: ['method', 'route'],
});
const streamsClosed = counter({
  name: 'helpmesh_event_streams_closed_total',
  help: 'Live event streams closed by the gateway, by reason.',
  labels: ['why'],
});
const countQuestions = counter({
  name: 'helpmesh_live_counts_asked_total',
  help: 'Times that the numbers beside views and overviews were asked for, once for each person and burst of events.',
});
const refusals = counter({
  name: 'helpmesh_sign_in_refused_total',
  help: 'Sign-ins and credentials that were wrong or came too often.',
  labels: ['why'],
});

type Series = { inc: () => void; observe: (ms: number) => void };
const series = new Map<string, Series>();

/** Looking a label set up costs more than counting; routes and statuses are few, so each pair is looked up once. */
export function requestAnswered(method: string, route: string, status: number, elapsedMs: number): void {
  const key = `${method} ${status} ${route}`;
  let found = series.get(key);
  if (!found) {
    const count = requests.labels(method, route, String(status));
    const time = seconds.labels(method, route);
    found = { inc: () => count.inc(), observe: (ms) => time.observe(ms / 1000) };
    series.set(key, found);
  }
  found.inc();
  found.observe(elapsedMs);
}

export function streamClosed(why: string): void {
  streamsClosed.inc({ why });
}

export function signInRefused(why: string): void {
  refusals.inc({ why });
}

export function watchStreams(open: () => number): void {
  gauge({
    name: 'helpmesh_event_streams_open',
    help: 'Live event streams open now.',
    read: (metric) => metric.set(open()),
  });
}

/** The numbers of one person were asked for. */
export function countsAsked(): void {
  countQuestions.inc();
}
