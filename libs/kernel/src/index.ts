export { AppError, type AppErrorOptions, type ErrorKind, type ErrorOnTheWire, errorKinds } from './app-error.ts';
export {
  guardWindowMs,
  isDeliverable,
  isMachine,
  loopBrake,
  type PastMail,
  perAddress,
  perTicket,
  plainAddress,
} from './automatic-mail.ts';
export { type CsvRow, csvCell, csvText, parseCsv, readCsv } from './csv.ts';
export { assertNever, derivedId, uuidv7 } from './ids.ts';
export { backoffMs, type Clock, type EpochMs, epochMs, isoTime, SystemClock } from './time.ts';
