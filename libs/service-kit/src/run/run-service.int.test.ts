import { defineQuestion } from '@helpmesh/contracts';
import { Answers, messagingTables, RpcClient, type RpcContext } from '@helpmesh/messaging';
import { infra, testKeys } from '@helpmesh/testing';
import { Controller, Inject, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ActorSigner } from '../access/actor-token.ts';
import { defineConfig } from '../config/base-config.ts';
import { loadConfig } from '../config/config.ts';
import { CONFIG } from './platform.ts';
import { type RunningService, runService } from './run-service.ts';

const whoAsks = defineQuestion(
  'rpc.reporting.v1.who-asks',
  z.object({ n: z.number() }),
  z.object({ who: z.string() }),
  { callers: ['gateway', 'reporting'] },
);

@Controller()
class ProbeController {
  constructor(
    private readonly ds: DataSource,
    @Inject(CONFIG) private readonly config: { HELPMESH_FQDN: string },
  ) {}

  @Answers(whoAsks)
  async answer({ actor }: RpcContext, { n }: { n: number }) {
    const [row] = await this.ds.query('SELECT $1::int + 1 AS n', [n]);
    return { who: `${actor?.login ?? 'nobody'} ${row.n} ${this.config.HELPMESH_FQDN}` };
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

@Module({ providers: [{ provide: 'broken', useFactory: () => Promise.reject(new Error('cannot be made')) }] })
class BrokenModule {}

const ProbeConfig = defineConfig(z.object({}));
const keys = testKeys();

async function config() {
  const { database, natsUrl } = infra();
  return loadConfig(ProbeConfig, {
    ...keys.envOf('reporting'),
    DATABASE_URL: await database('kit'),
    NATS_URL: natsUrl,
    HEALTH_PORT: '0',
    HEALTH_HOST: '127.0.0.1',
    HELPMESH_FQDN: 'desk.example.com',
  });
}

const health = async (service: RunningService, path: string) => {
  const response = await fetch(`${service.url}${path}`);
  return { status: response.status, body: await response.text() };
};

describe('a service', () => {
  let service: RunningService;
  beforeAll(async () => {
    const options = { name: 'reporting', module: ProbeModule, migrations: [messagingTables] };
    service = runService({ ...options, config: await config() });
    expect(await service.migrate()).toEqual(['MessagingTables1700000000000']);
    expect(await service.migrate()).toEqual([]);
    await service.start();
  });
  afterAll(() => service.stop());

  it('answers a question with what was injected, for whom the token names', async () => {
    const rpc = service.get(RpcClient);
    const signer = service.get(ActorSigner);
    expect(await rpc.call(whoAsks, { n: 1 }, { actor: signer.service() })).toEqual({
      who: 'service:reporting 2 desk.example.com',
    });
    await expect(rpc.call(whoAsks, { n: 2 })).rejects.toMatchObject({ code: 'actor.token-refused' });
  });

  it('refuses a token that nobody trusted has signed', async () => {
    const stranger = new ActorSigner({ service: 'reporting', key: testKeys().pairs.reporting?.privateKey ?? '' });
    const asked = service.get(RpcClient).call(whoAsks, { n: 1 }, { actor: stranger.service() });
    await expect(asked).rejects.toMatchObject({ kind: 'unauthenticated', code: 'actor.token-refused' });
  });

  it('tells that it lives, that it is ready and what it measures', async () => {
    expect(await health(service, '/healthz')).toEqual({ status: 200, body: '{"status":"ok"}' });
    expect(await health(service, '/readyz')).toEqual({
      status: 200,
      body: '{"status":"ready","parts":{"nats":"ok","postgres":"ok","relay":"ok"}}',
    });
    const metrics = await health(service, '/metrics');
    expect(metrics.body).toContain('helpmesh_outbox_oldest_seconds 0');
    expect(metrics.body).toContain('process_resident_memory_bytes');
    expect((await health(service, '/anything')).status).toBe(404);
  });
});

describe('dead letters', () => {
  it('are listed, shown and replayed from the command line', async () => {
    const options = { name: 'reporting', module: ProbeModule, migrations: [messagingTables] };
    const service = runService({ ...options, config: await config() });
    await service.migrate();
    expect(await service.deadLetters([])).toBe('no dead letters\n');
    await service.start();
    await service.get<DataSource>(DataSource).query(
      `INSERT INTO dead_letter (consumer, message_id, subject, payload, headers, cause, tries)
       VALUES ('reporting__mail-v1', gen_random_uuid(), 'mail.v1.quarantined', '{}', '{}', 'it made no sense', 8)`,
    );
    const list = await service.deadLetters(['list']);
    expect(list).toMatch(/^1 .* reporting__mail-v1 {2}mail\.v1\.quarantined {2}8 tries {2}it made no sense\n$/);
    expect(await service.deadLetters(['show', '1'])).toContain('"cause": "it made no sense"');
    await expect(service.deadLetters(['replay', '2'])).rejects.toMatchObject({ code: 'dead-letter.unknown' });
    await expect(service.deadLetters(['bury'])).rejects.toMatchObject({ code: 'dead-letter.usage' });
    await service.stop();
  });
});

describe('stopping', () => {
  it('lets go of everything, also twice, and can start again', async () => {
    const service = runService({
      name: 'reporting',
      module: ProbeModule,
      migrations: [messagingTables],
      config: await config(),
    });
    await service.migrate();
    await service.start();
    const { url } = service;
    await service.stop();
    await service.stop();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    await service.start();
    expect((await health(service, '/readyz')).status).toBe(200);
    await service.stop();
  });

  it('lets go of everything after a start that failed, and says why it failed', async () => {
    const service = runService({
      name: 'reporting',
      module: BrokenModule,
      migrations: [messagingTables],
      config: await config(),
    });
    await service.migrate();
    await expect(service.start()).rejects.toThrow('cannot be made');
    expect(() => service.get(DataSource)).toThrow('not running');
  });
});

describe('health checks', () => {
  it('says not ready, and which part, when a part fails; and lives all the same', async () => {
    const service = runService({
      name: 'reporting',
      module: ProbeModule,
      migrations: [messagingTables],
      config: await config(),
      checks: { mailbox: () => Promise.reject(new Error('canary')) },
    });
    await service.migrate();
    await service.start();
    try {
      const ready = await health(service, '/readyz');
      expect(ready.status).toBe(503);
      expect(JSON.parse(ready.body).parts).toMatchObject({ mailbox: 'failed', postgres: 'ok' });
      expect(ready.body).not.toContain('canary');
      expect((await health(service, '/healthz')).status).toBe(200);
    } finally {
      await service.stop();
    }
  });
});
