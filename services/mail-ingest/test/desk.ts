import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { fileMail, Message, MessageDefinition } from '@helpmesh/contracts';
import { uuidv7 } from '@helpmesh/kernel';
import { type Bus, connectBus } from '@helpmesh/messaging';
import { connect, createDataSource, sql } from '@helpmesh/persistence';
import { loadConfig, type RunningService } from '@helpmesh/service-kit';
import { infra, type TestKeys, testKeys, waitFor } from '@helpmesh/testing';
import type { DataSource } from 'typeorm';
import { createMailIngestService, MailIngestConfig, MailIntake } from '../src/service.ts';

export type FiledMail = Message<typeof fileMail>;

export interface Row {
  id: number;
  queue_id: string;
  state: string;
  cause: string | null;
  sha256: string;
  size: number;
  attempts: number;
  envelope_from: string | null;
  recipients: string[];
  automatic: string | null;
  uid: number | null;
}

/** The whole service on a database, a broker and a folder of its own. */
export interface TestDesk {
  service: RunningService;
  keys: TestKeys;
  env: Record<string, string>;
  db: DataSource;
  /** A connection of the test's own. */
  bus: Bus;
  readonly smtpPort: number;
  rows(): Promise<Row[]>;
  /** Waits until no mail waits any more. */
  settled(timeoutMs?: number): Promise<Row[]>;
  /** Commands on the bus so far, oldest first. */
  filed(): Promise<FiledMail[]>;
  /** Waits for a command with this subject. */
  filedWith(subject: string): Promise<FiledMail>;
  /** Orders something as another service does. */
  command<D extends MessageDefinition>(def: D, data: Message<D>['data']): Promise<void>;
  stop(): Promise<void>;
}

/** @param direct  the database for the test's own eyes, when the service reaches it through a proxy */
export async function testDesk(
  overrides: Record<string, string> = {},
  { start = true, direct }: { start?: boolean; direct?: string } = {},
): Promise<TestDesk> {
  const keys = testKeys();
  const broker = await infra().nats();
  const databaseUrl = direct ?? (await infra().database('mail_ingest'));
  const folder = mkdtempSync(path.join(tmpdir(), 'helpmesh-mail-ingest-'));
  const env: Record<string, string> = {
    ...keys.envOf('mail-ingest'),
    DATABASE_URL: databaseUrl,
    NATS_URL: broker.url,
    BLOB_DIR: folder,
    HEALTH_PORT: '0',
    HEALTH_HOST: '127.0.0.1',
    SMTP_PORT: '0',
    SMTP_HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    ...overrides,
  };
  const service = createMailIngestService(loadConfig(MailIngestConfig, env));
  await service.migrate();
  const db = await connect(createDataSource({ url: databaseUrl, migrations: [] }));
  const bus = await connectBus({ url: broker.url, name: 'test' });
  // The neighbours that own these streams are not here.
  for (const owner of ['ticket', 'identity']) await bus.declareStreams(owner);
  if (start) await service.start();

  const rows = () => sql<Row>(db, 'SELECT * FROM inbound_mail ORDER BY id');
  const filed = async (): Promise<FiledMail[]> => {
    const { state } = await bus.jsm.streams.info('CMD_TICKET');
    const found: FiledMail[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
      const message = await bus.jsm.streams.getMessage('CMD_TICKET', { seq });
      if (message?.subject === 'cmd.ticket.v1.file-mail') found.push(message.json<FiledMail>());
    }
    return found;
  };
  return {
    service,
    keys,
    env,
    db,
    bus,
    get smtpPort() {
      return service.get(MailIntake).smtpPort ?? 0;
    },
    rows,
    settled: (timeoutMs = 30_000) =>
      waitFor(
        async () => {
          const all = await rows();
          const [waiting] = await sql<{ count: number }>(db, 'SELECT count(*) AS count FROM outbox');
          return all.length > 0 && all.every(({ state }) => state !== 'received') && waiting?.count === 0 && all;
        },
        { what: 'all mails to be worked on and published', timeoutMs },
      ),
    filed,
    filedWith: (subject) =>
      waitFor(async () => (await filed()).find(({ data }) => data.subject === subject), {
        what: `a command for "${subject}"`,
        timeoutMs: 20_000,
      }),
    async command(def, data) {
      const id = uuidv7();
      const time = new Date().toISOString();
      const whole = {
        id,
        type: def.type,
        time,
        source: 'test',
        aggregateId: id,
        aggregateVersion: 0,
        correlationId: id,
        data,
      };
      await bus.js.publish(def.type, JSON.stringify(whole), { msgID: id });
    },
    async stop() {
      await service.stop();
      await bus.close();
      await db.destroy();
      await broker.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
