import { AppError } from '@helpmesh/kernel';
import type { DataSource } from 'typeorm';
import type { ReplicaStore } from '../persistence/replica.store.ts';

/** Where what comes from outside goes when nobody chose a group. @throws AppError unavailable `ticket.no-group` */
export async function firstGroup(replicas: ReplicaStore, db: DataSource): Promise<number> {
  const group = (await replicas.mailGroups(db)).find(({ active }) => active);
  if (group) return group.id;
  throw new AppError('unavailable', 'ticket.no-group', 'There is no active group that could take the request.');
}
