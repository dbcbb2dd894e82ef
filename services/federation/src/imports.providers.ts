import type { BlobStore } from '@helpmesh/blob';
import type { Clock } from '@helpmesh/kernel';
import { Outbox, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK, SafeFetch, SecretBox } from '@helpmesh/service-kit';
import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ManageImports } from './application/imports/manage-imports.ts';
import type { OpenPast } from './application/imports/ports.ts';
import { RunImports } from './application/imports/run-imports.ts';
import { FederationEvents } from './events.ts';
import { pastsBy } from './peer/imports/all.ts';
import { BLOBS } from './peers.providers.ts';
import { GroupStore } from './persistence/group.store.ts';
import { ImportStore } from './persistence/import.store.ts';

const PASTS = Symbol('federation.pasts');

/** What brings the past of other helpdesks here. */
export const importProviders: Provider[] = [
  ImportStore,
  { provide: PASTS, inject: [SafeFetch], useFactory: (safe: SafeFetch) => pastsBy(safe) },
  {
    provide: RunImports,
    inject: [...[DataSource, ImportStore, PASTS, SecretBox, BLOBS, RpcClient, ActorSigner, CLOCK], FederationEvents],
    useFactory: (
      db: DataSource,
      store: ImportStore,
      open: OpenPast,
      box: SecretBox,
      blobs: BlobStore,
      rpc: RpcClient,
      signer: ActorSigner,
      clock: Clock,
      events: FederationEvents,
    ) => {
      const settings = { pollMs: 2_000, stopGraceMs: 5_000 };
      return new RunImports(db, store, open, box, blobs, rpc, signer, clock, settings, events);
    },
  },
  {
    provide: ManageImports,
    inject: [DataSource, ImportStore, GroupStore, SafeFetch, PASTS, RunImports, SecretBox, Outbox, CLOCK],
    useFactory: (
      db: DataSource,
      store: ImportStore,
      groups: GroupStore,
      safe: SafeFetch,
      open: OpenPast,
      run: RunImports,
      box: SecretBox,
      outbox: Outbox,
      clock: Clock,
    ) => new ManageImports(db, store, groups, safe, open, run, box, outbox, clock),
  },
];
