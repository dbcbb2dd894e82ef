import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';

export type TraceHeaders = Record<string, string>;

const tracer = trace.getTracer('helpmesh');

export interface SpanOptions {
  /** Default: internal. Producer and consumer kinds let a trace view draw the queue between two services. */
  kind?: SpanKind;
  /** Default: the active context. Pass `extractTrace(headers)` to continue a trace that arrived in a message. */
  parent?: Context;
}

/**
 * Runs `fn` inside a span and ends it however `fn` ends. Errors of the caller's making (an `AppError` of any kind
 * but `bug` and `unavailable`) are noted by code and do not mark the span as failed.
 */
export function withSpan<T>(
  name: string,
  attributes: Attributes,
  fn: (span: Span) => T | Promise<T>,
  { kind, parent = context.active() }: SpanOptions = {},
): Promise<T> {
  const options = kind === undefined ? { attributes } : { attributes, kind };
  return tracer.startActiveSpan(name, options, parent, async (span) => {
    try {
      return await fn(span);
    } catch (error) {
      noteError(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

function noteError(span: Span, error: unknown): void {
  const { kind, code } = (error ?? {}) as { kind?: unknown; code?: unknown };
  if (typeof code === 'string') span.setAttribute('error.type', code);
  if (typeof kind === 'string' && kind !== 'bug' && kind !== 'unavailable') return;
  // The code names the failure; the message may quote a person's data, so it stays out of the span.
  span.setStatus({ code: SpanStatusCode.ERROR, message: typeof code === 'string' ? code : 'error' });
}

/** Writes `traceparent` (W3C Trace Context) of the active span into `headers`; nothing when there is no span. */
export function injectTrace<T extends TraceHeaders>(headers: T): T {
  propagation.inject(context.active(), headers);
  return headers;
}

/** The context a message came from; the root context when its headers carry none or a malformed one. */
export function extractTrace(headers: TraceHeaders | null | undefined): Context {
  return headers ? propagation.extract(ROOT_CONTEXT, headers) : ROOT_CONTEXT;
}

/** Runs `fn` with the trace found in `headers` active, without a span of its own. */
export function withTrace<T>(headers: TraceHeaders | null | undefined, fn: () => T): T {
  return context.with(extractTrace(headers), fn);
}

/** `traceparent` of the active span when it is sampled, else undefined: what hot paths put on the wire. */
export function sampledTraceparent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !(span.traceFlags & TraceFlags.SAMPLED)) return undefined;
  return `00-${span.traceId}-${span.spanId}-01`;
}

/** Trace id of the active span, for problem details and log lines. */
export function traceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
