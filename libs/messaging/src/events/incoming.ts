import type { Envelope, MessageDefinition } from '@helpmesh/contracts';
import type { JsMsg } from '@nats-io/jetstream';
import type { EntityManager } from 'typeorm';
import type { DeadLetter } from '../dead-letters.ts';
import type { MessageSpan } from '../trace-context.ts';

/** Handlers of one message type within one durable. */
export interface Route {
  definition: MessageDefinition;
  /** All handlers of the type take batches. */
  batch: boolean;
  handlers: RouteHandler[];
}

export interface RouteHandler {
  /** The same for all types that one method handles. */
  key: object;
  batch: boolean;
  prepare: boolean;
  /** One message, or an array for a batch handler; a preparing one gets no `tx` and returns what writes. */
  call(messages: Envelope | Envelope[], tx: EntityManager | undefined): Promise<unknown>;
}

/** True when messages of both routes may share a batch. */
export function sameHandlers(a: Route, b: Route): boolean {
  return (
    a === b ||
    (a.batch === b.batch &&
      a.handlers.length === b.handlers.length &&
      a.handlers.every((handler, i) => handler.key === b.handlers[i]?.key))
  );
}

/** What came, and whom to tell how it ended. */
export type Delivery = Pick<JsMsg, 'subject' | 'data' | 'ack' | 'nak' | 'term' | 'working'>;

/** A message as it came, read as far as it could be read. */
export interface Incoming {
  msg: Delivery;
  /** Id of the envelope; for one that cannot be read, what the broker knows it by. */
  id: string;
  message: Envelope;
  /** Why it cannot be handled at all. */
  malformed: string | undefined;
  route: Route;
  /** Messages of one aggregate are handled in order. */
  aggregate: string;
  headers: Record<string, string>;
  /** Delivered before: its starts are counted. */
  redelivered: boolean;
  span?: MessageSpan | undefined;
}

const text = new TextDecoder();

export function readMessage(msg: JsMsg, route: Route): Incoming {
  const headers: Record<string, string> = {};
  for (const [key, values] of msg.headers ?? []) headers[key] = values[0] ?? '';
  const fallbackId = headers['Nats-Msg-Id'] ?? `${msg.info.stream}:${msg.seq}`;
  return read(msg, headers, fallbackId, msg.redelivered, route);
}

/** A message that was given up, as if it came again: its starts are counted, and no broker waits for an answer. */
export function readDeadLetter({ subject, payload, headers, messageId }: DeadLetter, route: Route): Incoming {
  const nobody = () => undefined;
  const msg = { subject, data: new TextEncoder().encode(payload), ack: nobody, nak: nobody, term: nobody };
  return read({ ...msg, working: nobody }, headers, messageId, true, route);
}

function read(
  msg: Delivery,
  headers: Record<string, string>,
  fallbackId: string,
  redelivered: boolean,
  route: Route,
): Incoming {
  const base = { msg, route, headers, redelivered };
  const unreadable = (why: string): Incoming => ({
    ...base,
    id: fallbackId,
    message: {} as Envelope,
    malformed: why,
    aggregate: fallbackId,
  });

  let parsed: unknown;
  try {
    parsed = JSON.parse(text.decode(msg.data));
  } catch (error) {
    return unreadable(`not JSON: ${(error as Error).message}`);
  }
  const missing = flawOf(parsed as Partial<Envelope> | null);
  if (missing) return unreadable(`envelope: ${missing}`);
  const message = parsed as Envelope;
  const data = route.definition.data.safeParse(message.data);
  if (data.success) message.data = data.data;
  return {
    ...base,
    id: message.id,
    message,
    malformed: data.success ? undefined : `data: ${issuesOf(data.error)}`,
    aggregate: message.aggregateId,
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What handlers and the inbox rely on, by hand: the schema of the envelope costs more than all the rest of reading. */
function flawOf(envelope: Partial<Envelope> | null): string | undefined {
  if (typeof envelope !== 'object' || envelope === null) return 'no object';
  if (typeof envelope.id !== 'string' || !UUID.test(envelope.id)) return 'id is no UUID';
  if (typeof envelope.aggregateId !== 'string') return 'aggregateId is no text';
  if (!Number.isInteger(envelope.aggregateVersion)) return 'aggregateVersion is no integer';
  const texts = [envelope.type, envelope.time, envelope.source, envelope.correlationId];
  return texts.every((text) => typeof text === 'string') ? undefined : 'type, time, source or correlationId is missing';
}

/** The payload as text that PostgreSQL accepts: it has no NUL. */
export function payloadText(msg: Delivery): string {
  return text.decode(msg.data).replaceAll('\u0000', '\ufffd');
}

function issuesOf(error: { issues: { path: PropertyKey[]; message: string }[] }): string {
  return error.issues.map((issue) => `${issue.path.map(String).join('.') || '(root)'} ${issue.message}`).join('; ');
}
