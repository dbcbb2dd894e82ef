import type { Clock } from '@helpmesh/kernel';
import { Outbox, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK, CONFIG, SecretBox } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PbasAccounts } from './application/pbas/accounts.ts';
import { AnswerCall } from './application/pbas/answer-call.ts';
import { PbasLinks } from './application/pbas/links.ts';
import { PbasSettings } from './application/pbas/settings.ts';
import type { FederationConfig } from './config.ts';
import { FederationEvents } from './events.ts';
import { PbasStore } from './persistence/pbas.store.ts';

/** Everything that the helpdesk of a PBA-S control panel is made of. */
export const pbasProviders: Provider[] = [
  PbasStore,
  {
    provide: PbasSettings,
    inject: [DataSource, PbasStore, CONFIG, Outbox, CLOCK],
    useFactory: (db: DataSource, store: PbasStore, config: FederationConfig, outbox: Outbox, clock: Clock) =>
      new PbasSettings(db, store, new SecretBox(config.HELPMESH_SECRETS_KEY), outbox, clock),
  },
  {
    provide: PbasLinks,
    inject: [DataSource, PbasStore, RpcClient, ActorSigner, CLOCK, CONFIG],
    useFactory: (
      db: DataSource,
      store: PbasStore,
      rpc: RpcClient,
      signer: ActorSigner,
      clock: Clock,
      config: FederationConfig,
    ) => new PbasLinks(db, store, rpc, signer, clock, config.HELPMESH_PUBLIC_URL.replace(/\/+$/, '')),
  },
  {
    provide: PbasAccounts,
    inject: [DataSource, PbasStore],
    useFactory: (db: DataSource, store: PbasStore) => new PbasAccounts(db, store),
  },
  {
    provide: AnswerCall,
    inject: [
      ...[DataSource, PbasSettings, PbasStore, PbasLinks, RpcClient, ActorSigner, Outbox, CLOCK],
      ...[FederationEvents, CONFIG],
    ],
    useFactory: (
      db: DataSource,
      settings: PbasSettings,
      store: PbasStore,
      links: PbasLinks,
      rpc: RpcClient,
      signer: ActorSigner,
      outbox: Outbox,
      clock: Clock,
      events: FederationEvents,
      config: FederationConfig,
    ) => new AnswerCall(db, settings, store, links, rpc, signer, outbox, clock, events, { fqdn: config.HELPMESH_FQDN }),
  },
];
