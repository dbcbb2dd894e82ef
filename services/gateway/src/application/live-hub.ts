import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@helpmesh/kernel';
import { type LiveEvent, viewOf } from '../domain/event-view.ts';
import type { Identity } from './authenticator.ts';

/** One open stream as the hub sees it. */
export interface LiveClient {
  /** Whose page it is; undefined for what is no page. */
  readonly userId?: number | undefined;
  /** What the page calls itself, where it has a name. */
  readonly page?: string | undefined;
  /** Whether it is told of live chats. */
  readonly chats?: boolean | undefined;
  /** Asks again who this is; cheap while the answer is remembered. @throws AppError when the right has ended */
  identify(): Promise<Identity>;
  /** True when it has left already. */
  gone(): boolean;
  /** @returns false when the client reads too slowly to be worth keeping */
  write(text: string): boolean;
  /** `why` is for our logs and counts. */
  close(why: 'slow' | 'signed-out' | 'stopping'): void;
}

/** Who wants to know what the hub sees. */
export interface LiveWatcher {
  joined(client: LiveClient): void;
  left(client: LiveClient): void;
  happened(event: LiveEvent): void;
}

interface Place {
  /** Events that wait until the right to see them is known. */
  queue: LiveEvent[];
  /** Sequence of the newest event handed over. */
  after: number;
}

/** Events kept for clients that were away for a moment; with about 1 kB each. */
const KEPT = 2_000;
/** Events that may wait for one client while its right to see them is being asked. */
const WAITING = 1_000;
const BACKLOG_WAIT_MS = 2_000;

/**
 * Hands ticket events to the open streams. Each event is checked for each client against who they are now; the check
 * is the same function that scopes lists and searches.
 */
export class LiveHub {
  private readonly kept: LiveEvent[] = [];
  private readonly clients = new Map<LiveClient, Place>();
  private readonly watchers: LiveWatcher[] = [];
  /** Sequence the next event has at least; 0 until the stream was seen. */
  private nextSeq = 0;
  /** Resolves when the events from before the start were read. */
  private readonly caughtUp = Promise.withResolvers<void>();

  get size(): number {
    return this.clients.size;
  }

  /** Sequence of the newest event known; undefined until the stream was seen. */
  get newest(): number | undefined {
    return this.nextSeq > 0 ? this.nextSeq - 1 : undefined;
  }

  watch(watcher: LiveWatcher): void {
    this.watchers.push(watcher);
  }

  /** The stream was found, with `lastSeq` as its newest event; called before its events arrive. */
  begin(lastSeq: number): void {
    this.nextSeq = Math.max(this.nextSeq, lastSeq + 1);
  }

  /** What the stream held at the start was published here. */
  endOfBacklog(): void {
    this.caughtUp.resolve();
  }

  /** Another stream stands in its place (it was deleted and rebuilt): what clients hold as a position means nothing. */
  reset(): void {
    this.kept.length = 0;
    this.nextSeq = 0;
    for (const [client, place] of this.clients) {
      place.after = 0;
      client.write(RESET);
    }
  }

  publish(event: LiveEvent): void {
    this.nextSeq = Math.max(this.nextSeq, event.seq + 1);
    this.kept.push(event);
    if (this.kept.length > KEPT) this.kept.shift();
    for (const [client, place] of this.clients) this.enqueue(client, place, event);
    for (const watcher of this.watchers) watcher.happened(event);
  }

  /** Says something to the pages of some people, or of everybody (null); of chats, to those that are told of them. */
  whisper(userIds: readonly number[] | null, text: string, about?: 'chats'): void {
    for (const client of [...this.clients.keys()]) {
      if (client.userId === undefined || (userIds && !userIds.includes(client.userId))) continue;
      if (about && !client[about]) continue;
      if (!client.write(text)) this.drop(client, 'slow');
    }
  }

  /**
   * Opens a stream. With the id of the last event a client saw, what came since follows at once; when that is no longer
   * known, `event: reset` tells the page to load anew. Right after a start the backlog is waited for, briefly: the
   * clients of the gateway before this one come back sooner than it is read.
   */
  async join(client: LiveClient, lastEventId: number | undefined): Promise<void> {
    await Promise.race([this.caughtUp.promise, pause(BACKLOG_WAIT_MS, undefined, { ref: false })]);
    if (client.gone()) return;
    const missed = lastEventId === undefined ? [] : this.since(lastEventId);
    if (!missed) client.write(RESET);
    const resumed = missed && lastEventId !== undefined;
    const after = resumed ? lastEventId : (this.newest ?? 0);
    // An id without data moves the client's position, so that a cut right after this resumes here.
    if (this.newest !== undefined) client.write(`id: ${after}\n\n`);
    const place: Place = { queue: [], after };
    this.clients.set(client, place);
    for (const watcher of this.watchers) watcher.joined(client);
    for (const event of missed ?? []) this.enqueue(client, place, event);
  }

  leave(client: LiveClient): void {
    if (this.clients.delete(client)) this.tellLeft(client);
  }

  closeAll(): void {
    for (const client of [...this.clients.keys()]) this.drop(client, 'stopping');
  }

  /** Keeps proxies from closing a quiet stream, and finds clients that are gone. */
  beat(): void {
    for (const client of [...this.clients.keys()]) if (!client.write(': beat\n\n')) this.drop(client, 'slow');
  }

  /** Events after this one, or undefined when some of them are no longer kept or the id was never given. */
  private since(id: number): LiveEvent[] | undefined {
    if (this.newest === undefined || id > this.newest) return undefined;
    if (id === this.newest) return [];
    const oldest = this.kept[0]?.seq;
    if (oldest === undefined || id < oldest - 1) return undefined;
    return this.kept.filter((event) => event.seq > id);
  }

  private enqueue(client: LiveClient, place: Place, event: LiveEvent): void {
    if (event.seq <= place.after) return;
    place.after = event.seq;
    const { queue } = place;
    queue.push(event);
    if (queue.length > WAITING) this.drop(client, 'slow');
    // The first in the queue starts the pump; the others are taken along.
    else if (queue.length === 1) void this.pump(client, queue);
  }

  private async pump(client: LiveClient, queue: LiveEvent[]): Promise<void> {
    try {
      while (queue.length > 0 && this.clients.has(client)) {
        const { actor } = await client.identify();
        const text = queue
          .splice(0)
          .map((event) => viewOf(event, actor) ?? '')
          .join('');
        if (text !== '' && !client.write(text)) this.drop(client, 'slow');
      }
    } catch (error) {
      // Not allowed any more, or identity cannot be asked: either way the client comes back by itself and is checked.
      this.drop(client, AppError.from(error).kind === 'unavailable' ? 'stopping' : 'signed-out');
    }
  }

  private drop(client: LiveClient, why: Parameters<LiveClient['close']>[0]): void {
    if (!this.clients.delete(client)) return;
    this.tellLeft(client);
    client.close(why);
  }

  private tellLeft(client: LiveClient): void {
    for (const watcher of this.watchers) watcher.left(client);
  }
}

const RESET = 'event: reset\ndata: {}\n\n';
