import { type Actor, mayReadInternal, type TicketFacts } from '@helpmesh/contracts';

/** What somebody does on a ticket, from the least to the most that others should know of. */
export const doings = ['viewing', 'noting', 'replying'] as const;
export type Doing = (typeof doings)[number];

/** Something a page says of itself; gateways tell it each other. */
export interface Presence {
  userId: number;
  /** Chosen by the page: one person may have several open. */
  page: string;
  /** Null: whichever it was on, when it leaves. */
  ticket: ({ id: number } & TicketFacts) | null;
  /** Null: it has left. */
  doing: Doing | null;
}

interface Seat {
  page: string;
  userId: number;
  ticketId: number;
  doing: Doing;
  /** Epoch ms after which it is gone unless it says so again. */
  until: number;
}

interface Room {
  facts: TicketFacts;
  seats: Set<Seat>;
  /** What is shown of it, made on first use. */
  text?: string | undefined;
}

/** A page says every 15 s where it is; two may be lost on the way. */
const LASTS_MS = 35_000;
/** Pages of one person; as many streams are the most that one may have open. */
const PAGES_OF_ONE = 50;

/**
 * Who is on which ticket, as far as this process has heard. Nothing of it is kept anywhere: whoever is still there says
 * so again soon.
 */
export class PresenceBook {
  /** By person and page, the one that spoke last at the end. */
  private readonly seats = new Map<string, Seat>();
  private readonly rooms = new Map<number, Room>();

  /** @returns the tickets of which something else is to be shown now */
  hear({ userId, page, ticket, doing }: Presence, now: number): number[] {
    const key = `${userId} ${page}`;
    const seat = this.seats.get(key);
    if (doing === null || ticket === null) {
      if (!seat || (ticket && ticket.id !== seat.ticketId)) return [];
      this.remove(key, seat);
      return [seat.ticketId];
    }
    const { id, ...facts } = ticket;
    const same = seat?.ticketId === id && seat.doing === doing;
    if (seat) this.remove(key, seat);
    else this.makeRoom(userId);
    const room = this.rooms.get(id) ?? { facts, seats: new Set() };
    const next = { page, userId, ticketId: id, doing, until: now + LASTS_MS };
    room.seats.add(next);
    this.rooms.set(id, room);
    this.seats.set(key, next);
    if (same) return [];
    room.text = undefined;
    return seat && seat.ticketId !== id ? [seat.ticketId, id] : [id];
  }

  /** Forgets who has not spoken for too long. @returns the tickets of which something else is to be shown now */
  expire(now: number): number[] {
    const changed = new Set<number>();
    for (const [key, seat] of this.seats) {
      // They stand in the order in which they spoke.
      if (seat.until > now) break;
      this.remove(key, seat);
      changed.add(seat.ticketId);
    }
    return [...changed];
  }

  /** The ticket is in another group or of another customer now. @returns whether anybody is on it */
  move(ticketId: number, { groupId, customerId, organizationId }: TicketFacts): boolean {
    const room = this.rooms.get(ticketId);
    if (room) room.facts = { groupId, customerId, organizationId };
    return room !== undefined;
  }

  /** What is known of a ticket that somebody is on: who comes back to it need not be looked up again. */
  factsOf(ticketId: number): TicketFacts | undefined {
    return this.rooms.get(ticketId)?.facts;
  }

  ticketIds(): number[] {
    return [...this.rooms.keys()];
  }

  /** @returns JSON of the ticket and its people, for agents of its group; undefined for all others and when nobody is there */
  shownTo(actor: Actor, ticketId: number): string | undefined {
    const room = this.rooms.get(ticketId);
    if (!room || !mayReadInternal(actor, room.facts)) return undefined;
    room.text ??= JSON.stringify({ id: ticketId, people: peopleOf(room) });
    return room.text;
  }

  private remove(key: string, seat: Seat): void {
    this.seats.delete(key);
    const room = this.rooms.get(seat.ticketId);
    if (!room?.seats.delete(seat)) return;
    room.text = undefined;
    if (room.seats.size === 0) this.rooms.delete(seat.ticketId);
  }

  /** Names of pages are made up by pages: whoever makes up too many loses the oldest. */
  private makeRoom(userId: number): void {
    const own = [...this.seats].filter(([, seat]) => seat.userId === userId);
    const [oldest] = own;
    if (oldest && own.length >= PAGES_OF_ONE) this.remove(...oldest);
  }
}

/** Each person once, with the most they do on any of their pages. */
function peopleOf({ seats }: Room): { id: number; doing: Doing }[] {
  const people = new Map<number, Doing>();
  for (const { userId, doing } of seats) {
    const known = people.get(userId);
    if (!known || doings.indexOf(doing) > doings.indexOf(known)) people.set(userId, doing);
  }
  return [...people].map(([id, doing]) => ({ id, doing })).sort((a, b) => a.id - b.id);
}
