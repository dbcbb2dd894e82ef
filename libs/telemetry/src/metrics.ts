import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client';

export interface MetricOptions<L extends string> {
  name: string;
  /** One sentence; it is what an operator reads beside the name. */
  help: string;
  labels?: readonly L[];
}

const NAME = /^helpmesh_[a-z][a-z0-9]*(_[a-z0-9]+)+$/;
const UNITS = ['_seconds', '_bytes', '_items'];
/** Upper bounds in seconds: from a cached answer to a request that is about to be given up. */
const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Counts what happened; the name ends in `_total`.
 * Asking twice for one name gives the same metric, so a module may ask at load time and a test may start a service twice.
 */
export function counter<L extends string = never>(options: MetricOptions<L>): Counter<L> {
  check(options, ['_total']);
  return existing(options, () => new Counter({ ...common(options) })) as Counter<L>;
}

/** A value that goes up and down. `read` is asked at scrape time and sets the value. */
export function gauge<L extends string = never>(
  options: MetricOptions<L> & { read?: (gauge: Gauge<L>) => void | Promise<void> },
): Gauge<L> {
  check(options, null);
  const { read } = options;
  // A service started again in the same process must be the one that is asked.
  if (read) register.removeSingleMetric(options.name);
  const make = (): Gauge<L> =>
    new Gauge({
      ...common(options),
      ...(read && {
        collect(): void | Promise<void> {
          return read(this as unknown as Gauge<L>);
        },
      }),
    });
  return existing(options, make) as Gauge<L>;
}

/** A distribution; the name ends in its unit (`_seconds`, `_bytes`, `_items`). Default buckets suit seconds. */
export function histogram<L extends string = never>(options: MetricOptions<L> & { buckets?: number[] }): Histogram<L> {
  check(options, UNITS);
  const buckets = options.buckets ?? SECONDS;
  return existing(options, () => new Histogram({ ...common(options), buckets })) as Histogram<L>;
}

let defaultsOn = false;

/** Process figures (CPU, memory, event loop delay, file descriptors). Safe to call more than once. */
export function startDefaultMetrics(): void {
  if (defaultsOn) return;
  defaultsOn = true;
  // At its default of 10 ms the watch on the event loop alone is a third of what an idle service costs.
  collectDefaultMetrics({ eventLoopMonitoringPrecision: 100 });
}

/** Every metric of this process in Prometheus text format, with its content type. */
export async function scrape(): Promise<{ contentType: string; text: string }> {
  return { contentType: register.contentType, text: await register.metrics() };
}

function check({ name, help, labels = [] }: MetricOptions<string>, endings: readonly string[] | null): void {
  if (!NAME.test(name)) throw new Error(`Metric name ${name} must look like helpmesh_noun_unit.`);
  if (endings && !endings.some((ending) => name.endsWith(ending)))
    throw new Error(`Metric name ${name} must end in ${endings.join(' or ')}.`);
  if (!endings && name.endsWith('_total')) throw new Error(`Metric name ${name} ends in _total but is not a counter.`);
  if (help.length < 10) throw new Error(`Metric ${name} needs a help sentence.`);
  for (const label of labels)
    if (!/^[a-z][a-z0-9_]*$/.test(label)) throw new Error(`Metric ${name} has a malformed label ${label}.`);
}

function common<L extends string>({
  name,
  help,
  labels = [],
}: MetricOptions<L>): {
  name: string;
  help: string;
  labelNames: L[];
} {
  return { name, help, labelNames: [...labels] };
}

function existing(options: MetricOptions<string>, make: () => unknown): unknown {
  return register.getSingleMetric(options.name) ?? make();
}
