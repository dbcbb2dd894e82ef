export { ActorSigner, ActorVerifier, serviceActor, type TokenFor } from './access/actor-token.ts';
export { LruMap } from './access/lru-map.ts';
export { SecretBox } from './access/secret-box.ts';
export type { Cache, Limit, LimitVerdict } from './cache/cache.ts';
export { MemoryCache } from './cache/memory-cache.ts';
export { openCache } from './cache/open-cache.ts';
export { RedisCache } from './cache/redis-cache.ts';
export { baseConfig, blobConfig, defineConfig, secretsConfig, threadingConfig } from './config/base-config.ts';
export {
  type ConfigSchema,
  configLines,
  configTable,
  type Environment,
  flag,
  loadConfig,
  secret,
} from './config/config.ts';
export { clientNetwork } from './edge/client-network.ts';
export { CursorCodec, type CursorValue } from './edge/cursor.ts';
export { type Problem, problemOf, statusOf, zammadErrorOf } from './edge/problem.ts';
export { type WalkPage, type WalkQuery, walkOf } from './edge/walk.ts';
export {
  consentOver,
  isSameServer,
  MailAccounts,
  type MailAuth,
  type MailSecrets,
  type MailServer,
  mailAuthFrom,
  mailSecretNames,
  mailServerFrom,
  type SealedAccount,
} from './mail/mail-accounts.ts';
export { ProviderTokens } from './net/provider-tokens.ts';
export { isPublicAddress } from './net/public-address.ts';
export { outgoingConfig, SafeFetch, type SafeRequest } from './net/safe-fetch.ts';
export { type WebhookKey, webhookHeaders, writtenPublicKey, writtenSecret } from './net/standard-webhooks.ts';
export { ERASED_TEXT, ErasedPerson } from './privacy/erased-person.ts';
export { ErasureTables1796300000000 as erasureTables } from './privacy/erasure-tables.ts';
export {
  EraseMessagesOnly,
  type Eraser,
  type ErasureJob,
  type ErasurePart,
  ErasureWork,
  erasureWork,
} from './privacy/erasure-work.ts';
export { figuresController, type OwnFigures } from './run/figures.ts';
export { HealthServer, type ReadinessCheck } from './run/health.ts';
export { KeptReady } from './run/kept-ready.ts';
export { main, type OwnCommand, type Service } from './run/main.ts';
export { CACHE, CLOCK, CONFIG } from './run/platform.ts';
export { Rounds } from './run/rounds.ts';
export { type RunningService, runService, type ServiceOptions } from './run/run-service.ts';
export { WorkPool } from './run/work-pool.ts';
