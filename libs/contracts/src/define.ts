import { z } from 'zod';
import type { ServiceName } from './services.ts';

/**
 * The envelope every event and command travels in.
 * `aggregateVersion` orders the messages of one aggregate: older than what you hold, skip; a gap, retry.
 */
export interface Envelope<T = unknown> {
  /** UUIDv7 of the outbox row: message id on the broker, key of the inbox. */
  id: string;
  /** The subject, `ticket.v1.created` or `cmd.notification.v1.send-mail`. */
  type: string;
  /** ISO-8601 UTC with milliseconds. */
  time: string;
  /** Name of the service that recorded it. */
  source: string;
  aggregateId: string;
  aggregateVersion: number;
  /** Ties together everything that one outside stimulus caused. */
  correlationId: string;
  causationId?: string;
  data: T;
}

export const envelopeSchema = z.object({
  id: z.uuid(),
  type: z.string(),
  time: z.iso.datetime(),
  source: z.string(),
  aggregateId: z.string(),
  aggregateVersion: z.number().int().nonnegative(),
  correlationId: z.string(),
  causationId: z.string().optional(),
  data: z.unknown(),
});

export interface EventDefinition<S extends z.ZodType = z.ZodType> {
  kind: 'event';
  /** `<noun>.v<N>.<happened>` */
  type: string;
  data: S;
}

export interface CommandDefinition<S extends z.ZodType = z.ZodType> {
  kind: 'command';
  /** `cmd.<service>.v<N>.<verb>` */
  type: string;
  data: S;
  /** The services that may order it; the broker takes it from nobody else. */
  senders: readonly ServiceName[];
  /** Somebody waits for it. What nobody waits for is gathered into larger batches. */
  awaited: boolean;
}

export interface QuestionDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  kind: 'question';
  /** `rpc.<service>.v<N>.<question>` */
  subject: string;
  input: I;
  output: O;
  /** The services that may ask it: the broker and the answering side refuse all others. */
  callers: readonly ServiceName[];
}

export type MessageDefinition = EventDefinition | CommandDefinition;

/** What a consumer receives. */
export type Message<D extends MessageDefinition> = Envelope<z.output<D['data']>>;

export type InputOf<Q extends QuestionDefinition> = z.input<Q['input']>;
export type ParsedInputOf<Q extends QuestionDefinition> = z.output<Q['input']>;
export type OutputOf<Q extends QuestionDefinition> = z.output<Q['output']>;

const token = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*';
const eventGrammar = new RegExp(`^${token}\\.v\\d+\\.${token}$`);
const commandGrammar = new RegExp(`^cmd\\.${token}\\.v\\d+\\.${token}$`);
const questionGrammar = new RegExp(`^rpc\\.${token}\\.v\\d+\\.${token}$`);

function hold(grammar: RegExp, subject: string): void {
  if (!grammar.test(subject)) throw new Error(`subject "${subject}" breaks the grammar ${grammar.source}`);
}

export function defineEvent<S extends z.ZodType>(type: string, data: S): EventDefinition<S> {
  hold(eventGrammar, type);
  return { kind: 'event', type, data };
}

export function defineCommand<S extends z.ZodType>(
  type: string,
  data: S,
  { senders, awaited = true }: { senders: readonly ServiceName[]; awaited?: boolean },
): CommandDefinition<S> {
  hold(commandGrammar, type);
  return { kind: 'command', type, data, senders, awaited };
}

export function defineQuestion<I extends z.ZodType, O extends z.ZodType>(
  subject: string,
  input: I,
  output: O,
  { callers }: { callers: readonly ServiceName[] },
): QuestionDefinition<I, O> {
  hold(questionGrammar, subject);
  return { kind: 'question', subject, input, output, callers };
}

type Shape = Record<string, z.ZodType>;

/** Who may call a route at all. What a caller may see or change is decided by the owning service. */
export type Access = 'public' | 'signed-in';

export interface EndpointDefinition<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> extends QuestionDefinition<z.ZodObject<{ params: P; query: Q; body: B }>, O> {
  /** Operation id of the OpenAPI document, camelCase. */
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Fastify notation: `/api/v1/tickets/:id`. */
  path: string;
  tag: string;
  summary: string;
  access: Access;
  /** Success status, default 200. */
  status: number;
  /** Open also to a session that may do nothing but set up the second factor a role demands. */
  enrolling: boolean;
  /** Open also to who looks at the desk as somebody else, although it changes something. */
  whileViewing: boolean;
  /** Public routes: calls that one network may make in an hour; undefined does not limit. */
  perHour: number | undefined;
  /** Name, without its ending, of the file that `download=true` makes of the list; undefined: there is none. */
  csv: string | undefined;
  /** Its answer holds a secret that is shown this one time, so it is not kept for who asks again with the same key. */
  secretAnswer: boolean;
  /** Rows of a page, when nothing is said and at most; undefined: the answer is no list that has pages. */
  paging: { standard: number; max: number } | undefined;
}

/**
 * One REST route and the question that answers it. The gateway forwards `{ params, query, body }` unread; the owning
 * service validates them here, so there is one place that knows the shape. Query values and path parameters are
 * strings; schemas coerce.
 */
export function defineEndpoint<
  P extends Shape = Record<never, z.ZodType>,
  Q extends z.ZodType = z.ZodObject,
  B extends z.ZodType = z.ZodOptional<z.ZodUnknown>,
  O extends z.ZodType = z.ZodUnknown,
>(endpoint: {
  id: string;
  method: EndpointDefinition['method'];
  path: string;
  question: string;
  tag: string;
  summary: string;
  access?: Access;
  status?: number;
  enrolling?: boolean;
  whileViewing?: boolean;
  perHour?: number;
  csv?: string;
  secretAnswer?: boolean;
  /** Of a list whose query has `per_page`; default 500, at most 1000. */
  paging?: { standard: number; max: number };
  /** Services beside the gateway that ask the same question. */
  alsoAskedBy?: readonly ServiceName[];
  params?: P;
  query?: Q;
  body?: B;
  response?: O;
}): EndpointDefinition<z.ZodObject<P>, Q, B, O> {
  hold(questionGrammar, endpoint.question);
  const { id, method, path, tag, summary } = endpoint;
  const input = z.object({
    params: z.object(endpoint.params ?? ({} as P)),
    query: (endpoint.query ?? z.object({})) as Q,
    body: (endpoint.body ?? z.unknown().optional()) as B,
  });
  return {
    kind: 'question',
    subject: endpoint.question,
    input,
    output: (endpoint.response ?? z.unknown()) as O,
    callers: ['gateway', ...(endpoint.alsoAskedBy ?? [])],
    id,
    method,
    path,
    tag,
    summary,
    access: endpoint.access ?? 'signed-in',
    status: endpoint.status ?? 200,
    enrolling: endpoint.enrolling ?? false,
    whileViewing: endpoint.whileViewing ?? false,
    perHour: endpoint.perHour,
    csv: endpoint.csv,
    secretAnswer: endpoint.secretAnswer ?? false,
    paging: endpoint.paging ?? (hasPages(endpoint.query) ? { standard: 500, max: 1000 } : undefined),
  };
}

function hasPages(query: z.ZodType | undefined): boolean {
  return query instanceof z.ZodObject && 'per_page' in query.shape;
}
