import { defineQuestion } from '@helpmesh/contracts';
import { Answers, messagingTables, type RpcContext } from '@helpmesh/messaging';
import { infra, testKeys, waitFor } from '@helpmesh/testing';
import { Controller, Module } from '@nestjs/common';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineConfig, loadConfig, type RunningService, runService } from '../index.ts';

const answered = defineQuestion('rpc.reporting.v1.probe', z.object({}), z.object({ ok: z.boolean() }), {
  callers: ['gateway'],
});

@Controller()
class ProbeController {
  @Answers(answered)
  answer(_ctx: RpcContext): { ok: boolean } {
    return { ok: true };
  }
}
@Module({ controllers: [ProbeController] })
class ProbeModule {}

let service: RunningService | undefined;
afterEach(() => service?.stop());

const permitted = (subscribe: string[]) => `users = [{
  user: reporting, password: $TEST_PASSWORD
  permissions: { publish: { allow: ["$JS.API.>"] }, subscribe: { allow: ${JSON.stringify(subscribe)} } }
}]`;

async function reporting(subscribe: string[], password = 'p-right'): Promise<RunningService> {
  const text = permitted(subscribe);
  const broker = await infra().nats({ authorization: { text, env: { TEST_PASSWORD: 'p-right' } } });
  const config = loadConfig(defineConfig(z.object({})), {
    ...testKeys().envOf('reporting'),
    DATABASE_URL: await infra().database('refused'),
    NATS_URL: broker.url.replace('//', `//reporting:${password}@`),
    HEALTH_PORT: '0',
    HEALTH_HOST: '127.0.0.1',
  });
  service = runService({ name: 'reporting', config, module: ProbeModule, migrations: [messagingTables] });
  return service;
}

const ready = async (url: string) => {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, body: await response.text() };
};

it('S32: a service that lacks a permission on the broker is not ready', async () => {
  const running = await reporting(['_INBOX.reporting.>']);
  await running.migrate();
  await running.start();
  const told = await waitFor(
    async () => {
      const answer = await ready(running.url);
      return answer.status === 503 && answer;
    },
    { what: 'the service to be not ready' },
  );
  expect(JSON.parse(told.body)).toMatchObject({ parts: { nats: 'failed', postgres: 'ok' } });
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  expect(metrics).toMatch(/helpmesh_bus_refused_total\{operation="subscription"\} [1-9]/);
});

it('is ready with the same permissions and that one', async () => {
  const running = await reporting(['_INBOX.reporting.>', 'rpc.reporting.>']);
  await running.migrate();
  await running.start();
  // A refusal comes before the answer to what was asked after it.
  await expect(running.migrate()).resolves.toEqual([]);
  expect(await ready(running.url)).toMatchObject({ status: 200 });
});

it('S32: a wrong password ends the start with one sentence', async () => {
  const refused = await reporting(['>'], 'p-wrong');
  await expect(refused.migrate()).rejects.toMatchObject({ kind: 'unavailable', code: 'bus.not-let-in' });
});
