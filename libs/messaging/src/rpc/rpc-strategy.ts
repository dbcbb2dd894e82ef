import { type Actor, type QuestionDefinition, restSubjectOf } from '@helpmesh/contracts';
import { AppError, uuidv7 } from '@helpmesh/kernel';
import { histogram, logger } from '@helpmesh/telemetry';
import { type Msg, headers as natsHeaders, type Subscription } from '@nats-io/nats-core';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { context, SpanKind } from '@opentelemetry/api';
import { isObservable, lastValueFrom } from 'rxjs';
import { type Bus, withDeadline } from '../bus.ts';
import { type HandlerExtras, RawJson, RPC_TRANSPORT, type RpcContext, type RpcItem } from '../handlers.ts';
import { continueTrace } from '../trace-context.ts';
import { fitting, type Reply, writeFrame } from './frame.ts';
import { type PageFacts, pageOf, settlePage, withPage } from './page-facts.ts';
import type { RequestTerms } from './request-terms.ts';
import { payloadLimit, REST_HEADER, TIMEOUT_HEADER, type WireItem } from './wire.ts';

export interface RpcStrategyOptions {
  bus: Bus;
  /** Queue group: each batch goes to one replica. */
  service: string;
  /**
   * Checks who asks and whether that service may ask this.
   * @returns the person or service it is asked for; undefined for a stranger at the edge
   * @throws AppError unauthenticated, forbidden
   */
  admit: (token: string | undefined, question: QuestionDefinition) => Actor | undefined;
  /** Also hold every answer against its schema; for tests and development. Default off. */
  checkAnswers?: boolean;
  /** Keeps keys and preconditions of requests that are not answered in batches. */
  terms?: RequestTerms;
}

type Question = HandlerExtras & { kind: 'question' };
/** One question of a batch, from its arrival to the moment its answer is sent. */
interface Slot {
  reply: Reply | undefined;
  /** Resolves when the reply is there. */
  done: Promise<void>;
}
/** One that passed validation. */
interface Valid {
  slot: Slot;
  item: RpcItem<unknown>;
  /** Where the page lies of which more is to be told than its rows. */
  page: ReturnType<typeof settlePage>;
  trace: string | undefined;
}
/** What a caller still waits for. */
interface Rest {
  slots: Slot[];
  signal: AbortSignal;
}

/** Answers go to inboxes only: the broker lets us answer anywhere, and nobody shall publish by our hand. */
const INBOX = '_INBOX.';
const DEFAULT_TIMEOUT_MS = 5_000;
/** Wrong fields told of one question: a list of a million wrong entries must not become an answer of as many. */
const MAX_FIELDS = 20;
const STOP_DEADLINE_MS = 4_000;
/** After this time a reply goes out with the answers there are; the caller asks for the others again. */
const GRACE_MS = 20;

const duration = histogram({
  name: 'helpmesh_rpc_answer_seconds',
  help: 'Time from the arrival of a batch of questions to its reply.',
  labels: ['subject'],
});

/** Nest transport for questions: NATS request/reply, one message for all questions of a caller's tick. */
export class RpcStrategy extends Server implements CustomTransportStrategy {
  override transportId = RPC_TRANSPORT;
  private readonly options: RpcStrategyOptions;
  private readonly log = logger('rpc');
  private readonly running = new Set<Promise<void>>();
  private readonly rest = new Map<string, Rest>();
  private readonly restSubject: string;
  private subscriptions: Subscription[] = [];

  constructor(options: RpcStrategyOptions) {
    super();
    this.options = options;
    this.restSubject = restSubjectOf(options.service, uuidv7());
  }

  listen(ready: () => void): void {
    const { bus, service } = this.options;
    for (const [subject, handler] of this.messageHandlers) {
      const question = handler.extras as Question;
      if (question.kind !== 'question') throw new Error(`${subject} must be declared with @Answers`);
      const callback = (error: Error | null, msg: Msg) => {
        if (error) this.log.error({ err: error, question: subject }, 'subscription failed');
        else if (!msg.reply?.startsWith(INBOX))
          this.log.warn({ question: subject }, 'a question with no inbox for answers');
        else this.track(this.answer(msg, handler, question));
      };
      this.subscriptions.push(bus.nc.subscribe(subject, { queue: service, callback }));
    }
    const callback = (error: Error | null, msg: Msg) => {
      if (error) {
        this.log.error({ err: error, subject: this.restSubject }, 'subscription failed');
        return;
      }
      const rest = this.rest.get(msg.string());
      if (!rest || !msg.reply?.startsWith(INBOX)) return;
      this.rest.delete(msg.string());
      this.track(this.sendAnswers(msg, rest));
    };
    this.subscriptions.push(bus.nc.subscribe(this.restSubject, { callback }));
    ready();
  }

  /** Takes no new questions and answers those that are here. */
  async close(): Promise<void> {
    await withDeadline(Promise.all(this.subscriptions.map((one) => one.drain())), 1_000);
    await withDeadline(Promise.all(this.running), STOP_DEADLINE_MS);
    this.subscriptions = [];
  }

  on(): never {
    throw new Error('the rpc strategy emits nothing');
  }

  unwrap<T>(): T {
    return this.options.bus.nc as T;
  }

  private track(work: Promise<void>): void {
    const tracked = work.catch((error) => this.log.error({ err: error }, 'a reply could not be sent'));
    this.running.add(tracked);
    void tracked.finally(() => this.running.delete(tracked));
  }

  private async answer(msg: Msg, handler: MessageHandler, question: Question): Promise<void> {
    const end = duration.startTimer({ subject: msg.subject });
    const timeoutMs = Number(msg.headers?.get(TIMEOUT_HEADER)) || DEFAULT_TIMEOUT_MS;
    const signal = AbortSignal.timeout(timeoutMs);
    const slots: Slot[] = [];
    const valid: Valid[] = [];
    for (const item of readItems(msg)) {
      const slot: Slot = { reply: undefined, done: Promise.resolve() };
      slots.push(slot);
      try {
        const asked = await this.validate(item, question, signal);
        const page = settlePage(question.question, asked.input);
        valid.push({ slot, trace: item.t, item: asked, page: item.p === 1 ? page : undefined });
      } catch (error) {
        slot.reply = this.failure(error, msg.subject);
      }
    }
    if (question.batch) {
      const all = this.answerBatch(valid, handler, question, msg.subject);
      for (const { slot } of valid) slot.done = all;
    } else {
      for (const one of valid) one.slot.done = this.answerOne(one, handler, question, msg.subject);
    }
    await this.sendAnswers(msg, { slots, signal });
    end();
  }

  /** Sends what is there: all of it, or after a while what is done already, so that one slow answer delays no other. */
  private async sendAnswers(msg: Msg, { slots, signal }: Rest): Promise<void> {
    const inTime = await withDeadline(Promise.all(slots.map((slot) => slot.done)), GRACE_MS);
    if (!inTime && slots.every((slot) => !slot.reply)) {
      const givenUp = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await Promise.race([givenUp, ...slots.map((slot) => slot.done)]);
    }
    // Nobody listens any more after the deadline.
    if (signal.aborted) return;
    const replies = fitting(
      slots.map((slot) => slot.reply),
      payloadLimit(this.options.bus.nc.info?.max_payload) - slots.length * 2,
    );
    const open = slots.filter((_, i) => !replies[i]);
    if (open.length === 0) {
      msg.respond(writeFrame(replies));
      return;
    }
    const token = uuidv7();
    this.rest.set(token, { slots: open, signal });
    signal.addEventListener('abort', () => this.rest.delete(token), { once: true });
    const headers = natsHeaders();
    headers.set(REST_HEADER, `${this.restSubject} ${token}`);
    msg.respond(writeFrame(replies), { headers });
  }

  private async validate(wire: WireItem, { question }: Question, signal: AbortSignal): Promise<RpcItem<unknown>> {
    const actor = this.options.admit(wire.a, question);
    const parsed = question.input.safeParse(wire.i);
    if (!parsed.success) throw invalidInput(parsed.error.issues);
    return {
      input: parsed.data,
      signal,
      requestId: wire.r,
      ...(actor ? { actor } : {}),
      ...(wire.k === undefined ? {} : { key: wire.k }),
      ...(wire.m === undefined ? {} : { ifMatch: wire.m }),
      ...(wire.n === undefined ? {} : { address: wire.n }),
    };
  }

  private async answerOne(one: Valid, handler: MessageHandler, question: Question, subject: string): Promise<void> {
    const { input, ...ctx } = one.item;
    try {
      one.slot.reply = await this.inSpan(one.trace ? [one.trace] : [], subject, async () => {
        if (question.batch) {
          const [result] = (await invoke(handler, [one.item], undefined)) as unknown[];
          if (result instanceof AppError) throw result;
          return this.success(result, question);
        }
        const work = async () =>
          this.success(await invoke(handler, input, ctx satisfies RpcContext), question, one.page);
        const { terms } = this.options;
        if (!terms || (ctx.key === undefined && ctx.ifMatch === undefined)) return work();
        return { json: await terms.hold(one.item, question.question, async () => (await work()).json) };
      });
    } catch (error) {
      one.slot.reply = this.failure(error, subject);
    }
  }

  private async answerBatch(
    valid: Valid[],
    handler: MessageHandler,
    question: Question,
    subject: string,
  ): Promise<void> {
    if (valid.length === 0) return;
    const traces = valid.flatMap((one) => one.trace ?? []);
    try {
      const results = await this.inSpan(traces, subject, async () => {
        const items = valid.map((one) => one.item);
        const answers = await invoke(handler, items, undefined);
        if (!Array.isArray(answers) || answers.length !== valid.length) {
          throw new Error(`the batch handler of ${subject} must give one answer an item`);
        }
        return answers as unknown[];
      });
      valid.forEach(({ slot }, i) => {
        slot.reply = this.replyOf(results[i], question, subject);
      });
    } catch (error) {
      const known = AppError.from(error);
      // What failed for all would fail for each; otherwise one bad item must not fail its neighbours.
      const alone = valid.length === 1 || known.kind === 'unavailable';
      for (const one of valid) {
        if (alone) one.slot.reply = this.failure(known, subject);
        else await this.answerOne(one, handler, question, subject);
      }
    }
  }

  private replyOf(result: unknown, question: Question, subject: string): Reply {
    if (result instanceof AppError) return this.failure(result, subject);
    try {
      return this.success(result, question);
    } catch (error) {
      return this.failure(error, subject);
    }
  }

  private success(result: unknown, { question }: Question, page?: Valid['page']): { json: Buffer } {
    if (this.options.checkAnswers) checkAnswer(result, question);
    const json = Buffer.from(result instanceof RawJson ? result.text : (JSON.stringify(result) ?? 'null'));
    return { json: page ? withPage(json, { ...page, ...factsOf(result) }) : json };
  }

  private failure(thrown: unknown, subject: string): Reply {
    const error = AppError.from(thrown);
    if (error.kind === 'bug') this.log.error({ err: error, question: subject }, 'answering failed');
    else if (error.kind === 'unavailable') this.log.warn({ err: error, question: subject }, 'answering failed');
    return { error: error.toWire() };
  }

  /** A server span for each sampled question; a batch runs in the first of them. */
  private async inSpan<T>(traces: string[], subject: string, work: () => Promise<T>): Promise<T> {
    const spans = traces.flatMap(
      (traceparent) => continueTrace({ traceparent }, `answer ${subject}`, SpanKind.SERVER) ?? [],
    );
    const [first] = spans;
    if (!first) return work();
    try {
      const result = await context.with(first.context, work);
      for (const span of spans) span.end();
      return result;
    } catch (error) {
      for (const span of spans) span.end(error);
      throw error;
    }
  }
}

/** A text of which nothing was said has to be read for it. */
function factsOf(result: unknown): PageFacts {
  if (typeof result !== 'object' || result === null) return {};
  const facts = pageOf(result);
  return facts.rows === undefined && result instanceof RawJson
    ? { ...pageOf(JSON.parse(result.text)), ...facts }
    : facts;
}

async function invoke(handler: MessageHandler, payload: unknown, ctx: RpcContext | undefined): Promise<unknown> {
  const result = await handler(payload, ctx);
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}

function readItems(msg: Msg): WireItem[] {
  const items: unknown = JSON.parse(msg.string());
  if (!Array.isArray(items)) throw new Error(`malformed question on ${msg.subject}`);
  return items as WireItem[];
}

function invalidInput(issues: readonly { path: PropertyKey[]; message: string }[]): AppError {
  const fields = issues.slice(0, MAX_FIELDS).map((issue) => ({
    pointer: issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    detail: issue.message,
  }));
  // A path that cannot name anything, `/tickets/abc`, is one that nothing is found at.
  const lost = issues.find((issue) => issue.path[0] === 'params');
  if (lost) return new AppError('not-found', 'input.no-such-path', "Couldn't find what the address names.");
  const first = fields[0];
  const detail = first ? `${first.pointer.slice(1).replaceAll('/', '.') || 'input'}: ${first.detail}` : 'invalid input';
  return new AppError('invalid', 'input.invalid', detail, undefined, { fields });
}

function checkAnswer(result: unknown, question: Question['question']): void {
  const value = result instanceof RawJson ? JSON.parse(result.text) : JSON.parse(JSON.stringify(result) ?? 'null');
  const parsed = question.output.safeParse(value);
  if (parsed.success) return;
  const where = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`).join('; ');
  throw new AppError('bug', 'internal', 'Something went wrong on our side.', `answer of ${question.subject}: ${where}`);
}
