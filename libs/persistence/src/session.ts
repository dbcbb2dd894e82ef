import { AutoPrep } from './auto-prep.ts';
import { SILENCE_MS, wireTypes } from './data-source.ts';
import { databaseError } from './sqlstate.ts';

export interface SessionOptions {
  url: string;
  /** Shown in pg_stat_activity. */
  name?: string;
  /** 0 waits for ever (migrations). Default 60 s. */
  statementTimeoutMs?: number;
}

/**
 * One dedicated connection, for what must live and die with it: advisory locks, and work that only the holder of
 * the lock may do. When the connection is lost the locks are gone, and every further query fails.
 */
export class Session {
  private readonly client: AutoPrep;
  private ended = false;

  private constructor(client: AutoPrep) {
    this.client = client;
  }

  /** @throws AppError unavailable */
  static async open({ url, name = 'helpmesh', statementTimeoutMs = 60_000 }: SessionOptions): Promise<Session> {
    const client = new AutoPrep({
      connectionString: url,
      application_name: name,
      connectionTimeoutMillis: 5_000,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + SILENCE_MS,
      keepAlive: true,
      types: wireTypes,
    });
    const session = new Session(client);
    client.on('error', () => {
      session.ended = true;
    });
    client.on('end', () => {
      session.ended = true;
    });
    try {
      await client.connect();
    } catch (error) {
      throw databaseError(error);
    }
    return session;
  }

  /** False once the connection, and with it every lock, is gone. */
  get alive(): boolean {
    return !this.ended;
  }

  /** One statement; `params` makes it a named one. @throws AppError by SQLSTATE */
  async query<T = Record<string, unknown>>(text: string, params?: unknown[]): Promise<T[]> {
    try {
      const result = (await this.client.query(text, params)) as { rows: T[] };
      return result.rows;
    } catch (error) {
      throw databaseError(error);
    }
  }

  /** Takes the named lock for the life of this session. @returns false when somebody else holds it */
  async tryLock(name: string): Promise<boolean> {
    const [row] = await this.query<{ held: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held', [
      name,
    ]);
    return row?.held === true;
  }

  /** Waits for the named lock and keeps it for the life of this session. */
  async lock(name: string): Promise<void> {
    await this.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
  }

  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.client.end().catch(() => undefined);
  }
}

/**
 * One statement by a connection of its own: for what a transaction waits for, when all connections of the pool may be
 * held by transactions that wait for the same. @throws AppError by SQLSTATE
 */
export async function askAside<T>(options: SessionOptions, text: string): Promise<T[]> {
  const session = await Session.open(options);
  try {
    return await session.query<T>(text);
  } finally {
    await session.close();
  }
}
