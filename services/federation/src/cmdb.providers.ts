import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CACHE, type Cache, CLOCK, CONFIG, SafeFetch, SecretBox } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CmdbLogbook } from './application/cmdb/logbook.ts';
import { CmdbObjects } from './application/cmdb/objects.ts';
import { CmdbSettings } from './application/cmdb/settings.ts';
import type { FederationConfig } from './config.ts';
import { FederationEvents } from './events.ts';
import { IdoitWire } from './peer/idoit-wire.ts';
import { CmdbStore } from './persistence/cmdb.store.ts';

const CMDB_FETCH = Symbol('helpmesh.cmdb-fetch');

/** Everything that the connection to the CMDB is made of. */
export const cmdbProviders: Provider[] = [
  CmdbStore,
  {
    provide: CMDB_FETCH,
    inject: [CONFIG],
    useFactory: (config: FederationConfig) =>
      new SafeFetch({ allowedPrivateHosts: config.HELPMESH_ALLOWED_PRIVATE_HOSTS }),
  },
  { provide: IdoitWire, inject: [CMDB_FETCH], useFactory: (safe: SafeFetch) => new IdoitWire(safe) },
  {
    provide: CmdbObjects,
    inject: [CmdbSettings, IdoitWire, CACHE],
    useFactory: (settings: CmdbSettings, wire: IdoitWire, cache: Cache) => new CmdbObjects(settings, wire, cache),
  },
  {
    provide: CmdbSettings,
    inject: [DataSource, CmdbStore, CONFIG, IdoitWire, CMDB_FETCH, Outbox, CLOCK],
    useFactory: (
      db: DataSource,
      store: CmdbStore,
      config: FederationConfig,
      wire: IdoitWire,
      safe: SafeFetch,
      outbox: Outbox,
      clock: Clock,
    ) => new CmdbSettings(db, store, new SecretBox(config.HELPMESH_SECRETS_KEY), wire, safe, outbox, clock),
  },
  {
    provide: CmdbLogbook,
    inject: [DataSource, CmdbStore, CmdbSettings, IdoitWire, CLOCK, FederationEvents],
    useFactory: (
      db: DataSource,
      store: CmdbStore,
      settings: CmdbSettings,
      wire: IdoitWire,
      clock: Clock,
      events: FederationEvents,
    ) => new CmdbLogbook(db, store, settings, wire, clock, events),
  },
];
