import { messagingTables, requestKeysTable } from '@helpmesh/messaging';
import type { MigrationClass } from '@helpmesh/persistence';
import { erasureTables } from '@helpmesh/service-kit';
import { Projection1768600000000 } from './migrations/1768600000000-projection.ts';

/** In the order in which they run. */
export const migrations: MigrationClass[] = [messagingTables, Projection1768600000000, erasureTables, requestKeysTable];
