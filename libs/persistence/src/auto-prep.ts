import pg from 'pg';

/** Statements that get a name; each costs memory on every connection, for as long as the connection lives. */
const NAMED_LIMIT = 500;
const SEEN_LIMIT = 2_000;

const names = new Map<string, string>();
const seenOnce = new Set<string>();
let serial = 0;

/**
 * A pg client whose parameterised statements become named (server-side prepared) from their second use on, so that
 * PostgreSQL parses and plans them once per connection: measured 0.16 instead of 0.36 ms for an insert CTE.
 * One-off texts and IN-lists of varying length stay unnamed. Not for a pooler in transaction mode.
 *
 * With `query_timeout` it also gives up a server that went silent, and the connection with it: without that, one
 * statement that is never answered would hold up for ever whoever waits for it.
 */
export class AutoPrep extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    // A connection that ends between the pool, which stopped listening, and its taker, who does not listen yet, would
    // end the process. Who holds it learns it at his next statement.
    this.on('error', () => {});
  }

  // pg's own overloads cannot be restated; the three call shapes in use are (text, values), + callback, and (config).
  // biome-ignore lint/suspicious/noExplicitAny: the signature of the class that is extended
  override query(...args: any[]): any {
    const [text, values, ...rest] = args;
    const parameterised = typeof text === 'string' && Array.isArray(values) && values.length > 0;
    const name = parameterised ? nameOf(text) : undefined;
    const asked: unknown[] = name === undefined ? args : [{ name, text, values }, ...rest];
    const run = super.query as (...a: unknown[]) => unknown;
    const failed = (error: unknown) => {
      if (name !== undefined) forgetStalePlan(text, error);
      if (isSilence(error)) (this as unknown as { connection: pg.Connection }).connection.stream.destroy();
    };
    const callback = asked.at(-1);
    if (typeof callback === 'function') {
      // pg-pool's shape.
      const heard = (error: unknown, result: unknown) => {
        if (error) failed(error);
        callback(error, result);
      };
      return run.call(this, ...asked.slice(0, -1), heard);
    }
    const answer = run.apply(this, asked);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      failed(error);
      throw error;
    });
  }
}

/** What pg says when `query_timeout` has passed. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= NAMED_LIMIT) return known;
  if (!seenOnce.delete(text)) {
    if (seenOnce.size >= SEEN_LIMIT) seenOnce.clear();
    seenOnce.add(text);
    return undefined;
  }
  const name = `s${++serial}`;
  names.set(text, name);
  return name;
}

/** A migration changed the row type under a kept plan: the next use prepares the text under a fresh name. */
function forgetStalePlan(text: string, error: unknown): void {
  if (isStalePlan(error)) names.delete(text);
}

/** 0A000 `cached plan must not change result type`: harmless, the statement only has to be prepared again. */
export function isStalePlan(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '0A000' && String(message).includes('cached plan must not change result type');
}
