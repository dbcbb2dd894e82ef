import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CACHE, type Cache, CLOCK, CONFIG, SafeFetch, SecretBox } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FileRoad } from './application/files/file-road.ts';
import { ForeignLine } from './application/foreign/foreign-line.ts';
import { ManageAdapters } from './application/foreign/manage-adapters.ts';
import { OpenDesks } from './application/foreign/open-desks.ts';
import { PollDesks } from './application/foreign/poll-desks.ts';
import { SyncLinks } from './application/sync/sync-links.ts';
import { type FederationConfig, ownNode } from './config.ts';
import { FederationEvents } from './events.ts';
import { adaptersBy } from './peer/adapters/all.ts';
import { AgreementStore } from './persistence/agreement.store.ts';
import { ForeignStore } from './persistence/foreign.store.ts';
import { LinkStore } from './persistence/link.store.ts';
import { PeerStore } from './persistence/peer.store.ts';

/** What helpdesks without our protocol are spoken to by. */
export const foreignProviders: Provider[] = [
  ForeignStore,
  {
    provide: OpenDesks,
    inject: [DataSource, ForeignStore, PeerStore, SafeFetch, SecretBox, CACHE, CLOCK, CONFIG],
    useFactory: (
      db: DataSource,
      store: ForeignStore,
      peers: PeerStore,
      safe: SafeFetch,
      box: SecretBox,
      cache: Cache,
      clock: Clock,
      config: FederationConfig,
    ) => new OpenDesks(db, store, peers, adaptersBy(safe, clock), box, cache, { node: ownNode(config) }),
  },
  {
    provide: ForeignLine,
    inject: [
      ...[DataSource, OpenDesks, ForeignStore, LinkStore, AgreementStore, FileRoad, CLOCK, CONFIG],
      FederationEvents,
    ],
    useFactory: (
      db: DataSource,
      desks: OpenDesks,
      store: ForeignStore,
      links: LinkStore,
      agreements: AgreementStore,
      road: FileRoad,
      clock: Clock,
      config: FederationConfig,
      events: FederationEvents,
    ) => new ForeignLine(db, desks, store, links, agreements, road, clock, { node: ownNode(config) }, events),
  },
  {
    provide: PollDesks,
    inject: [
      ...[DataSource, OpenDesks, ForeignStore, PeerStore, LinkStore, AgreementStore, SyncLinks, CLOCK, CONFIG],
      FederationEvents,
    ],
    useFactory: (
      db: DataSource,
      desks: OpenDesks,
      store: ForeignStore,
      peers: PeerStore,
      links: LinkStore,
      agreements: AgreementStore,
      sync: SyncLinks,
      clock: Clock,
      config: FederationConfig,
      events: FederationEvents,
    ) => {
      const settings = { node: ownNode(config), pollMs: 1_000, stopGraceMs: 5_000 };
      return new PollDesks(db, desks, store, peers, links, agreements, sync, clock, settings, events);
    },
  },
  {
    provide: ManageAdapters,
    inject: [DataSource, ForeignStore, PeerStore, LinkStore, OpenDesks, PollDesks, Outbox, CLOCK],
    useFactory: (
      db: DataSource,
      store: ForeignStore,
      peers: PeerStore,
      links: LinkStore,
      desks: OpenDesks,
      poll: PollDesks,
      outbox: Outbox,
      clock: Clock,
    ) => new ManageAdapters(db, store, peers, links, desks, poll, outbox, clock),
  },
];
