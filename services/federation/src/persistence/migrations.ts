import { messagingTables, requestKeysTable } from '@helpmesh/messaging';
import type { MigrationClass } from '@helpmesh/persistence';
import { erasureTables } from '@helpmesh/service-kit';
import { Agreement1768500000000 } from './migrations/1768500000000-agreement.ts';

/** In the order in which they run. */
export const migrations: MigrationClass[] = [messagingTables, Agreement1768500000000, erasureTables, requestKeysTable];
