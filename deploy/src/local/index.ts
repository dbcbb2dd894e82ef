export {
  migratePlatform,
  type Platform,
  type PlatformOptions,
  type PlatformService,
  startPlatform,
} from '../platform/platform.ts';
export { type Progress, terminalProgress } from '../platform/progress.ts';
export { makeSigningPair, type SigningPair } from './keys.ts';
export { type Mailbox, type MailboxOptions, startMailbox } from './mailbox/mailbox.ts';
export { findNats, type Nats, type NatsOptions, startNats } from './nats.ts';
export { anyFreePort, freePortFrom, isFree } from './port.ts';
export { type Postgres, type PostgresOptions, startPostgres } from './postgres.ts';
export { CannotStart, type Identity, run, type Server, startServer } from './proc.ts';
export { type Redis, type RedisOptions, startRedis } from './redis.ts';
export { databaseOf, healthOffsets, type ServiceName, serviceNames } from './services.ts';
