import { ticketCounts, ticketOverviews, ticketScope } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import { logger } from '@helpmesh/telemetry';
import type { LiveEvent } from '../domain/event-view.ts';
import { mayChangeCounts, type Watching } from '../domain/overview-change.ts';
import { countsAsked } from '../events.ts';
import type { LiveClient, LiveWatcher } from './live-hub.ts';

interface Person {
  userId: number;
  /** Their open pages. */
  clients: Set<LiveClient>;
  /** Undefined until their numbers were asked for once: then anything may change them. */
  watching: Watching | undefined;
  /** What their pages show. */
  shown: string;
  /** Earliest instant of the next question, ms of a clock that only runs forward. */
  notBefore: number;
}

/** What comes within this time after the first change is one question, ms. */
const BURST_MS = 300;
/** Between two questions for one person, ms. */
const REST_MS = 1_000;
/** Between two questions of this gateway, for whomever: what all of them cost has this bound, ms. */
const PACE_MS = 40;
const AT_ONCE = 4;

/**
 * Keeps the numbers beside views and overviews right on open pages. An event costs a look at what each connected
 * person's conditions depend on; their numbers are asked for once a burst, one statement for all of their overviews,
 * and go to all their pages. Who is not connected costs nothing.
 */
export class LiveCounts implements LiveWatcher {
  private readonly log = logger('live-counts');
  private readonly people = new Map<number, Person>();
  /** Whose numbers may be others now, the longest waiting first. */
  private readonly waiting = new Set<Person>();
  private timer: NodeJS.Timeout | undefined;
  private asking = 0;
  private stopped = false;

  constructor(private readonly rpc: Pick<RpcClient, 'call'>) {}

  joined(client: LiveClient): void {
    if (client.userId === undefined) return;
    const { userId } = client;
    const person = this.people.get(userId) ?? {
      ...{ userId, clients: new Set<LiveClient>(), watching: undefined, shown: '', notBefore: 0 },
    };
    this.people.set(userId, person);
    person.clients.add(client);
    // The new page has what it asked for itself, which may be older than its place in the stream.
    person.shown = '';
    this.ask(person);
  }

  left(client: LiveClient): void {
    const person = client.userId === undefined ? undefined : this.people.get(client.userId);
    person?.clients.delete(client);
    if (!person || person.clients.size > 0) return;
    this.people.delete(person.userId);
    this.waiting.delete(person);
  }

  happened(event: LiveEvent): void {
    for (const person of this.people.values()) {
      if (this.waiting.has(person)) continue;
      if (!person.watching || mayChangeCounts(event, person.watching)) this.ask(person);
    }
  }

  /** Rights, or more than can be followed, changed. @param userIds  null: everybody's */
  forget(userIds: readonly number[] | null): void {
    for (const person of this.people.values()) {
      if (userIds && !userIds.includes(person.userId)) continue;
      person.watching = undefined;
      this.ask(person);
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.waiting.clear();
    this.people.clear();
  }

  private ask(person: Person): void {
    if (this.waiting.has(person)) return;
    person.notBefore = Math.max(person.notBefore, performance.now() + BURST_MS);
    this.waiting.add(person);
    this.arm(BURST_MS);
  }

  private arm(afterMs: number): void {
    if (this.stopped || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.next();
    }, afterMs);
    this.timer.unref();
  }

  private next(): void {
    const now = performance.now();
    const person = this.asking < AT_ONCE ? [...this.waiting].find(({ notBefore }) => notBefore <= now) : undefined;
    if (person) {
      this.waiting.delete(person);
      person.notBefore = now + REST_MS;
      this.asking++;
      void this.tell(person).finally(() => {
        this.asking--;
      });
    }
    if (this.waiting.size > 0) this.arm(PACE_MS);
  }

  private async tell(person: Person): Promise<void> {
    const [one] = person.clients;
    if (!one) return;
    try {
      const { actor, signed } = await one.identify();
      countsAsked();
      const input = { params: {}, query: {}, body: undefined };
      const [overviews, { views }] = await Promise.all([
        this.rpc.call(ticketOverviews, input, { actor: signed }),
        this.rpc.call(ticketCounts, input, { actor: signed }),
      ]);
      const scope = ticketScope(actor, 'overview');
      person.watching = { scope, dependsOn: new Set(overviews.flatMap(({ depends_on }) => depends_on)) };
      const text = `event: counts\ndata: ${JSON.stringify({ overviews, views })}\n\n`;
      if (text === person.shown) return;
      person.shown = text;
      for (const client of person.clients) client.write(text);
    } catch (error) {
      // Pages ask for themselves when they come back; the next event asks again.
      this.log.debug({ err: error }, 'the numbers of somebody could not be asked for');
    }
  }
}
