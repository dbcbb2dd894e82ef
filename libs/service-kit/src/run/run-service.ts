import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { AppError, type Clock, epochMs, SystemClock } from '@helpmesh/kernel';
import { Bus, connectBus, DeadLetters, Outbox, Relay, RequestKeys, RequestTerms, RpcClient } from '@helpmesh/messaging';
import { connect, createDataSource, type MigrationClass, migrate, sql } from '@helpmesh/persistence';
import { logger, nameService } from '@helpmesh/telemetry';
import type { DynamicModule, INestApplication, INestMicroservice, Provider, Type } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { DataSource, type EntitySchema } from 'typeorm';
import type { z } from 'zod';
import { ActorSigner, ActorVerifier } from '../access/actor-token.ts';
import { openCache } from '../cache/open-cache.ts';
import type { baseConfig } from '../config/base-config.ts';
import { deadLettersCommand } from './dead-letters-command.ts';
import { HealthServer, type ReadinessCheck } from './health.ts';
import type { Service } from './main.ts';
import { BusTransport, CACHE, CLOCK, CONFIG, nestLog, PlatformModule, RootModule } from './platform.ts';

type BaseConfig = z.output<typeof baseConfig>;
/** The gateway has no database. */
type ServiceConfig = Omit<BaseConfig, 'DATABASE_URL' | 'HELPMESH_EVENT_RETENTION_DAYS'> &
  Partial<Pick<BaseConfig, 'DATABASE_URL' | 'HELPMESH_EVENT_RETENTION_DAYS'>>;

export interface ServiceOptions {
  name: string;
  config: Readonly<ServiceConfig>;
  /** The service's own module; everything of `platformProviders` can be injected in it. */
  module: Type<unknown>;
  /** Oldest first, `messagingTables` before all; a table of `RequestKeys` among them. */
  migrations?: MigrationClass[];
  /** Tables of the objects at `/api/v1/<noun>/:id`, by noun, that a request may name a version of with `If-Match`. */
  versionedTables?: Readonly<Record<string, string>>;
  entities?: EntitySchema[];
  /** Database connections, default 10. */
  poolSize?: number;
  /** Server settings of those connections. */
  settings?: Readonly<Record<string, string>>;
  /** Rows an empty system starts with. Runs after each `migrate`, so it must be idempotent. */
  seed?: (ds: DataSource) => Promise<void>;
  /** Speaks HTTP instead of answering questions. */
  http?: { adapter: () => AbstractHttpAdapter; port: number; host: string };
  /** More that must work for `/readyz`; reading it again with the same name replaces ours (`postgres`, `nats`, `relay`). */
  checks?: Record<string, ReadinessCheck>;
  clock?: Clock;
}

/** Waiting for a broker when migrating: a job that hangs for ever tells nobody what is missing. */
const MIGRATE_BUS_WAIT_MS = 30_000;
/** An outbox that old means that nobody publishes. */
const RELAY_BEHIND_SECONDS = 60;
/** How long the answer to a request with a key is kept, and how often the older ones are forgotten. */
const ANSWERS_KEPT_MS = 24 * 3_600_000;
const FORGET_EVERY_MS = 3_600_000;

/**
 * Puts a service together: data source, bus, outbox and relay, cache, actor keys, health port, and a Nest application
 * that answers questions and consumes events (or speaks HTTP). What it made can be injected: `DataSource`, `Bus`,
 * `Outbox`, `RpcClient`, `DeadLetters`, `RequestKeys`, `ActorSigner`, `ActorVerifier`, and by token `CONFIG`, `CLOCK`, `CACHE`.
 *
 * Nothing happens before `start` or `migrate`. A start that fails lets go of what it had taken.
 */
export function runService(options: ServiceOptions): RunningService {
  return new RunningService(options);
}

export class RunningService implements Service {
  readonly name: string;
  private readonly options: ServiceOptions;
  private readonly health = new HealthServer();
  /** What has to be undone, newest last. */
  private readonly undo: (() => unknown)[] = [];
  private app: INestMicroservice | INestApplication | undefined;

  constructor(options: ServiceOptions) {
    this.options = options;
    this.name = options.name;
  }

  async start(): Promise<void> {
    nameService(this.name);
    try {
      await this.build();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.health.ready(false);
    const log = logger('stop');
    for (let step = this.undo.pop(); step; step = this.undo.pop()) {
      try {
        await step();
      } catch (error) {
        // The rest must be let go of all the same.
        log.warn({ err: error }, 'a part did not stop cleanly');
      }
    }
    this.app = undefined;
  }

  async migrate(): Promise<string[]> {
    nameService(this.name);
    const { config, seed } = this.options;
    const applied: string[] = [];
    if (config.DATABASE_URL) {
      const ds = this.dataSource(config.DATABASE_URL);
      applied.push(...(await migrate(ds)));
      if (seed) {
        await connect(ds);
        await seed(ds).finally(() => ds.destroy());
      }
    }
    const bus = await inTime(this.connectBus(), MIGRATE_BUS_WAIT_MS);
    await bus.declareStreams(this.name).finally(() => bus.close());
    return applied;
  }

  async deadLetters(words: readonly string[]): Promise<string> {
    const { DATABASE_URL: url } = this.options.config;
    if (!url) return `${this.name} consumes nothing\n`;
    const ds = await connect(this.dataSource(url));
    const bus = await inTime(this.connectBus(), MIGRATE_BUS_WAIT_MS);
    try {
      return await deadLettersCommand(new DeadLetters(ds, bus), words);
    } finally {
      await bus.close();
      await ds.destroy();
    }
  }

  get url(): string {
    const server = this.options.http && (this.app as INestApplication | undefined)?.getHttpServer();
    const address = server?.address() as AddressInfo | undefined;
    return address ? `http://127.0.0.1:${address.port}` : this.health.url;
  }

  /** Of the health port, also when `url` is that of the page. */
  get healthUrl(): string {
    return this.health.url;
  }

  /** A provider of the running service; for tests and for tools that live in its process. */
  get<T>(token: Type<T> | symbol | string): T {
    if (!this.app) throw new Error(`${this.name} is not running`);
    return this.app.get<T>(token, { strict: false });
  }

  private async build(): Promise<void> {
    const { config, checks = {} } = this.options;
    await this.health.listen(config.HEALTH_PORT, config.HEALTH_HOST);
    this.undo.push(() => this.health.close());

    const clock = this.options.clock ?? new SystemClock();
    const cache = openCache(config.REDIS_URL);
    this.undo.push(() => cache.close());
    const bus = await this.connectBus();
    this.undo.push(() => bus.close());
    this.health.add('nats', () => {
      if (!bus.connected) throw new Error('not connected');
      if (bus.refused) throw new Error(bus.refused);
    });

    const verifier = new ActorVerifier({
      trustedKeys: config.HELPMESH_TRUSTED_KEYS,
      audience: this.name,
      clock,
    });
    const signer = new ActorSigner({ service: this.name, key: config.HELPMESH_SIGNING_KEY, clock });
    const providers: Provider[] = [
      { provide: CONFIG, useValue: config },
      { provide: CLOCK, useValue: clock },
      { provide: CACHE, useValue: cache },
      { provide: Bus, useValue: bus },
      { provide: RpcClient, useValue: new RpcClient(bus) },
      { provide: ActorSigner, useValue: signer },
      { provide: ActorVerifier, useValue: verifier },
    ];
    const ds = config.DATABASE_URL ? await this.connectDatabase(config.DATABASE_URL) : undefined;
    const outbox = new Outbox(this.name, clock);
    const keys = new RequestKeys(config.HELPMESH_SIGNING_KEY);
    const deadLetters = ds && new DeadLetters(ds, bus);
    if (ds) {
      await bus.declareStreams(this.name);
      this.forgetAnswers(ds, keys, clock);
      providers.push(
        { provide: DataSource, useValue: ds },
        { provide: Outbox, useValue: outbox },
        { provide: DeadLetters, useValue: deadLetters },
        { provide: RequestKeys, useValue: keys },
      );
      const relay = new Relay({ ds, bus, outbox, service: this.name });
      relay.start();
      this.undo.push(() => relay.stop());
    }

    const platform: DynamicModule = {
      module: PlatformModule,
      global: true,
      providers,
      exports: providers.map(tokenOf),
    };
    const root: DynamicModule = { module: RootModule, imports: [platform, this.options.module] };
    await this.startApp(root, () => {
      if (!ds || !deadLetters) throw new Error(`${this.name} answers questions and needs DATABASE_URL`);
      const checkAnswers = config.HELPMESH_CHECK_ANSWERS;
      const terms = new RequestTerms({ ds, keys, clock, tables: this.options.versionedTables ?? {} });
      return new BusTransport({ bus, ds, service: this.name, verifier, checkAnswers, terms, deadLetters });
    });
    for (const [name, check] of Object.entries(checks)) this.health.add(name, check);
    this.health.ready(true);
  }

  private async startApp(root: DynamicModule, transport: () => BusTransport): Promise<void> {
    const { http } = this.options;
    // Nest ends the process on a failed start unless told not to; what to do then is for our caller to say.
    const common = { logger: nestLog(), abortOnError: false };
    if (http) {
      const app = await NestFactory.create(root, http.adapter(), { ...common, bodyParser: false });
      this.keep(app);
      await app.listen(http.port, http.host);
    } else {
      const app = await NestFactory.createMicroservice(root, { ...common, strategy: transport() });
      this.keep(app);
      await app.listen();
    }
  }

  private forgetAnswers(ds: DataSource, keys: RequestKeys, clock: Clock): void {
    const log = logger('request-keys');
    const forget = () => {
      keys.forgetOld(ds, epochMs(clock.now() - ANSWERS_KEPT_MS)).catch((error: unknown) => {
        log.warn({ err: error }, 'old answers could not be forgotten, the next round tries again');
      });
    };
    const timer = setInterval(forget, FORGET_EVERY_MS).unref();
    this.undo.push(() => clearInterval(timer));
  }

  private keep(app: INestMicroservice | INestApplication): void {
    this.app = app;
    this.undo.push(() => app.close());
  }

  private async connectDatabase(url: string): Promise<DataSource> {
    const ds = await connect(this.dataSource(url));
    this.undo.push(() => ds.destroy());
    this.health.add('postgres', () => ds.query('SELECT 1'));
    this.health.add('relay', async () => {
      const [waiting] = await sql<{ behind: boolean }>(
        ds,
        `SELECT created_at < now() - interval '${RELAY_BEHIND_SECONDS} seconds' AS behind
         FROM outbox WHERE due_at IS NULL ORDER BY seq LIMIT 1`,
      );
      if (waiting?.behind) throw new Error('messages wait to be published');
    });
    return ds;
  }

  private dataSource(url: string): DataSource {
    const { migrations = [], entities = [], poolSize, settings } = this.options;
    const log = logger('postgres');
    return createDataSource({
      url,
      entities,
      migrations,
      name: this.name,
      ...(poolSize !== undefined && { poolSize }),
      ...(settings && { settings }),
      onIdleError: (error) => log.warn({ err: error }, 'an idle connection was lost'),
    });
  }

  private connectBus(): Promise<Bus> {
    const { NATS_URL: url, HELPMESH_EVENT_RETENTION_DAYS: retentionDays } = this.options.config;
    return connectBus({ url, name: this.name, ...(retentionDays !== undefined && { retentionDays }) });
  }
}

function tokenOf(provider: Provider): symbol | string | Type<unknown> {
  return (provider as { provide: symbol | string | Type<unknown> }).provide;
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new AppError('unavailable', 'bus.unavailable', `NATS did not answer within ${ms / 1000} seconds.`));
    }, ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
