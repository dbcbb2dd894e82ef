import { notifyAgents } from '@helpmesh/contracts';
import { serviceNames } from '@helpmesh/deploy/local';
import { rawMail, sendRaw, waitFor } from '@helpmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from './otlp.ts';
import { type TestPlatform, testPlatform } from './platform.ts';

describe('one trace', () => {
  let collector: OtlpReceiver;
  let desk: TestPlatform;

  beforeAll(async () => {
    collector = await otlpReceiver();
    const tracing = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER_ARG: '1',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    };
    const env = serviceNames.map((service) => [service, { ...tracing, OTEL_SERVICE_NAME: service }]);
    desk = await testPlatform(Object.fromEntries(env));
  }, 120_000);
  afterAll(async () => {
    await desk?.platform.stop();
    collector?.close();
  });

  /** From a span up to its root; stops where a parent was never exported. */
  const ancestry = (span: ReceivedSpan): ReceivedSpan[] => {
    const path = [span];
    for (let at: ReceivedSpan | undefined = span; at?.parentSpanId; ) {
      const { traceId, parentSpanId }: ReceivedSpan = at;
      at = collector.spans.find((other) => other.traceId === traceId && other.spanId === parentSpanId);
      if (at) path.push(at);
    }
    return path;
  };

  it('leads from the SMTP receipt of a mail over parsing, ticket and outbox to the confirmation sent', async () => {
    await sendRaw(
      { port: desk.platform.smtpPort },
      rawMail({ from: 'Tess <tess@customer.example>', subject: 'Traced' }),
    );
    await desk.mailbox.mail('tess@customer.example');

    const path = await waitFor(
      () => {
        // Agents are told of the ticket too, over a command of their own: theirs are other mails than the confirmation.
        const sent = collector.spans.filter(({ service, name }) => service === 'notification' && name === 'smtp.send');
        const ways = sent.map((span) => ancestry(span).toReversed());
        return ways.find(([first, ...way]) => {
          return first?.name === 'smtp.receive' && !way.some(({ name }) => name.endsWith(notifyAgents.type));
        });
      },
      { what: 'an unbroken path of spans from smtp.receive to smtp.send', timeoutMs: 20_000 },
    );

    // The order of the services along the parent links, each named once for its stretch of the way.
    const stations = path.map(({ service }) => service).filter((service, i, all) => service !== all[i - 1]);
    expect(stations).toEqual(['mail-ingest', 'ticket', 'notification']);
    expect(path.map(({ name }) => name)).toEqual([
      'smtp.receive',
      'mail.process',
      'publish cmd.ticket.v1.file-mail',
      'process cmd.ticket.v1.file-mail',
      'publish ticket.v1.created',
      'process ticket.v1.created',
      'smtp.send',
    ]);
    expect(new Set(path.map(({ traceId }) => traceId)).size).toBe(1);
  });

  it('names the routes of requests, and neither tokens in their addresses nor what somebody looks for', async () => {
    const confirmation = await desk.mailbox.mail('tess@customer.example');
    const link = new URL(/http:\/\/\S+\/r\/\S+/.exec(confirmation.text ?? '')?.[0] ?? '');
    expect((await fetch(new URL(link.pathname, desk.platform.url))).status).toBe(200);
    await desk.admin.get('/api/v1/tickets/search?query=whereabouts&limit=3');
    const served = (name: string) => collector.spans.find((span) => span.service === 'gateway' && span.name === name);
    await waitFor(() => served('GET /r/:token') && served('GET /api/v1/tickets/search'), {
      what: 'the spans of both requests',
      timeoutMs: 20_000,
    });
    expect(served('GET /r/:token')?.attributes).toMatchObject({ 'url.path': '/r/:token' });
    expect(served('GET /api/v1/tickets/search')?.attributes).toMatchObject({ 'url.query': 'query&limit' });
    const all = JSON.stringify(collector.spans);
    expect(all).not.toContain(link.pathname.slice('/r/'.length));
    expect(all).not.toContain('whereabouts');
  });
});
