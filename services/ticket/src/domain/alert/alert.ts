import { type EpochMs, epochMs } from '@helpmesh/kernel';

/** What a monitoring says of one thing that it watches. */
export interface Alert {
  /** Of that thing: all that is said of it has the same. */
  dedupKey: string;
  service: string | null;
  site: string | null;
  probe: string | null;
  status: string;
  since: string | null;
  url: string | null;
  text: string | null;
  /** It is known to be down, and nobody has to look at it. */
  downtime: boolean;
}

/** The same with characters only that can be kept: machines pass on whatever stands in their logs. */
export function storable(alert: Alert): Alert {
  const kept = (value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '\ufffd').toWellFormed() : value;
  return Object.fromEntries(Object.entries(alert).map(([name, value]) => [name, kept(value)])) as unknown as Alert;
}

/** What is remembered of a thing that has a ticket. */
export interface AlertMemory {
  status: string;
  isOver: boolean;
  /** When it changed within the last hour, oldest first; none is kept beyond those that make it flap. */
  changes: EpochMs[];
  /** It changes so often that changes are counted and not noted. */
  flapping: boolean;
  /** Words of it since the last note that were not noted. */
  unsaid: number;
  notedAt: EpochMs;
  /** When it was last closed by its own word; null: it was not. */
  solvedAt: EpochMs | null;
}

/** How its ticket stands; `joined`: it is part of another one that is open, which an alert closes or opens never. */
export type TicketStanding = 'none' | 'open' | 'closed' | 'joined';

export type Deed =
  /** There is nothing to open a ticket for. */
  | { do: 'ignore' }
  | { do: 'open'; memory: AlertMemory }
  /** Nobody has to read of it. */
  | { do: 'count'; memory: AlertMemory }
  /** @param state  what becomes of the ticket; null: it stays as it is */
  | { do: 'note'; memory: AlertMemory; why: NoteReason; state: 'close' | 'reopen' | null };

export type NoteReason = 'changed' | 'still' | 'flapping' | 'quiet';

const HOUR_MS = 3_600_000;
/** Changes in an hour; with one more it flaps. */
export const MOST_CHANGES = 6;
/** Without a change for so long it flaps no more. */
export const QUIET_MS = 15 * 60_000;
/** What is said again and again is noted that often. */
export const STILL_MS = 6 * HOUR_MS;
/** What fails again so soon after it worked is the same trouble. */
export const SAME_MS = HOUR_MS;

/** Whether a status says that all is well, in the words of the usual monitoring systems. */
export function isOver(status: string): boolean {
  return /^\s*(?:OK|UP|RECOVERY|RECOVERED|RESOLVED|CLEAR|NORMAL)\s*$/i.test(status);
}

/**
 * What a word of a monitoring comes to. Pure. A storm of words makes at most `MOST_CHANGES` notes an hour and one that
 * says so; what they came to is said once it is quiet (`settled`).
 * @param memory  null: nothing was heard of it, or its ticket is gone
 * @param solves  whether a ticket is closed when all is well
 */
export function heard(
  memory: AlertMemory | null,
  { status, downtime }: Pick<Alert, 'status' | 'downtime'>,
  ticket: TicketStanding,
  solves: boolean,
  now: EpochMs,
): Deed {
  const over = isOver(status);
  if (downtime && !over) return { do: 'ignore' };
  const isSame = memory?.solvedAt != null && now - memory.solvedAt < SAME_MS;
  if (!memory || ticket === 'none' || (ticket === 'closed' && !isSame)) {
    const fresh = { status, isOver: over, changes: [], flapping: false, unsaid: 0, notedAt: now, solvedAt: null };
    return over ? { do: 'ignore' } : { do: 'open', memory: fresh };
  }
  const changed = memory.isOver !== over || (!over && memory.status.toLowerCase() !== status.toLowerCase());
  if (!changed) {
    const counted = { ...memory, unsaid: memory.unsaid + 1 };
    if (over || memory.flapping || now - memory.notedAt < STILL_MS) return { do: 'count', memory: counted };
    return { do: 'note', why: 'still', state: null, memory: { ...counted, unsaid: 0, notedAt: now } };
  }
  const recent = [...memory.changes.filter((at) => now - at < HOUR_MS), now];
  const flapping = memory.flapping || recent.length > MOST_CHANGES;
  const next = { ...memory, status, isOver: over, changes: recent.slice(-MOST_CHANGES - 1), flapping };
  const reopens = !over && ticket === 'closed';
  if (!flapping) {
    const closes = over && solves && ticket === 'open';
    const state = closes ? 'close' : reopens ? 'reopen' : null;
    const kept = { ...next, unsaid: 0, notedAt: now, solvedAt: closes ? now : reopens ? null : next.solvedAt };
    return { do: 'note', why: 'changed', state, memory: kept };
  }
  if (memory.flapping) return { do: 'count', memory: { ...next, unsaid: memory.unsaid + 1 } };
  // It stays open until it is known what it comes to.
  const state = ticket === 'closed' ? 'reopen' : null;
  return { do: 'note', why: 'flapping', state, memory: { ...next, unsaid: 0, notedAt: now, solvedAt: null } };
}

/** From when on a thing that flaps counts as quiet. */
export function quietFrom({ changes }: AlertMemory): EpochMs {
  return epochMs((changes.at(-1) ?? 0) + QUIET_MS);
}

/** What a thing that flapped has come to, now that it is quiet. Within the hour it flaps again by its next change. */
export function settled(memory: AlertMemory, ticket: TicketStanding, solves: boolean, now: EpochMs): Deed {
  const next = { ...memory, flapping: false, unsaid: 0, notedAt: now };
  if (ticket === 'none') return { do: 'count', memory: next };
  const closes = memory.isOver && solves && ticket === 'open';
  const state = closes ? 'close' : !memory.isOver && ticket === 'closed' ? 'reopen' : null;
  return { do: 'note', why: 'quiet', state, memory: { ...next, solvedAt: closes ? now : memory.solvedAt } };
}
