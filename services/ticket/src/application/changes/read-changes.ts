import type { Actor, changes, OutputOf } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK, CONFIG, CursorCodec } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TicketConfig } from '../../config.ts';
import { ChangeStore, type LoggedEvent, type LogPlace } from '../../persistence/change.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { articleOf, changeOf, type FedEvent } from './change-of.ts';

type Answer = OutputOf<typeof changes>;

const LIST = 'changes';
const STANDARD = 100;
/** Events read by one statement, and looked through for one answer: most of them may be of tickets of others. */
const WINDOW = 200;
const LOOKED_THROUGH = 2_000;
const DAY_MICROS = 86_400_000_000;

/** The changes of all tickets in one order, for programs that keep a copy. */
@Injectable()
export class ReadChanges {
  constructor(
    private readonly db: DataSource,
    private readonly store: ChangeStore,
    private readonly cursors: CursorCodec,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<TicketConfig, 'HELPMESH_EVENT_RETENTION_DAYS'>,
  ) {}

  /** @throws AppError invalid `paging.cursor-refused`; conflict `changes.cursor-expired` */
  async since(actor: Actor, since = '', limit = STANDARD): Promise<Answer> {
    if (since === 'now') return { changes: [], next: this.cursorOf(await this.store.end(this.db)), more: false };
    const visible = VisibleTickets.to(actor, 'read');
    const found: Answer['changes'] = [];
    let place = this.placeOf(since);
    for (let looked = 0; looked < LOOKED_THROUGH; looked += WINDOW) {
      const logged = await this.store.after(this.db, place, WINDOW);
      const shown = await this.shown(visible, logged);
      for (const [i, event] of logged.entries()) {
        const change = shown[i];
        if (change && found.length === limit) return { changes: found, next: this.cursorOf(place), more: true };
        if (change) found.push(change);
        place = event;
      }
      if (logged.length < WINDOW) return { changes: found, next: this.cursorOf(place), more: false };
    }
    return { changes: found, next: this.cursorOf(place), more: true };
  }

  private async shown(visible: VisibleTickets, logged: readonly LoggedEvent[]) {
    const events = logged.map(({ payload }) => JSON.parse(payload) as FedEvent);
    const ofTickets = events.filter(({ data }) => data.ticket !== undefined);
    const ticketIds = [...new Set(ofTickets.map(({ data }) => data.ticket.id))];
    const articleIds = [...new Set(ofTickets.flatMap(({ data }) => articleOf(data)?.id ?? []))];
    const tickets = ticketIds.length > 0 ? await this.store.tickets(this.db, visible, ticketIds) : new Map();
    const articles =
      articleIds.length > 0 ? await this.store.articles(this.db, visible, articleIds) : new Set<number>();
    const sight = { scope: visible.scope, tickets, articles };
    return events.map((event) => (event.data.ticket === undefined ? undefined : changeOf(event, sight)));
  }

  private cursorOf({ at, seq }: LogPlace): string {
    return this.cursors.encode(LIST, [at, seq]);
  }

  private placeOf(since: string): LogPlace {
    if (since === '') return { at: 0, seq: 0 };
    const [at, seq] = this.cursors.decode(LIST, since) as [number, number];
    // Whole days are forgotten: what a reader that is behind would not be told must not look like nothing happened.
    const keptSince = this.clock.now() * 1_000 - this.config.HELPMESH_EVENT_RETENTION_DAYS * DAY_MICROS;
    if (at > 0 && at < keptSince) {
      const detail =
        'This cursor is older than the changes that are kept. Read everything anew, and begin with since=now.';
      throw new AppError('conflict', 'changes.cursor-expired', detail);
    }
    return { at, seq };
  }
}
