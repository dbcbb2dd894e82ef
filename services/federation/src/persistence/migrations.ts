import { messagingTables, requestKeysTable } from '@helpmesh/messaging';
import type { MigrationClass } from '@helpmesh/persistence';
import { erasureTables } from '@helpmesh/service-kit';
import { Agreement1768500000000 } from './migrations/1768500000000-agreement.ts';
import { Peers1799000000000 } from './migrations/1799000000000-peers.ts';
import { Pbas1799100000000 } from './migrations/1799100000000-pbas.ts';
import { Cmdb1799100200000 } from './migrations/1799100200000-cmdb.ts';
import { Operations1799400000000 } from './migrations/1799400000000-operations.ts';
import { ForeignDesks1799410000000 } from './migrations/1799410000000-foreign-desks.ts';
import { Files1799443000000 } from './migrations/1799443000000-files.ts';
import { Leases1799443100000 } from './migrations/1799443100000-leases.ts';
import { PeerKeys1799452000000 } from './migrations/1799452000000-peer-keys.ts';
import { PeerWebhooks1799452100000 } from './migrations/1799452100000-peer-webhooks.ts';
import { DueByPeer1799453000000 } from './migrations/1799453000000-due-by-peer.ts';
import { LongestWaiting1799460000000 } from './migrations/1799460000000-longest-waiting.ts';
import { Services1799460100001 } from './migrations/1799460100001-services.ts';
import { Offers1799462500000 } from './migrations/1799462500000-offers.ts';
import { ChangedLinks1799463100000 } from './migrations/1799463100000-changed-links.ts';
import { Notices1799463110000 } from './migrations/1799463110000-notices.ts';
import { AgreementLife1799463120000 } from './migrations/1799463120000-agreement-life.ts';
import { Outages1799463200000 } from './migrations/1799463200000-outages.ts';
import { Imports1799463400000 } from './migrations/1799463400000-imports.ts';
import { Requesters1799463600000 } from './migrations/1799463600000-requesters.ts';
import { ImportTurns1799463900001 } from './migrations/1799463900001-import-turns.ts';

/** In the order in which they run. */
export const migrations: MigrationClass[] = [
  messagingTables,
  Agreement1768500000000,
  erasureTables,
  requestKeysTable,
  Peers1799000000000,
  Pbas1799100000000,
  Cmdb1799100200000,
  Operations1799400000000,
  ForeignDesks1799410000000,
  Files1799443000000,
  Leases1799443100000,
  PeerKeys1799452000000,
  PeerWebhooks1799452100000,
  DueByPeer1799453000000,
  LongestWaiting1799460000000,
  Services1799460100001,
  Offers1799462500000,
  ChangedLinks1799463100000,
  Notices1799463110000,
  AgreementLife1799463120000,
  Outages1799463200000,
  Imports1799463400000,
  Requesters1799463600000,
  ImportTurns1799463900001,
];
