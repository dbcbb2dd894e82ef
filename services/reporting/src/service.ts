import { connectBus } from '@helpmesh/messaging';
import { connect, createDataSource } from '@helpmesh/persistence';
import { type RunningService, runService } from '@helpmesh/service-kit';
import { ReportingModule } from './app.module.ts';
import { rebuild } from './application/rebuild.ts';
import type { ReportingConfig } from './config.ts';
import { migrations } from './persistence/migrations.ts';
import { ProjectionStore } from './persistence/projection.store.ts';

export { ReportingConfig } from './config.ts';

/** Figures from events. Tests start this very thing. */
export function createReportingService(config: ReportingConfig): RunningService {
  return runService({ name: 'reporting', config, module: ReportingModule, migrations });
}

/** The command `rebuild`: see application/rebuild.ts. */
export async function rebuildProjection(config: ReportingConfig): Promise<void> {
  const db = await connect(createDataSource({ url: config.DATABASE_URL, migrations, name: 'reporting rebuild' }));
  try {
    const bus = await connectBus({ url: config.NATS_URL, name: 'reporting rebuild' });
    await rebuild(db, bus, new ProjectionStore()).finally(() => bus.close());
  } finally {
    await db.destroy();
  }
}
