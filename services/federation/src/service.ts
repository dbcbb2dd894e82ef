import { type RunningService, runService } from '@helpmesh/service-kit';
import { FederationModule } from './app.module.ts';
import type { FederationConfig } from './config.ts';
import { migrations } from './persistence/migrations.ts';

export { FederationConfig } from './config.ts';

/** What a request may name a version of. */
const versionedTables = { agreements: 'agreement', services: 'service_entry' };

/** Agreements with communities, and what follows from them. Tests start this very thing. */
export function createFederationService(config: FederationConfig): RunningService {
  return runService({ name: 'federation', config, module: FederationModule, migrations, versionedTables });
}
