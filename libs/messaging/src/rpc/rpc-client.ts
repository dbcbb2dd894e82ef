import { setTimeout as pause } from 'node:timers/promises';
import { type InputOf, type OutputOf, ownerOf, type QuestionDefinition, restSubjectOf } from '@helpmesh/contracts';
import { AppError, uuidv7 } from '@helpmesh/kernel';
import { errors, type Msg, headers as natsHeaders } from '@nats-io/nats-core';
import { type Bus, isRefusal } from '../bus.ts';
import { clientSpan, headersOf } from '../trace-context.ts';
import { type Reply, readFrame } from './frame.ts';
import { readPage, type ToldPage } from './page-facts.ts';
import { MAX_BATCH, payloadLimit, REST_HEADER, TIMEOUT_HEADER, type WireItem } from './wire.ts';

/** Proof of who asks; a function makes it for the service it is shown to, and no other takes it. */
export type Proof = string | ((audience: string) => string);

export interface CallOptions {
  /** Who asks: a signed token, or what makes one for the service that will answer. */
  actor?: Proof | undefined;
  /** How long to wait, default 5 s. The answering side stops when it is over. */
  timeoutMs?: number;
  /**
   * When to ask once more without an answer, ms; the first answer counts. Whoever dies while it is asked never answers,
   * and its successor, or another replica, does. For questions that come to the same asked twice.
   */
  askAgainMs?: number | undefined;
  /** Idempotency key of the outside request. */
  key?: string | undefined;
  /** Versions of the object, one of which it must still have for this to be carried out. */
  ifMatch?: readonly string[] | undefined;
  /** For `callPage`. */
  tellPage?: boolean | undefined;
  requestId?: string | undefined;
  /** Network address of the outside request. */
  address?: string | undefined;
  signal?: AbortSignal | undefined;
}

interface Pending {
  text: string;
  deadline: number;
  settle(reply: Reply | AppError): void;
  settled: boolean;
}

/** While a batch of a subject is on its way what comes gathers, until so many wait: the larger the batches, the cheaper. */
const GATHER = 8;
/** Batches of one subject that may be on their way at the same time. */
const IN_FLIGHT = 4;
/** A batch that takes longer no longer counts: slow questions must not hold up quick ones of the same subject. */
const SLOW_MS = 10;
/** Nobody answers a subject while its service starts or is being replaced. */
const NO_RESPONDERS_PATIENCE_MS = 2_000;
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Asks questions over the bus. Calls of one tick to one subject travel as one message (at most 64), and what
 * comes while one is on its way gathers for the next: that divides the cost of the hop by five to ten under load and
 * adds no latency without.
 */
export class RpcClient {
  private readonly bus: Bus;
  private readonly lanes = new Map<string, { queue: Pending[]; inFlight: number }>();

  constructor(bus: Bus) {
    this.bus = bus;
  }

  /**
   * @throws AppError as the answering service threw it; unavailable, `rpc.timeout`, `rpc.no-responders`;
   *   unreadable `rpc.too-deep` when the input is nested deeper than JSON can be written
   */
  async call<Q extends QuestionDefinition>(
    question: Q,
    input: InputOf<Q>,
    options: CallOptions = {},
  ): Promise<OutputOf<Q>> {
    return JSON.parse((await this.callJson(question, input, options)).toString()) as OutputOf<Q>;
  }

  /** Asks for a page of a list: JSON as it came, and what the owner knows of the page beside its rows. */
  async callPage(
    question: QuestionDefinition,
    input: unknown,
    options: CallOptions = {},
  ): Promise<{ json: Buffer; told: ToldPage | undefined }> {
    return readPage(await this.callJson(question, input, { ...options, tellPage: true }));
  }

  /** Same, but the answer stays the JSON it came as, in UTF-8: who passes it on need not decode it. */
  callJson(question: QuestionDefinition, input: unknown, options: CallOptions = {}): Promise<Buffer> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    const span = clientSpan(`ask ${question.subject}`);
    const traceparent = span && headersOf(span).traceparent;
    const actor = typeof options.actor === 'function' ? options.actor(ownerOf(question.subject)) : options.actor;
    const item: WireItem = {
      i: input,
      ...(actor === undefined ? {} : { a: actor }),
      r: options.requestId ?? uuidv7(),
      ...(options.key === undefined ? {} : { k: options.key }),
      ...(options.ifMatch === undefined ? {} : { m: options.ifMatch }),
      ...(options.tellPage ? { p: 1 as const } : {}),
      ...(traceparent === undefined ? {} : { t: traceparent }),
      ...(options.address === undefined ? {} : { n: options.address }),
    };
    let text: string;
    try {
      text = JSON.stringify(item);
    } catch (error) {
      span?.end(error);
      return Promise.reject(unwritable(error));
    }
    return new Promise((resolve, reject) => {
      const settle = (reply: Reply | AppError) => {
        if (pending.settled) return;
        pending.settled = true;
        clearTimeout(timer);
        clearTimeout(again);
        signal?.removeEventListener('abort', abort);
        const error = reply instanceof AppError ? reply : 'error' in reply ? AppError.fromWire(reply.error) : undefined;
        span?.end(error);
        if (error) reject(error);
        else resolve((reply as { json: Buffer }).json);
      };
      const abort = () => settle(new AppError('unavailable', 'rpc.aborted', 'The request was given up.'));
      const timer = setTimeout(() => settle(timedOut(question.subject)), timeoutMs);
      const deadline = performance.now() + timeoutMs;
      const pending: Pending = { text, deadline, settle, settled: false };
      const { askAgainMs } = options;
      const again =
        askAgainMs === undefined ? undefined : setTimeout(() => this.enqueue(question.subject, pending), askAgainMs);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      if (pending.text.length * 3 > this.limit && Buffer.byteLength(pending.text) + 2 > this.limit) {
        settle(new AppError('invalid', 'rpc.request-too-large', 'This is too large to be processed.'));
        return;
      }
      this.enqueue(question.subject, pending);
    });
  }

  private get limit(): number {
    return payloadLimit(this.bus.nc.info?.max_payload);
  }

  private enqueue(subject: string, pending: Pending): void {
    let lane = this.lanes.get(subject);
    if (!lane) {
      lane = { queue: [], inFlight: 0 };
      this.lanes.set(subject, lane);
    }
    lane.queue.push(pending);
    // The rest of this tick joins; a later call finds the pump scheduled or a batch on its way.
    if (lane.queue.length === 1 || lane.queue.length === GATHER) setImmediate(() => this.pump(subject));
  }

  private pump(subject: string): void {
    const lane = this.lanes.get(subject);
    if (!lane) return;
    while (lane.queue.length > 0 && lane.inFlight < (lane.queue.length < GATHER ? 1 : IN_FLIGHT)) {
      const batch = takeBatch(lane.queue, this.limit);
      if (batch.length === 0) continue;
      lane.inFlight++;
      let young = true;
      const makeRoom = () => {
        if (!young) return;
        young = false;
        clearTimeout(timer);
        lane.inFlight--;
        this.pump(subject);
      };
      const timer = setTimeout(makeRoom, SLOW_MS);
      void this.send(subject, batch, makeRoom).finally(makeRoom);
    }
  }

  /** Never rejects: every item is settled one way or another. */
  private async send(subject: string, batch: Pending[], onFirstReply: () => void): Promise<void> {
    try {
      const body = `[${batch.map((pending) => pending.text).join(',')}]`;
      // The latest deadline: an item whose own is earlier has its own timer.
      const deadline = Math.max(...batch.map((pending) => pending.deadline));
      let reply = await this.request(subject, body, deadline);
      onFirstReply();
      for (let open = batch; ; ) {
        const replies = readFrame(reply.data);
        if (replies.length !== open.length) throw new Error(`${replies.length} answers for ${open.length} questions`);
        open = open.filter((pending, i) => {
          const answer = replies[i];
          if (answer) pending.settle(answer);
          return !answer;
        });
        if (open.length === 0) return;
        const [restSubject = '', token = ''] = reply.headers?.get(REST_HEADER).split(' ') ?? [];
        // Whoever answered must not make us publish anything anywhere.
        if (!restSubject.startsWith(restSubjectOf(ownerOf(subject), ''))) throw new Error('malformed reply');
        reply = await this.request(restSubject, token, deadline);
      }
    } catch (error) {
      const known = busError(subject, error);
      for (const pending of batch) pending.settle(known);
    }
  }

  private async request(subject: string, body: string, deadline: number): Promise<Msg> {
    const patience = Math.min(deadline, performance.now() + NO_RESPONDERS_PATIENCE_MS);
    for (let waitMs = 20; ; waitMs = Math.min(250, waitMs * 2)) {
      const timeout = Math.max(1, Math.ceil(deadline - performance.now()));
      const headers = natsHeaders();
      headers.set(TIMEOUT_HEADER, String(timeout));
      try {
        return await this.bus.nc.request(subject, body, { timeout, headers });
      } catch (error) {
        if (!isNoResponders(error) || performance.now() + waitMs > patience) throw error;
        await pause(waitMs);
      }
    }
  }
}

/** The oldest questions that are still waited for, as many as fit one message. */
function takeBatch(queue: Pending[], limit: number): Pending[] {
  const batch: Pending[] = [];
  let bytes = 2;
  while (queue.length > 0 && batch.length < MAX_BATCH) {
    const next = queue[0] as Pending;
    if (!next.settled) {
      bytes += Buffer.byteLength(next.text) + 1;
      if (batch.length > 0 && bytes > limit) break;
      batch.push(next);
    }
    queue.shift();
  }
  return batch;
}

function isNoResponders(error: unknown): boolean {
  return error instanceof errors.NoRespondersError || (error instanceof errors.RequestError && error.isNoResponders());
}

/** JSON is written recursively: what came from outside can be nested deeper than the stack. */
function unwritable(error: unknown): AppError {
  if (!(error instanceof RangeError)) return AppError.from(error);
  return new AppError('unreadable', 'rpc.too-deep', 'This is nested too deeply.', undefined, { cause: error });
}

function timedOut(subject: string): AppError {
  return new AppError('unavailable', 'rpc.timeout', 'The answer took too long.', subject);
}

function busError(subject: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof errors.TimeoutError) return timedOut(subject);
  if (isNoResponders(error)) {
    return new AppError('unavailable', 'rpc.no-responders', 'This part of the service is not available.', subject);
  }
  if (isRefusal(error)) {
    const detail = 'This part of the service is not set up properly.';
    return new AppError('unavailable', 'bus.not-permitted', detail, `the broker refuses ${subject}`, { cause: error });
  }
  const lost = error instanceof errors.RequestError || error instanceof errors.ClosedConnectionError;
  if (!lost && !(error instanceof errors.DrainingConnectionError)) return AppError.from(error);
  return new AppError('unavailable', 'bus.unavailable', 'The message bus cannot be reached right now.', subject, {
    cause: error,
  });
}
