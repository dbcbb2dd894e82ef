import { create } from 'zustand';

/** Which version of a ticket this person last had on screen, in this browser. */
const storageKey = 'helpmesh.seen';
const keep = 2000;

interface Stored {
  /** Tickets that did not change after the first visit count as seen: nobody wants 10,000 unread rows on day one. */
  since: string;
  tickets: Record<string, string>;
}

function load(): Stored {
  try {
    const stored = JSON.parse(localStorage.getItem(storageKey) ?? '') as Stored;
    if (typeof stored.since === 'string' && typeof stored.tickets === 'object') return stored;
  } catch {
    // Absent or written by something else: start over.
  }
  return { since: new Date().toISOString(), tickets: {} };
}

interface Seen extends Stored {
  markSeen: (ticketId: number, updatedAt: string) => void;
}

export const useSeen = create<Seen>((set, get) => ({
  ...load(),
  markSeen: (ticketId, updatedAt) => {
    const { since, tickets } = get();
    const known = tickets[ticketId];
    if (known !== undefined && known >= updatedAt) return;
    const { [ticketId]: _, ...others } = tickets;
    const next = Object.fromEntries([...Object.entries(others).slice(1 - keep), [String(ticketId), updatedAt]]);
    localStorage.setItem(storageKey, JSON.stringify({ since, tickets: next }));
    set({ tickets: next });
  },
}));

export function isUnread(seen: Stored, ticket: { id: number; updated_at: string }): boolean {
  return ticket.updated_at > (seen.tickets[ticket.id] ?? seen.since);
}
