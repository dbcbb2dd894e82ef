import type { Envelope } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { extractTrace, injectTrace } from '@helpmesh/telemetry';
import { type Context, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('helpmesh.bus');
const received = new WeakMap<Envelope, Context>();

export interface MessageSpan {
  context: Context;
  /** `error` marks the span as failed unless it is the caller's own doing. */
  end(error?: unknown): void;
}

/**
 * A span that continues the trace in `headers`. Undefined when they carry none: only sampled traces travel, so that
 * the hot path pays nothing for the others.
 */
export function continueTrace(
  headers: Record<string, string> | null | undefined,
  name: string,
  kind: SpanKind,
  attributes: Record<string, string | number> = {},
): MessageSpan | undefined {
  if (!headers?.traceparent) return undefined;
  const parent = extractTrace(headers);
  return asMessageSpan(tracer.startSpan(name, { kind, attributes }, parent), parent);
}

/** A client span below the active one; undefined when nothing is being recorded. */
export function clientSpan(name: string): MessageSpan | undefined {
  if (!trace.getActiveSpan()?.isRecording()) return undefined;
  const parent = context.active();
  return asMessageSpan(tracer.startSpan(name, { kind: SpanKind.CLIENT }, parent), parent);
}

/** `traceparent` (and `tracestate`) of the span, for the wire. */
export function headersOf(span: MessageSpan): Record<string, string> {
  return context.with(span.context, () => injectTrace({} as Record<string, string>));
}

/** Remembers in which trace a message is being handled. */
export function bindMessage(message: Envelope, span: MessageSpan | undefined): void {
  if (span) received.set(message, span.context);
}

/**
 * Runs `fn` in the trace of a received message. Handlers of single messages are in it already; a batch handler uses
 * this (or `cause` of `Outbox.add`) for work that belongs to one of its messages.
 */
export function inTraceOf<T>(message: Envelope, fn: () => T): T {
  return context.with(received.get(message) ?? context.active(), fn);
}

function asMessageSpan(span: Span, parent: Context): MessageSpan {
  return {
    context: trace.setSpan(parent, span),
    end(error) {
      if (error !== undefined) {
        const known = AppError.from(error);
        span.setAttribute('error.type', known.code);
        if (known.kind === 'bug' || known.kind === 'unavailable') {
          span.setStatus({ code: SpanStatusCode.ERROR, message: known.code });
        }
      }
      span.end();
    },
  };
}
