import { describe, expect, it } from 'vitest';
import { counter, gauge, histogram, scrape, startDefaultMetrics } from './metrics.ts';

const help = 'A sentence for the operator.';

describe('metric names', () => {
  it.each([
    ['a foreign prefix', () => counter({ name: 'ticket_created_total', help })],
    ['a counter without _total', () => counter({ name: 'helpmesh_ticket_created', help })],
    ['a gauge that looks like a counter', () => gauge({ name: 'helpmesh_outbox_total', help })],
    ['a histogram without a unit', () => histogram({ name: 'helpmesh_http_request', help })],
    ['upper case', () => gauge({ name: 'helpmesh_outboxRows', help })],
    ['no help', () => gauge({ name: 'helpmesh_outbox_rows', help: '' })],
    ['a malformed label', () => gauge({ name: 'helpmesh_outbox_rows', help, labels: ['Route-Name'] })],
  ])('refuses %s', (_what, make) => expect(make).toThrow(/metric/i));
});

describe('metrics', () => {
  it('gives the same metric for the same name', () => {
    const make = () => counter({ name: 'helpmesh_probe_total', help, labels: ['outcome'] });
    make().inc({ outcome: 'ok' });
    expect(make()).toBe(make());
  });

  it('asks a gauge at scrape time, and the newest owner of the name', async () => {
    gauge({ name: 'helpmesh_probe_rows', help, read: (g) => g.set(1) });
    gauge({ name: 'helpmesh_probe_rows', help, read: (g) => g.set(2) });
    expect((await scrape()).text).toContain('\nhelpmesh_probe_rows 2\n');
  });

  it('serves the process figures once, however often they are asked for', async () => {
    startDefaultMetrics();
    startDefaultMetrics();
    const { text, contentType } = await scrape();
    expect(text).toContain('process_cpu_user_seconds_total');
    expect(contentType).toContain('text/plain');
  });
});
