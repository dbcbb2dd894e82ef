import type { Message } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { sql, transaction } from '@helpmesh/persistence';
import { infra, waitFor } from '@helpmesh/testing';
import { Controller } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Answers, Consumes, ConsumesBatch, RpcClient, type RpcContext, type Verdict } from '../src/index.ts';
import { type Bed, bed, counted, doIt, echo } from './bed.ts';

@Controller()
class Counter {
  @Answers(echo)
  async echo(ctx: RpcContext, input: { text: string }) {
    if (input.text === 'bad') throw new AppError('conflict', 'counter.bad', 'No.');
    return { text: `${ctx.actor?.login}:${input.text}` };
  }

  @ConsumesBatch(counted)
  async onCounted(messages: Message<typeof counted>[], tx: EntityManager): Promise<void> {
    await sql(tx, 'INSERT INTO effect (n) SELECT unnest($1::int[])', [messages.map((m) => m.data.n)]);
  }

  @Consumes(doIt)
  async onDoIt(message: Message<typeof doIt>, tx: EntityManager): Promise<Verdict> {
    await sql(tx, 'INSERT INTO effect (n) VALUES ($1)', [message.data.n]);
    return { do: 'ack' };
  }
}

let b: Bed;
beforeAll(async () => {
  b = await bed((await infra().nats()).url);
});
afterAll(() => b?.stop());

it('smoke', async () => {
  await b.serve([Counter]);
  b.relay.start();
  await b.emit(300);
  await transaction(b.ds, (tx) => b.outbox.add(tx, doIt, { aggregateId: 1, data: { n: 1000 } }));
  await waitFor(async () => (await b.effects()).length === 301, { what: 'effects' });
  const client = new RpcClient(b.bus);
  const actor = JSON.stringify({ login: 'x' });
  expect(await client.call(echo, { text: 'hi' }, { actor })).toEqual({ text: 'x:hi' });
  await expect(client.call(echo, { text: 'bad' }, { actor })).rejects.toMatchObject({ code: 'counter.bad' });
});
