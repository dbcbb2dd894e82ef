import type { Clock } from '@helpmesh/kernel';
import { messagingTables } from '@helpmesh/messaging';
import { type RunningService, runService } from '@helpmesh/service-kit';
import { AppModule } from './app.module.ts';
import { seed } from './application/seed.ts';
import type { TicketConfig as Config } from './config.ts';
import { Ticket1795253000000 } from './persistence/migrations/1795253000000-ticket.ts';
import { Search1795253000001 } from './persistence/migrations/1795253000001-search.ts';

export { TicketConfig } from './config.ts';

export const migrations = [messagingTables, Ticket1795253000000, Search1795253000001];

/** The ticket service: what runs in production, and what tests start. */
export function createTicketService(config: Config, clock?: Clock): RunningService {
  return runService({
    name: 'ticket',
    config,
    module: AppModule,
    migrations,
    seed: (ds) => seed(ds, config.HELPMESH_SEED),
    ...(clock && { clock }),
  });
}
