import type { AdapterKind, AdapterSettings } from '../../application/foreign/ports.ts';
import { priorityTables } from '../../domain/codes/priorities.ts';
import { alsoStates, stateTables } from '../../domain/codes/states.ts';
import type { PeerTables } from '../../domain/foreign/words.ts';

/** What a helpdesk calls states and priorities: as its software is installed, and what was said of this one. */
export function tablesOf(kind: AdapterKind, to: Pick<AdapterSettings, 'states' | 'priorities'>): PeerTables {
  return {
    states: { ...stateTables[kind], ...to.states },
    priorities: { ...priorityTables[kind], ...to.priorities },
    also: alsoStates[kind] ?? {},
  };
}
