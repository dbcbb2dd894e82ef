import type { Message } from '@helpmesh/contracts';
import { sql, transaction } from '@helpmesh/persistence';
import { infra, waitFor } from '@helpmesh/testing';
import { Controller } from '@nestjs/common';
import { SpanKind, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Answers, Consumes, ConsumesBatch, Outbox, RpcClient, type RpcContext, type RpcItem } from '../src/index.ts';
import { type Bed, bed, counted, echo, noted, twice } from './bed.ts';

const outbox = new Outbox('counter');

@Controller()
class Traced {
  @ConsumesBatch(counted)
  async onCounted(messages: Message<typeof counted>[], tx: EntityManager): Promise<void> {
    // Each new message belongs to the trace of the one that caused it, not to that of the batch.
    for (const cause of messages) await outbox.add(tx, noted, { aggregateId: 1, data: cause.data, cause });
    outbox.ringAfter(tx);
  }

  @Consumes(noted)
  async onNoted(message: Message<typeof noted>, tx: EntityManager): Promise<void> {
    await sql(tx, 'INSERT INTO effect (n) VALUES ($1)', [message.data.n]);
  }

  @Answers(echo)
  async echo(_ctx: RpcContext, input: { text: string }) {
    return input;
  }

  @Answers(twice, { batch: true })
  async twice(items: RpcItem<{ n: number }>[]) {
    return items.map(({ input }) => input.n * 2);
  }
}

const exporter = new InMemorySpanExporter();
const sdk = new NodeSDK({ instrumentations: [], spanProcessors: [new SimpleSpanProcessor({ exporter })] });
let b: Bed;

beforeAll(async () => {
  sdk.start();
  b = await bed((await infra().nats()).url);
  await b.serve([Traced]);
  b.relay.start();
});
afterAll(async () => {
  await b?.stop();
  await sdk.shutdown();
});

const inSpan = <T>(name: string, work: () => Promise<T>): Promise<T> =>
  trace.getTracer('test').startActiveSpan(name, (span) => work().finally(() => span.end()));

/** Names of the spans from this one up to its root. */
function lineage(span: ReadableSpan): string[] {
  const spans = exporter.getFinishedSpans();
  const parent = spans.find((one) => one.spanContext().spanId === span.parentSpanContext?.spanId);
  return [span.name, ...(parent ? lineage(parent) : [])];
}

it('a trace goes on through outbox, stream, batch handler, outbox, stream and handler', async () => {
  await Promise.all(
    [1, 2].map((n) =>
      inSpan(`request ${n}`, () =>
        transaction(b.ds, (tx) => b.outbox.add(tx, counted, { aggregateId: n, data: { n } })),
      ),
    ),
  );
  await waitFor(async () => (await b.effects()).length === 2, { what: 'both effects' });
  const last = await waitFor(
    () => {
      const found = exporter.getFinishedSpans().filter((span) => span.name === 'process tally.v1.noted');
      return found.length === 2 && found;
    },
    { what: 'both spans' },
  );
  expect(last.map(lineage).sort()).toEqual(
    [1, 2].map((n) => [
      'process tally.v1.noted',
      'publish tally.v1.noted',
      'process tally.v1.counted',
      'publish tally.v1.counted',
      `request ${n}`,
    ]),
  );
  const kinds = new Map(exporter.getFinishedSpans().map((span) => [span.name, span.kind]));
  expect(kinds.get('publish tally.v1.counted')).toBe(SpanKind.PRODUCER);
  expect(kinds.get('process tally.v1.counted')).toBe(SpanKind.CONSUMER);
});

it('a question continues the trace of its caller, also within a batch', async () => {
  exporter.reset();
  const client = new RpcClient(b.bus);
  await inSpan('one', () => client.call(echo, { text: 'x' }));
  await Promise.all([1, 2].map((n) => inSpan(`call ${n}`, () => client.call(twice, { n }))));
  const answers = exporter.getFinishedSpans().filter((span) => span.kind === SpanKind.SERVER);
  expect(answers.map(lineage).sort()).toEqual([
    ['answer rpc.counter.v1.echo', 'ask rpc.counter.v1.echo', 'one'],
    ['answer rpc.counter.v1.twice', 'ask rpc.counter.v1.twice', 'call 1'],
    ['answer rpc.counter.v1.twice', 'ask rpc.counter.v1.twice', 'call 2'],
  ]);
});

it('what nobody records carries nothing and starts no trace', async () => {
  exporter.reset();
  await new RpcClient(b.bus).call(echo, { text: 'x' });
  await transaction(b.ds, (tx) => b.outbox.add(tx, noted, { aggregateId: 9, data: { n: 9 } }));
  await waitFor(async () => (await b.effects()).includes(9), { what: 'the effect' });
  expect(exporter.getFinishedSpans()).toEqual([]);
  expect(
    await sql(b.ds, `SELECT headers FROM event_log WHERE subject = $1 AND payload LIKE '%"n":9}%'`, [noted.type]),
  ).toEqual([{ headers: null }]);
});
