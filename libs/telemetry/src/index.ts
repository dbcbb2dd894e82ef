export { stopTracing } from './flush.ts';
export { createLogger, type Logger, logger, nameService } from './logger.ts';
export { counter, gauge, histogram, type MetricOptions, scrape, startDefaultMetrics } from './metrics.ts';
export {
  extractTrace,
  injectTrace,
  type SpanOptions,
  sampledTraceparent,
  type TraceHeaders,
  traceId,
  withSpan,
  withTrace,
} from './tracing.ts';
