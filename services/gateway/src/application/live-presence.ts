import type { TicketFacts } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { logger } from '@helpmesh/telemetry';
import type { LiveEvent } from '../domain/event-view.ts';
import { type Presence, PresenceBook } from '../domain/presence.ts';
import type { LiveClient, LiveWatcher } from './live-hub.ts';

/** What comes within this time is one message to a page, ms. */
const GATHER_MS = 250;

/**
 * Shows agents who else is on a ticket, on all of their open pages. Each gateway hears what pages say to any of them,
 * and tells those who may see the ticket as an agent; a customer never learns of it.
 */
export class LivePresence implements LiveWatcher {
  private readonly log = logger('live-presence');
  private readonly book = new PresenceBook();
  /** Pages, with what they show of each ticket. */
  private readonly clients = new Map<LiveClient, Map<number, string>>();
  private readonly changed = new Set<number>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly parts: { say: (presence: Presence) => void; clock: Clock }) {}

  /** Tells all gateways, this one as well. */
  say(presence: Presence): void {
    this.parts.say(presence);
  }

  hear(presence: Presence): void {
    this.show(this.book.hear(presence, this.parts.clock.now()));
  }

  /** Forgets who has not spoken for too long. */
  expire(): void {
    this.show(this.book.expire(this.parts.clock.now()));
  }

  factsOf(ticketId: number): TicketFacts | undefined {
    return this.book.factsOf(ticketId);
  }

  joined(client: LiveClient): void {
    // Who has no name for itself is no page that says where it is, and none that shows it.
    if (client.userId === undefined || client.page === undefined) return;
    this.clients.set(client, new Map());
    void this.tell(client, this.book.ticketIds(), true);
  }

  left(client: LiveClient): void {
    if (!this.clients.delete(client) || client.userId === undefined || client.page === undefined) return;
    const { userId, page } = client;
    const others = [...this.clients.keys()];
    // A page that came back before its old stream was missed is still there.
    if (others.some((other) => other.userId === userId && other.page === page)) return;
    this.say({ userId, page, ticket: null, doing: null });
  }

  happened({ data }: LiveEvent): void {
    if (data.ticket && this.book.move(data.ticket.id, data.ticket)) this.show([data.ticket.id]);
  }

  /** Rights changed. @param userIds  null: everybody's */
  forget(userIds: readonly number[] | null): void {
    for (const [client, shown] of this.clients) {
      if (userIds && !userIds.includes(client.userId ?? 0)) continue;
      void this.tell(client, [...new Set([...shown.keys(), ...this.book.ticketIds()])]);
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.clients.clear();
  }

  private show(ticketIds: readonly number[]): void {
    if (ticketIds.length === 0 || this.stopped) return;
    for (const id of ticketIds) this.changed.add(id);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const ids = [...this.changed];
      this.changed.clear();
      for (const client of this.clients.keys()) void this.tell(client, ids);
    }, GATHER_MS).unref();
  }

  /** @param whole  the page knows nothing yet, or nothing right any more */
  private async tell(client: LiveClient, ticketIds: readonly number[], whole = false): Promise<void> {
    try {
      const { actor } = await client.identify();
      const shown = this.clients.get(client);
      if (!shown) return;
      const tickets = ticketIds.flatMap((id) => {
        const text = this.book.shownTo(actor, id);
        if (text === shown.get(id)) return [];
        if (text) shown.set(id, text);
        else shown.delete(id);
        return [text ?? `{"id":${id},"people":[]}`];
      });
      if (tickets.length > 0 || whole) client.write(block(tickets, whole));
    } catch (error) {
      // The stream is closed with the next event of a ticket, and the page asks who it is.
      this.log.debug({ err: error }, 'presence could not be shown to somebody');
    }
  }
}

/** Without an id: the place in the stream of tickets stays. */
const block = (tickets: readonly string[], whole: boolean): string =>
  `event: presence\ndata: {"whole":${whole},"tickets":[${tickets.join(',')}]}\n\n`;
