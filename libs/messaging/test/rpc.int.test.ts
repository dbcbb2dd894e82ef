import { AppError } from '@helpmesh/kernel';
import { infra, waitFor } from '@helpmesh/testing';
import { Controller } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Answers, RawJson, RpcClient, type RpcContext, type RpcItem } from '../src/index.ts';
import { type Bed, bed, echo, listed, twice } from './bed.ts';

let b: Bed;
let client: RpcClient;
const batches: number[] = [];
let signals: AbortSignal[] = [];
/** How often the first one asked was not to answer. */
let asked = 0;

@Controller()
class Answering {
  @Answers(echo)
  async echo(ctx: RpcContext, input: { text: string }) {
    signals.push(ctx.signal);
    if (input.text === 'refuse') {
      throw new AppError('conflict', 'counter.refused', 'Not now.', 'secret', {
        fields: [{ pointer: '/text', detail: 'bad word' }],
      });
    }
    if (input.text === 'crash') throw new TypeError('secret of ours');
    if (input.text === 'hang') return new Promise<never>(() => undefined);
    if (input.text === 'die' && ++asked === 1) return new Promise<never>(() => undefined);
    if (input.text === 'who') return { text: `${ctx.actor?.login} ${ctx.requestId} ${ctx.key}` };
    if (input.text === 'wrong') return { txt: 'not what the contract says' } as never;
    if (input.text.startsWith('big ')) return { text: 'x'.repeat(Number(input.text.slice(4))) };
    return new RawJson(`{"text": ${JSON.stringify(input.text)}}`);
  }

  @Answers(listed)
  async listed() {
    return {};
  }

  @Answers(twice, { batch: true })
  async twice(items: RpcItem<{ n: number }>[]) {
    batches.push(items.length);
    if (items.length > 1 && items.some(({ input }) => input.n === 13)) throw new Error('the statement failed');
    return items.map(({ input }) => {
      if (input.n === 13) return new AppError('invalid', 'counter.unlucky', 'Thirteen.');
      return input.n * 2;
    });
  }
}

beforeEach(async () => {
  b = await bed((await infra().nats()).url);
  client = new RpcClient(b.bus);
  batches.length = 0;
  signals = [];
  asked = 0;
});
afterEach(() => b.stop());

const actor = JSON.stringify({ login: 'nicole' });

describe('questions', () => {
  it('calls of one tick travel together, at most 64 at once, and each gets its own answer', async () => {
    await b.serve([Answering]);
    const asked = Array.from({ length: 200 }, (_, n) => n).filter((n) => n !== 13);
    const answers = await Promise.all(asked.map((n) => client.call(twice, { n })));
    expect(answers).toEqual(asked.map((n) => n * 2));
    // Sent in this order; which of them the broker's connection hands over first is not ours to say.
    expect(batches.toSorted((x, y) => y - x)).toEqual([64, 64, 64, 7]);
  });

  it('passes text through unparsed', async () => {
    await b.serve([Answering]);
    expect(String(await client.callJson(echo, { text: 'ä"😀' }))).toBe('{"text": "ä\\"😀"}');
  });

  it('hands over actor, request id and key', async () => {
    await b.serve([Answering]);
    const answer = await client.call(echo, { text: 'who' }, { actor, requestId: 'r-1', key: 'k-1' });
    expect(answer.text).toBe('nicole r-1 k-1');
    await expect(client.call(echo, { text: 'who' }, { actor: 'not json' })).rejects.toBeInstanceOf(AppError);
  });

  it('an error of one is an AppError for its caller and nothing to its neighbours', async () => {
    await b.serve([Answering]);
    const [fine, refused, crashed, invalid] = await Promise.allSettled([
      client.call(echo, { text: 'fine' }),
      client.call(echo, { text: 'refuse' }),
      client.call(echo, { text: 'crash' }),
      client.call(echo, { text: 7 as never }),
    ]);
    expect(fine).toMatchObject({ value: { text: 'fine' } });
    expect(refused).toMatchObject({
      reason: { kind: 'conflict', code: 'counter.refused', detail: 'Not now.', fields: [{ pointer: '/text' }] },
    });
    expect(crashed).toMatchObject({ reason: { kind: 'bug', code: 'internal' } });
    expect(invalid).toMatchObject({
      reason: { kind: 'invalid', code: 'input.invalid', fields: [{ pointer: '/text' }] },
    });
    expect(JSON.stringify([refused, crashed])).not.toContain('secret');
  });

  it('refuses what is nested deeper than JSON can be written, and lives on', async () => {
    await b.serve([Answering]);
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtException', note);
    await expect(client.call(echo, { text: deep }, { timeoutMs: 20 })).rejects.toMatchObject({
      kind: 'unreadable',
      code: 'rpc.too-deep',
    });
    // Past the deadline of the one above, whose timer would have run.
    await expect(client.call(echo, { text: 'hang' }, { timeoutMs: 60 })).rejects.toMatchObject({ code: 'rpc.timeout' });
    process.off('uncaughtException', note);
    expect(uncaught).toEqual([]);
  });

  it('names the first twenty wrong fields of a question and no more', async () => {
    await b.serve([Answering]);
    const wrong = Array.from({ length: 1_000 }, () => 'x') as never;
    const refused = await client.call(listed, { ns: wrong }).catch((error: AppError) => error);
    expect(refused).toMatchObject({ code: 'input.invalid', detail: expect.stringContaining('ns.0') });
    expect((refused as AppError).fields).toHaveLength(20);
  });

  it('a batch that fails as a whole is answered item by item', async () => {
    await b.serve([Answering]);
    const settled = await Promise.allSettled([12, 13, 14].map((n) => client.call(twice, { n })));
    expect(settled).toMatchObject([{ value: 24 }, { reason: { code: 'counter.unlucky' } }, { value: 28 }]);
    expect(batches).toEqual([3, 1, 1, 1]);
  });

  it('gives up at the deadline, and the answering side is told', async () => {
    await b.serve([Answering]);
    const started = performance.now();
    const late = client.call(echo, { text: 'hang' }, { timeoutMs: 200 });
    await expect(late).rejects.toMatchObject({ kind: 'unavailable', code: 'rpc.timeout' });
    expect(performance.now() - started).toBeLessThan(1_000);
    await waitFor(() => signals[0]?.aborted, { what: 'the signal' });
    // The lane is free again.
    expect(await client.call(echo, { text: 'next' })).toEqual({ text: 'next' });
  });

  it('asks once more what may be asked twice, for whoever was asked may have died', async () => {
    await b.serve([Answering]);
    expect(await client.call(echo, { text: 'die' }, { askAgainMs: 100, timeoutMs: 1_000 })).toEqual({ text: 'die' });
    expect(asked).toBe(2);
    // And not again: who is only slow is not asked over and over.
    const slow = client.call(echo, { text: 'hang' }, { askAgainMs: 50, timeoutMs: 400 });
    await expect(slow).rejects.toMatchObject({ code: 'rpc.timeout' });
    expect(signals).toHaveLength(4);
  });

  it('hanging questions hold up neither those of their tick nor those that follow', async () => {
    await b.serve([Answering]);
    const hang = () => client.call(echo, { text: 'hang' }, { timeoutMs: 1_500 }).catch((error: AppError) => error.code);
    const hanging = Array.from({ length: 6 }, hang);
    const [same, ...more] = await Promise.all([
      client.call(echo, { text: 'same tick' }, { timeoutMs: 1_000 }),
      ...Array.from({ length: 6 }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        hanging.push(hang());
        return client.call(echo, { text: 'next tick' }, { timeoutMs: 1_000 });
      }),
    ]);
    expect(same).toEqual({ text: 'same tick' });
    expect(more).toHaveLength(6);
    expect(new Set(await Promise.all(hanging))).toEqual(new Set(['rpc.timeout']));
  });

  it('stops waiting when the caller gives up', async () => {
    await b.serve([Answering]);
    const giveUp = new AbortController();
    const call = client.call(echo, { text: 'hang' }, { signal: giveUp.signal });
    giveUp.abort();
    await expect(call).rejects.toMatchObject({ code: 'rpc.aborted' });
    await expect(client.call(echo, { text: 'x' }, { signal: giveUp.signal })).rejects.toMatchObject({
      code: 'rpc.aborted',
    });
  });

  it('waits about two seconds for a service that is just starting', async () => {
    const early = client.call(echo, { text: 'early' });
    await b.serve([Answering]);
    expect(await early).toEqual({ text: 'early' });
  });

  it('says so when nobody answers', async () => {
    const started = performance.now();
    await expect(client.call(echo, { text: 'x' })).rejects.toMatchObject({ code: 'rpc.no-responders' });
    expect(performance.now() - started).toBeGreaterThan(1_500);
    await expect(client.call(echo, { text: 'x' }, { timeoutMs: 100 })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('answers that are too much for one message come in parts; one that is too large alone is a clean error', async () => {
    await b.serve([Answering]);
    const sizes = [3_000_000, 3_000_000, 9_000_000, 3_000_000, 1];
    const settled = await Promise.allSettled(sizes.map((size) => client.call(echo, { text: `big ${size}` })));
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value.text.length : one.reason.code))).toEqual([
      3_000_000,
      3_000_000,
      'rpc.reply-too-large',
      3_000_000,
      1,
    ]);
  });

  it('large questions are spread over several messages; one that is too large alone is refused', async () => {
    await b.serve([Answering]);
    const texts = [3_000_000, 3_000_000, 3_000_000].map((size) => 'y'.repeat(size));
    const answers = await Promise.all(texts.map((text) => client.call(echo, { text })));
    expect(answers.map((answer) => answer.text.length)).toEqual([3_000_000, 3_000_000, 3_000_000]);
    await expect(client.call(echo, { text: 'y'.repeat(9_000_000) })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'rpc.request-too-large',
    });
  });

  it('an answer that breaks the contract is a bug of the answering side', async () => {
    await b.serve([Answering]);
    await expect(client.call(echo, { text: 'wrong' })).rejects.toMatchObject({ kind: 'bug' });
  });

  it('a closing service answers what it has begun', async () => {
    const app = await b.serve([Answering]);
    const answers = Promise.all(Array.from({ length: 50 }, (_, n) => client.call(twice, { n: n + 100 })));
    await waitFor(() => batches.length > 0, { what: 'the first batch' });
    await app.close();
    expect(await answers).toHaveLength(50);
  });
});
