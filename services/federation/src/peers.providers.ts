import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, RequestKeys, RequestTerms, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CACHE, type Cache, CLOCK, CONFIG, SafeFetch, SecretBox } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PeerAgreements } from './application/agreements/peer-agreements.ts';
import { TellAgreements } from './application/agreements/tell-agreements.ts';
import { PeerDoor } from './application/door/peer-door.ts';
import { AskPeers } from './application/erasures/ask-peers.ts';
import { ForgetRequesters } from './application/erasures/forget-requesters.ts';
import { TellErasures } from './application/erasures/tell-erasures.ts';
import { FileRoad } from './application/files/file-road.ts';
import { AllLines } from './application/foreign/all-lines.ts';
import { ForeignLine } from './application/foreign/foreign-line.ts';
import { ManagePeers } from './application/manage-peers.ts';
import { MeasurePeers } from './application/measure-peers.ts';
import { OwnAddresses } from './application/own-addresses.ts';
import { PreviewAgreement } from './application/preview-agreement.ts';
import { IssuePeerTokens } from './application/sign-in/issue-peer-tokens.ts';
import { OwnKeys } from './application/sign-in/own-keys.ts';
import type { PeerGreeter, PeerLine, SyncSettings } from './application/sync/ports.ts';
import { ShareTickets } from './application/sync/share-tickets.ts';
import { SyncLinks } from './application/sync/sync-links.ts';
import { TicketShares } from './application/ticket-shares.ts';
import { WatchOffers } from './application/watch-offers.ts';
import { WatchOutages } from './application/watch-outages.ts';
import { DeliverWebhooks } from './application/webhooks/deliver-webhooks.ts';
import { ManageWebhooks } from './application/webhooks/manage-webhooks.ts';
import { type FederationConfig, ownNode } from './config.ts';
import { FederationEvents } from './events.ts';
import { HelpmeshLine } from './peer/helpmesh-line.ts';
import { PeerSignIn } from './peer/peer-sign-in.ts';
import { Signatures } from './peer/signatures.ts';
import { PeerWebhookWire } from './peer/webhook-wire.ts';
import { AgreementStore } from './persistence/agreement.store.ts';
import { ErasureStore } from './persistence/erasure.store.ts';
import { FileStore } from './persistence/file.store.ts';
import { LinkStore } from './persistence/link.store.ts';
import { NoticeStore } from './persistence/notice.store.ts';
import { OfferStore } from './persistence/offer.store.ts';
import { OutageStore } from './persistence/outage.store.ts';
import { PeerStore } from './persistence/peer.store.ts';
import { RequesterStore } from './persistence/requester.store.ts';
import { SignInStore } from './persistence/sign-in.store.ts';
import { WebhookStore } from './persistence/webhook.store.ts';

export const BLOBS = Symbol('federation.blobs');
const LINE = Symbol('federation.line');
export const SETTINGS = Symbol('federation.sync-settings');

/** What keeps tickets equal with other helpdesks. */
export const peerProviders: Provider[] = [
  PeerStore,
  SignInStore,
  WebhookStore,
  LinkStore,
  NoticeStore,
  OfferStore,
  OutageStore,
  RequesterStore,
  FileStore,
  { provide: BLOBS, inject: [CONFIG], useFactory: (config: FederationConfig) => openBlobStore(config) },
  {
    provide: FileRoad,
    inject: [DataSource, FileStore, BLOBS, CLOCK],
    useFactory: (db: DataSource, files: FileStore, blobs: BlobStore, clock: Clock) =>
      new FileRoad(db, files, blobs, clock),
  },
  {
    provide: SecretBox,
    inject: [CONFIG],
    useFactory: (config: FederationConfig) => new SecretBox(config.HELPMESH_SECRETS_KEY),
  },
  {
    provide: SafeFetch,
    inject: [CONFIG],
    useFactory: (config: FederationConfig) =>
      new SafeFetch({ allowedPrivateHosts: config.HELPMESH_ALLOWED_PRIVATE_HOSTS }),
  },
  {
    provide: SETTINGS,
    inject: [CONFIG],
    useFactory: (config: FederationConfig): SyncSettings => ({
      ...{ node: ownNode(config), concurrency: config.SYNC_CONCURRENCY },
      ...{ pollMs: 1_000, leaseMs: 3_000, stopGraceMs: 5_000 },
    }),
  },
  {
    provide: HelpmeshLine,
    inject: [SafeFetch, Signatures, OwnKeys, CLOCK, SETTINGS],
    useFactory: (safe: SafeFetch, signatures: Signatures, keys: OwnKeys, clock: Clock, { node }: SyncSettings) => {
      const sign = async (audience: string) => signatures.sign(await keys.signing(), node, audience);
      return new HelpmeshLine(safe, new PeerSignIn(safe, sign, clock));
    },
  },
  {
    provide: LINE,
    inject: [HelpmeshLine, ForeignLine],
    useFactory: (ours: HelpmeshLine, foreign: ForeignLine) => new AllLines(ours, foreign),
  },
  {
    provide: TellAgreements,
    inject: [
      ...[DataSource, AgreementStore, PeerStore, LinkStore, HelpmeshLine, SecretBox, CLOCK, SETTINGS],
      FederationEvents,
    ],
    useFactory: (
      db: DataSource,
      agreements: AgreementStore,
      peers: PeerStore,
      links: LinkStore,
      line: HelpmeshLine,
      box: SecretBox,
      clock: Clock,
      settings: SyncSettings,
      events: FederationEvents,
    ) => new TellAgreements(db, agreements, peers, links, line, box, clock, settings, events),
  },
  {
    provide: PeerAgreements,
    inject: [DataSource, AgreementStore, LinkStore, SyncLinks, Outbox, CACHE, CLOCK, SETTINGS],
    useFactory: (
      db: DataSource,
      agreements: AgreementStore,
      links: LinkStore,
      sync: SyncLinks,
      outbox: Outbox,
      cache: Cache,
      clock: Clock,
      settings: SyncSettings,
    ) => new PeerAgreements(db, agreements, links, sync, outbox, cache, clock, settings),
  },
  {
    provide: TellErasures,
    inject: [DataSource, RequesterStore, HelpmeshLine, SecretBox, CLOCK, SETTINGS, FederationEvents],
    useFactory: (
      db: DataSource,
      requesters: RequesterStore,
      line: HelpmeshLine,
      box: SecretBox,
      clock: Clock,
      settings: SyncSettings,
      events: FederationEvents,
    ) => new TellErasures(db, requesters, line, box, clock, settings, events),
  },
  {
    provide: AskPeers,
    inject: [PeerStore, RequesterStore, NoticeStore, TellErasures, SecretBox, CLOCK, SETTINGS],
    useFactory: (
      peers: PeerStore,
      requesters: RequesterStore,
      notices: NoticeStore,
      erasures: TellErasures,
      box: SecretBox,
      clock: Clock,
      settings: SyncSettings,
    ) => new AskPeers(peers, requesters, notices, erasures, box, clock, settings),
  },
  {
    provide: ForgetRequesters,
    inject: [DataSource, LinkStore, RequesterStore, ErasureStore, AskPeers, RpcClient, ActorSigner, CLOCK],
    useFactory: (
      db: DataSource,
      links: LinkStore,
      requesters: RequesterStore,
      texts: ErasureStore,
      ask: AskPeers,
      rpc: RpcClient,
      signer: ActorSigner,
      clock: Clock,
    ) => new ForgetRequesters(db, links, requesters, texts, ask, rpc, signer, clock),
  },
  {
    provide: Signatures,
    inject: [SafeFetch, CLOCK],
    useFactory: (safe: SafeFetch, clock: Clock) => new Signatures(safe, clock),
  },
  {
    provide: OwnKeys,
    inject: [DataSource, SignInStore, SecretBox, Outbox, CLOCK, SETTINGS],
    useFactory: (
      db: DataSource,
      store: SignInStore,
      box: SecretBox,
      outbox: Outbox,
      clock: Clock,
      settings: SyncSettings,
    ) => new OwnKeys(db, store, box, outbox, clock, settings),
  },
  {
    provide: IssuePeerTokens,
    inject: [DataSource, PeerStore, AgreementStore, SignInStore, Signatures, CLOCK, SETTINGS, FederationEvents],
    useFactory: (
      db: DataSource,
      peers: PeerStore,
      agreements: AgreementStore,
      store: SignInStore,
      signatures: Signatures,
      clock: Clock,
      settings: SyncSettings,
      events: FederationEvents,
    ) => new IssuePeerTokens(db, peers, agreements, store, signatures, clock, settings, events),
  },
  {
    provide: SyncLinks,
    inject: [
      ...[DataSource, LinkStore, PeerStore, AgreementStore, FileStore, OfferStore, NoticeStore, FileRoad, LINE],
      ...[RpcClient, ActorSigner, SecretBox, CLOCK, SETTINGS, FederationEvents],
    ],
    useFactory: (
      db: DataSource,
      links: LinkStore,
      peers: PeerStore,
      agreements: AgreementStore,
      files: FileStore,
      offers: OfferStore,
      notices: NoticeStore,
      road: FileRoad,
      line: PeerLine,
      rpc: RpcClient,
      signer: ActorSigner,
      box: SecretBox,
      clock: Clock,
      settings: SyncSettings,
      events: FederationEvents,
    ) =>
      new SyncLinks(
        db,
        links,
        peers,
        agreements,
        files,
        offers,
        notices,
        road,
        line,
        rpc,
        signer,
        box,
        clock,
        settings,
        events,
      ),
  },
  {
    provide: ShareTickets,
    inject: [AgreementStore, PeerStore, LinkStore, SyncLinks, CLOCK, SETTINGS],
    useFactory: (
      agreements: AgreementStore,
      peers: PeerStore,
      links: LinkStore,
      sync: SyncLinks,
      clock: Clock,
      settings: SyncSettings,
    ) => new ShareTickets(agreements, peers, links, sync, clock, settings),
  },
  {
    provide: TicketShares,
    inject: [DataSource, LinkStore, PeerStore, OfferStore, SyncLinks, RpcClient, ActorSigner, CLOCK, SETTINGS],
    useFactory: (
      db: DataSource,
      links: LinkStore,
      peers: PeerStore,
      offers: OfferStore,
      sync: SyncLinks,
      rpc: RpcClient,
      signer: ActorSigner,
      clock: Clock,
      settings: SyncSettings,
    ) => new TicketShares(db, links, peers, offers, sync, rpc, signer, clock, settings),
  },
  {
    provide: PreviewAgreement,
    inject: [
      ...[DataSource, AgreementStore, PeerStore, OwnAddresses, ForeignLine, SyncLinks, TicketShares, RpcClient],
      ActorSigner,
    ],
    useFactory: (
      db: DataSource,
      agreements: AgreementStore,
      peers: PeerStore,
      own: OwnAddresses,
      foreign: ForeignLine,
      sync: SyncLinks,
      shares: TicketShares,
      rpc: RpcClient,
      signer: ActorSigner,
    ) => new PreviewAgreement(db, agreements, peers, own, foreign, sync, shares, rpc, signer),
  },
  {
    provide: MeasurePeers,
    inject: [DataSource, PeerStore, OfferStore, CLOCK],
    useFactory: (db: DataSource, peers: PeerStore, offers: OfferStore, clock: Clock) =>
      new MeasurePeers(db, peers, offers, clock),
  },
  {
    provide: WatchOffers,
    inject: [DataSource, OfferStore, RpcClient, ActorSigner, CLOCK, FederationEvents],
    useFactory: (
      db: DataSource,
      offers: OfferStore,
      rpc: RpcClient,
      signer: ActorSigner,
      clock: Clock,
      events: FederationEvents,
    ) => new WatchOffers(db, offers, rpc, signer, clock, events),
  },
  {
    provide: WatchOutages,
    inject: [DataSource, OutageStore, RpcClient, ActorSigner, CLOCK, FederationEvents],
    useFactory: (
      db: DataSource,
      outages: OutageStore,
      rpc: RpcClient,
      signer: ActorSigner,
      clock: Clock,
      events: FederationEvents,
    ) => new WatchOutages(db, outages, rpc, signer, clock, events),
  },
  {
    provide: DeliverWebhooks,
    inject: [DataSource, WebhookStore, SafeFetch, SecretBox, CLOCK, SETTINGS, FederationEvents],
    useFactory: (
      db: DataSource,
      store: WebhookStore,
      safe: SafeFetch,
      box: SecretBox,
      clock: Clock,
      settings: SyncSettings,
      events: FederationEvents,
    ) => new DeliverWebhooks(db, store, new PeerWebhookWire(safe), box, clock, settings, events),
  },
  {
    provide: ManageWebhooks,
    inject: [
      ...[DataSource, WebhookStore, PeerStore, AgreementStore, DeliverWebhooks, SafeFetch, SecretBox, Outbox],
      ...[CACHE, CLOCK],
    ],
    useFactory: (
      db: DataSource,
      store: WebhookStore,
      peers: PeerStore,
      agreements: AgreementStore,
      deliver: DeliverWebhooks,
      safe: SafeFetch,
      box: SecretBox,
      outbox: Outbox,
      cache: Cache,
      clock: Clock,
    ) =>
      new ManageWebhooks(db, store, peers, agreements, deliver, new PeerWebhookWire(safe), box, outbox, cache, clock),
  },
  {
    provide: PeerDoor,
    inject: [
      ...[DataSource, PeerStore, LinkStore, PeerAgreements, FileStore, SignInStore, OwnKeys, FileRoad],
      ...[ManageWebhooks, ForgetRequesters, SyncLinks, RequestKeys, CACHE, CLOCK, SETTINGS, FederationEvents],
    ],
    useFactory: (
      db: DataSource,
      peers: PeerStore,
      links: LinkStore,
      agreements: PeerAgreements,
      files: FileStore,
      signIn: SignInStore,
      own: OwnKeys,
      road: FileRoad,
      hooks: ManageWebhooks,
      forget: ForgetRequesters,
      sync: SyncLinks,
      keys: RequestKeys,
      cache: Cache,
      clock: Clock,
      settings: SyncSettings,
      events: FederationEvents,
    ) => {
      const terms = new RequestTerms({ ds: db, keys, clock, tables: {} });
      return new PeerDoor(
        db,
        peers,
        links,
        agreements,
        files,
        signIn,
        own,
        road,
        hooks,
        forget,
        sync,
        terms,
        cache,
        clock,
        settings,
        events,
      );
    },
  },
  {
    provide: ManagePeers,
    inject: [
      ...[DataSource, PeerStore, LinkStore, OfferStore, SignInStore, SyncLinks, SafeFetch, LINE, SecretBox, Outbox],
      ...[CLOCK, SETTINGS],
    ],
    useFactory: (
      db: DataSource,
      peers: PeerStore,
      links: LinkStore,
      offers: OfferStore,
      signIn: SignInStore,
      sync: SyncLinks,
      safe: SafeFetch,
      line: PeerGreeter,
      box: SecretBox,
      outbox: Outbox,
      clock: Clock,
      settings: SyncSettings,
    ) => {
      const check = (address: string) => safe.check(address);
      return new ManagePeers(db, peers, links, offers, signIn, sync, check, line, box, outbox, clock, settings);
    },
  },
];
