import { durablesOf } from '@helpmesh/contracts';
import type { Bus } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { ProjectionStore } from '../persistence/projection.store.ts';

/**
 * Brings the projection back to what the events say. The points this service has kept are the facts, older ones than
 * any stream still holds among them; everything derived is made anew from them, and the streams are read again from
 * their beginning to fill in what may be missing. Running replicas go on meanwhile: taking a point twice changes nothing.
 */
export async function rebuild(db: DataSource, bus: Bus, projection: ProjectionStore): Promise<void> {
  await transaction(db, async (tx) => {
    await projection.forgetInbox(tx);
    await projection.deriveAll(tx);
  });
  for (const durable of durablesOf('reporting')) await bus.forget(durable);
}
