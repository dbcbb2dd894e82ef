export { Bus, type BusOptions, connectBus } from './bus.ts';
export { type DeadLetter, DeadLetters } from './dead-letters.ts';
export { countMessages, eraseMessages, type MessageScrubber } from './erase/erase-messages.ts';
export type { Looked } from './erase/stream-eraser.ts';
export { EventStrategy, type EventStrategyOptions } from './events/event-strategy.ts';
export { MAX_TRIES, type Verdict } from './events/verdict.ts';
export {
  type Answer,
  Answers,
  Consumes,
  ConsumesBatch,
  ConsumesPrepared,
  RawJson,
  type RpcContext,
  type RpcItem,
} from './handlers.ts';
export { MessagingTables1700000000000 as messagingTables } from './messaging-tables.ts';
export { Outbox, type OutboxMessage, type OutboxRow } from './outbox/outbox.ts';
export { rebuildStream } from './outbox/rebuild.ts';
export { Relay, type RelayOptions } from './outbox/relay.ts';
export { onPage, type PageFacts, pageOf, type ToldPage } from './rpc/page-facts.ts';
export {
  eraseAnswers,
  type KeyClaim,
  keyReused,
  RequestKeys,
  RequestKeys1798200000000 as requestKeysTable,
} from './rpc/request-keys.ts';
export { RequestTerms, type RequestTermsOptions } from './rpc/request-terms.ts';
export { type CallOptions, type Proof, RpcClient } from './rpc/rpc-client.ts';
export { RpcStrategy, type RpcStrategyOptions } from './rpc/rpc-strategy.ts';
export { type StreamDeclaration, StreamSet } from './streams.ts';
export { inTraceOf } from './trace-context.ts';
