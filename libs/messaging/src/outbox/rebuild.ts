import { Session } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import type { Bus } from '../bus.ts';
import { Publisher } from './publisher.ts';
import { urlOf } from './relay.ts';
import { StreamKeeper } from './stream-keeper.ts';

/**
 * Publishes everything the log of this service keeps for a stream once more, for an operator who purged it. A deleted
 * stream needs no hand: the relay finds it. Consumers skip what their inbox knows.
 * @returns how many messages
 */
export async function rebuildStream(ds: DataSource, bus: Bus, stream: string): Promise<number> {
  const session = await Session.open({ url: urlOf(ds), name: 'rebuild' });
  const publisher = await Publisher.open(bus, 'rebuild');
  try {
    await bus.streams.ensure(publisher.jsm, stream);
    return await new StreamKeeper(session, publisher, bus.streams).republish(stream);
  } finally {
    await publisher.close();
    await session.close();
  }
}
