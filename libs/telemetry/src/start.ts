/**
 * Preloaded before any service code (`--import @helpmesh/telemetry/start`), because instrumentation can only
 * wrap modules that are loaded after it. Settings are OpenTelemetry's own variables. Without
 * OTEL_EXPORTER_OTLP_ENDPOINT nothing is loaded and tracing calls cost next to nothing.
 */
import { setSourceMapsSupport } from 'node:module';
import { SDK_KEY } from './flush.ts';

// Stacks name our sources. The flag --enable-source-maps would also read the maps of all packages at the start.
setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });

const defaults = {
  // The ratio is 0.1 unless OTEL_TRACES_SAMPLER_ARG says otherwise; a caller's decision always wins.
  OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: '0.1',
  OTEL_PROPAGATORS: 'tracecontext',
  // Metrics are scraped from /metrics and logs are read from stdout; the SDK exports spans only.
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'env,serviceinstance',
};

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
  for (const [name, value] of Object.entries(defaults)) process.env[name] ||= value;
  const [{ register }, { NodeSDK }, { HttpInstrumentation }, { PgInstrumentation }] = await Promise.all([
    import('import-in-the-middle/register-hooks.mjs'),
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/instrumentation-http'),
    import('@opentelemetry/instrumentation-pg'),
  ]);
  // ES modules are reached through a loader hook; require() alone would leave `import pg` unseen. Without the list it
  // would wrap every module there is, which triples the CPU time of a start.
  register({ include: ['http', 'https', 'node:http', 'node:https', 'pg', 'pg-pool'] });
  const sdk = new NodeSDK({
    instrumentations: [
      new HttpInstrumentation({
        disableOutgoingRequestInstrumentation: true,
        ignoreIncomingRequestHook: (request) => /^\/(healthz|readyz|metrics)\b/.test(request.url ?? ''),
      }),
      // Statements outside a request (pollers, relays) would each be a trace of their own.
      new PgInstrumentation({ requireParentSpan: true }),
    ],
  });
  sdk.start();
  Reflect.set(globalThis, SDK_KEY, sdk);
}
