export { makeSigningPair, type SigningPair } from './keys.ts';
export { findNats, type Nats, type NatsOptions, startNats } from './nats.ts';
export { anyFreePort, freePortFrom, isFree } from './port.ts';
export { type Postgres, type PostgresOptions, startPostgres } from './postgres.ts';
export { CannotStart, type Identity, run, type Server, startServer } from './proc.ts';
export { type Redis, type RedisOptions, startRedis } from './redis.ts';
export { databaseOf, healthOffsets, type ServiceName, serviceNames } from './services.ts';
