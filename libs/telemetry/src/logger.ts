import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { errorRecord, maskAddresses, redact } from './redact.ts';

export type { Logger } from 'pino';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * One JSON line a record on stdout: `time level service name trace_id? span_id? msg …`.
 * Credentials, mail text and addresses are masked by key (redact.ts) in every record.
 */
export function createLogger(options: { level?: string; stream?: DestinationStream } = {}): Logger {
  const wanted = options.level ?? process.env.LOG_LEVEL ?? 'info';
  return pino(
    {
      // A bad value is refused by the service's config with a proper sentence; until then, log.
      level: LEVELS.includes(wanted) ? wanted : 'info',
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      messageKey: 'msg',
      formatters: {
        level: (label) => ({ level: label }),
        log: (record) => redact(record) as Record<string, unknown>,
      },
      serializers: { err: (error: unknown) => (error instanceof Error ? errorRecord(error) : error) },
      mixin: identity,
      hooks: {
        // An error passed alone becomes {err}; its message would otherwise bypass the masking.
        logMethod(args, method) {
          const [first] = args;
          if ((first as unknown) instanceof Error) {
            const error = first as unknown as Error;
            method.apply(this, [{ err: error }, maskAddresses(String(args[1] ?? error.message))]);
          } else method.apply(this, args);
        },
      },
    },
    options.stream ?? pino.destination({ fd: 1, sync: true }),
  );
}

let root: Logger | undefined;
let service = process.env.OTEL_SERVICE_NAME;

/** The logger of one part of a service; `name` says which part. */
export function logger(name: string): Logger {
  root ??= createLogger();
  return root.child({ name });
}

/** Names the service in every line from now on, when OTEL_SERVICE_NAME did not. */
export function nameService(name: string): void {
  service ??= name;
}

function identity(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return {
    ...(service !== undefined && { service }),
    ...(span && { trace_id: span.traceId, span_id: span.spanId }),
  };
}
