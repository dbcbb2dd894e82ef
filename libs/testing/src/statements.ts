import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';

const watching = new AsyncLocalStorage<string[]>();
let watched = false;

/**
 * The texts of the statements that a piece of work sends, in their order, and what came of it. Work of this process
 * that goes on beside it is not in there.
 */
export async function statementsOf<T>(work: () => Promise<T>): Promise<{ statements: string[]; result: T }> {
  watch();
  const statements: string[] = [];
  const result = await watching.run(statements, work);
  return { statements, result };
}

function watch(): void {
  if (watched) return;
  watched = true;
  const run = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  pg.Client.prototype.query = function query(this: pg.Client, ...args: unknown[]) {
    const [asked] = args as [string | { text?: string }];
    watching.getStore()?.push(String(typeof asked === 'string' ? asked : asked.text));
    return run.apply(this, args);
  } as typeof pg.Client.prototype.query;
}
