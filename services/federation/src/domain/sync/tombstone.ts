import type { FederationTombstone } from '@helpmesh/contracts';
import { derivedId } from '@helpmesh/kernel';

/** The end of sharing, as it is written down where messages wait: why, for people. */
export interface Unshared {
  unshared: string;
}

/** As it is told. @param place  of its row, so that it has the same id each time */
function tombstoneOf(
  { unshared }: Unshared,
  { uuid, place, node, at }: { uuid: string; place: number; node: string; at: Date },
): FederationTombstone {
  return {
    ...{ specversion: '1.0', id: derivedId(uuid, `unshared ${place}`), source: node, subject: uuid },
    ...{ type: 'eu.eosc.helpdesk.ticket.unshared.v1', time: at.toISOString(), datacontenttype: 'application/json' },
    data: { why: unshared.slice(0, 500) },
  };
}

/** What was written down, as it is told. */
export function toldAs<E extends object>(
  { id: place, uuid, event, at }: { id: number; uuid: string | null; event: E | Unshared; at: Date },
  node: string,
): E | FederationTombstone {
  return 'unshared' in event ? tombstoneOf(event, { uuid: uuid as string, place, node, at }) : event;
}
