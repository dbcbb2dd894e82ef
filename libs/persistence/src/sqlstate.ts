import { AppError } from '@helpmesh/kernel';
import { isSilence } from './auto-prep.ts';

/** What pg's DatabaseError carries besides its message. */
interface DriverError {
  code?: unknown;
  constraint?: unknown;
  message?: unknown;
}

const CONNECTION_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
// pg reports these without a code: socket closed mid-query, pool exhausted, client ended under us.
const CONNECTION_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client (has encountered a connection error|was closed)|Connection is closed|query runner already released/i;

/**
 * A driver or TypeORM error as an AppError; AppErrors pass through.
 * Codes: `db.unavailable`, `db.contention`, `db.timeout` (unavailable), `db.unique`, `db.reference` (conflict),
 * `db.value` (invalid); anything else is a bug. `internal` keeps the server's message, which may quote row data.
 * @see PostgreSQL documentation, appendix A (error codes)
 */
export function databaseError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const driver = driverErrorOf(thrown);
  const code = typeof driver.code === 'string' ? driver.code : '';
  const message = String(driver.message ?? thrown);
  const make = (kind: AppError['kind'], ours: string, detail: string) =>
    new AppError(kind, ours, detail, `${code || 'no code'}: ${message}`, { cause: thrown });

  if (isConnectionLoss(code, message) || isSilence(driver)) {
    return make('unavailable', 'db.unavailable', 'The database cannot be reached right now.');
  }
  switch (code) {
    case '40001':
    case '40P01':
      return make('unavailable', 'db.contention', 'Too many changes at once; please try again.');
    case '55P03':
    case '57014':
    case '25P03':
      return make('unavailable', 'db.timeout', 'The database took too long to answer.');
    case '23505':
      return make('conflict', 'db.unique', 'This already exists.');
    case '23503':
      return make('conflict', 'db.reference', 'This refers to something that does not exist or is still in use.');
  }
  if (/^22/.test(code) || code === '23502' || code === '23514') {
    return make('invalid', 'db.value', 'A value is missing or outside of what can be stored.');
  }
  return AppError.from(thrown);
}

/** SQLSTATE of a driver, TypeORM or mapped error; undefined when there is none. */
export function sqlstateOf(error: unknown): string | undefined {
  const { code } = driverErrorOf(error instanceof AppError ? error.cause : error);
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** True when the error is the violation of exactly this constraint or unique index. */
export function violates(error: unknown, constraint: string): boolean {
  return driverErrorOf(error instanceof AppError ? error.cause : error).constraint === constraint;
}

function isConnectionLoss(code: string, message: string): boolean {
  // 08: connection exceptions; 53: out of connections, disk or memory; 57P01-57P03: shutdown and starting up.
  return /^(08|53|57P)/.test(code) || CONNECTION_CODES.has(code) || (code === '' && CONNECTION_MESSAGES.test(message));
}

function driverErrorOf(thrown: unknown): DriverError {
  if (typeof thrown !== 'object' || thrown === null) return {};
  const wrapped = (thrown as { driverError?: unknown }).driverError;
  // An AggregateError is what Node gives when every address of a host refused.
  const first = thrown instanceof AggregateError ? thrown.errors[0] : undefined;
  return (wrapped ?? first ?? thrown) as DriverError;
}
