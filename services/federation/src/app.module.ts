import type { Clock } from '@helpmesh/kernel';
import { Outbox, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK, CONFIG, erasureWork } from '@helpmesh/service-kit';
import { type BeforeApplicationShutdown, Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TellAgreements } from './application/agreements/tell-agreements.ts';
import { PeerDoor } from './application/door/peer-door.ts';
import { ErasePeople } from './application/erase-people.ts';
import { EraseShared } from './application/erase-shared.ts';
import { AskPeers } from './application/erasures/ask-peers.ts';
import { TellErasures } from './application/erasures/tell-erasures.ts';
import { PollDesks } from './application/foreign/poll-desks.ts';
import { RunImports } from './application/imports/run-imports.ts';
import { KnowGroups } from './application/know-groups.ts';
import { ManageAgreements } from './application/manage-agreements.ts';
import { ManageServices } from './application/manage-services.ts';
import { MeasurePeers } from './application/measure-peers.ts';
import { OwnAddresses } from './application/own-addresses.ts';
import { RedirectTickets } from './application/redirect-tickets.ts';
import type { SyncSettings } from './application/sync/ports.ts';
import { SyncLinks } from './application/sync/sync-links.ts';
import { WatchOffers } from './application/watch-offers.ts';
import { WatchOutages } from './application/watch-outages.ts';
import { DeliverWebhooks } from './application/webhooks/deliver-webhooks.ts';
import { AdapterAnswers } from './bus/adapter.answers.ts';
import { AgreementAnswers } from './bus/agreement.answers.ts';
import { CmdbAnswers } from './bus/cmdb.answers.ts';
import { FederationConsumers } from './bus/consumers.ts';
import { ErasureController } from './bus/erasure.controller.ts';
import { FederationFigures } from './bus/figures.controller.ts';
import { ImportAnswers } from './bus/import.answers.ts';
import { PbasAnswers } from './bus/pbas.answers.ts';
import { PeerAnswers } from './bus/peer.answers.ts';
import { ServiceAnswers } from './bus/service.answers.ts';
import { ShareAnswers } from './bus/share.answers.ts';
import { cmdbProviders } from './cmdb.providers.ts';
import { type FederationConfig, ownAddresses } from './config.ts';
import { FederationEvents } from './events.ts';
import { foreignProviders } from './foreign.providers.ts';
import { importProviders } from './imports.providers.ts';
import { pbasProviders } from './pbas.providers.ts';
import { peerProviders, SETTINGS } from './peers.providers.ts';
import { AgreementStore } from './persistence/agreement.store.ts';
import { ErasureStore } from './persistence/erasure.store.ts';
import { GroupStore } from './persistence/group.store.ts';
import { LinkStore } from './persistence/link.store.ts';
import { NoticeStore } from './persistence/notice.store.ts';
import { PeerStore } from './persistence/peer.store.ts';
import { ServiceStore } from './persistence/service.store.ts';

/** The map of the service: what it hears and what it answers. */
@Module({
  controllers: [
    FederationFigures,
    FederationConsumers,
    AgreementAnswers,
    ServiceAnswers,
    PeerAnswers,
    AdapterAnswers,
    ImportAnswers,
    ShareAnswers,
    PbasAnswers,
    CmdbAnswers,
    ErasureController,
  ],
  providers: [
    AgreementStore,
    ServiceStore,
    GroupStore,
    ...peerProviders,
    ...foreignProviders,
    ...importProviders,
    FederationEvents,
    ...pbasProviders,
    ...cmdbProviders,
    ErasureStore,
    {
      provide: EraseShared,
      inject: [DataSource, ErasureStore, AskPeers],
      useFactory: (db: DataSource, store: ErasureStore, ask: AskPeers) => new EraseShared(db, store, ask),
    },
    ErasePeople,
    erasureWork('federation', ErasePeople),
    { provide: KnowGroups, inject: [GroupStore], useFactory: (groups: GroupStore) => new KnowGroups(groups) },
    {
      provide: OwnAddresses,
      inject: [DataSource, GroupStore, CONFIG],
      useFactory: (db: DataSource, groups: GroupStore, config: FederationConfig) =>
        new OwnAddresses(db, groups, ownAddresses(config)),
    },
    {
      provide: ManageAgreements,
      inject: [
        ...[DataSource, AgreementStore, GroupStore, PeerStore, LinkStore, NoticeStore, TellAgreements, SyncLinks],
        ...[OwnAddresses, RpcClient, ActorSigner, Outbox, CLOCK, SETTINGS],
      ],
      useFactory: (
        db: DataSource,
        agreements: AgreementStore,
        groups: GroupStore,
        peers: PeerStore,
        links: LinkStore,
        notices: NoticeStore,
        telling: TellAgreements,
        sync: SyncLinks,
        own: OwnAddresses,
        rpc: RpcClient,
        signer: ActorSigner,
        outbox: Outbox,
        clock: Clock,
        settings: SyncSettings,
      ) =>
        new ManageAgreements(
          db,
          agreements,
          groups,
          peers,
          links,
          notices,
          telling,
          sync,
          own,
          rpc,
          signer,
          outbox,
          clock,
          settings,
        ),
    },
    {
      provide: ManageServices,
      inject: [DataSource, ServiceStore, AgreementStore, Outbox, CLOCK],
      useFactory: (db: DataSource, services: ServiceStore, agreements: AgreementStore, outbox: Outbox, clock: Clock) =>
        new ManageServices(db, services, agreements, outbox, clock),
    },
    {
      provide: RedirectTickets,
      inject: [
        ...[DataSource, AgreementStore, GroupStore, OwnAddresses, RpcClient, ActorSigner, Outbox],
        ...[CLOCK, FederationEvents],
      ],
      useFactory: (
        db: DataSource,
        agreements: AgreementStore,
        groups: GroupStore,
        own: OwnAddresses,
        rpc: RpcClient,
        signer: ActorSigner,
        outbox: Outbox,
        clock: Clock,
        events: FederationEvents,
      ) => new RedirectTickets(db, agreements, groups, own, rpc, signer, outbox, clock, events),
    },
  ],
})
export class FederationModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(SyncLinks) private readonly sync: SyncLinks,
    @Inject(PollDesks) private readonly poll: PollDesks,
    @Inject(DeliverWebhooks) private readonly webhooks: DeliverWebhooks,
    @Inject(PeerDoor) private readonly door: PeerDoor,
    @Inject(MeasurePeers) private readonly figures: MeasurePeers,
    @Inject(WatchOffers) private readonly offers: WatchOffers,
    @Inject(WatchOutages) private readonly outages: WatchOutages,
    @Inject(TellErasures) private readonly erasures: TellErasures,
    @Inject(RunImports) private readonly imports: RunImports,
    @Inject(TellAgreements) private readonly agreements: TellAgreements,
  ) {}

  onApplicationBootstrap(): void {
    this.figures.start();
    this.sync.start();
    this.poll.start();
    this.webhooks.start();
    this.offers.start();
    this.outages.start();
    this.erasures.start();
    this.imports.start();
    this.agreements.start();
  }

  /** Before the bus is let go of. */
  async beforeApplicationShutdown(): Promise<void> {
    this.door.close();
    const { sync, poll, webhooks, offers, outages, erasures, imports, agreements } = this;
    const all = [sync, poll, webhooks, offers, outages, erasures, imports, agreements];
    await Promise.all(all.map((one) => one.stop()));
  }
}
