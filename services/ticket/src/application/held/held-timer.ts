import type { Actor } from '@helpmesh/contracts';
import { AppError, type Clock, type EpochMs } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK, Rounds } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Held, type HeldOpening, HeldStore } from '../../persistence/held.store.ts';
import { type Change, ChangeTickets, type UpdateTicket } from '../change-tickets.ts';
import { type CreateTicket, CreateTickets } from '../create-tickets.ts';
import { IDENTITY, type Identity } from '../ports.ts';
import { stillAllowed } from './still-allowed.ts';

const EVERY_MS = 2_000;
const BATCH = 50;
/** How long after its time something that cannot be sent for the moment, as while files cannot be kept, is tried. */
const PATIENCE_MS = 86_400_000;

const nobodyAnyMore = 'Its author may not sign in any more.';

type Due = Held & { target: number };

/** The change of the ticket that sends a held article. */
export function orderOf(
  actor: UpdateTicket['actor'],
  ticketId: number,
  { article, ticket }: Pick<Held, 'article' | 'ticket'>,
): UpdateTicket {
  const input = { ...ticket, article } as UpdateTicket['input'];
  return { do: 'update', actor, ticketId, input, flags: {}, key: undefined };
}

/** The ticket that a held one opens. */
export function openingOf(actor: Actor, { article, ticket }: Pick<Held, 'article' | 'ticket'>): CreateTicket {
  return { actor, input: { ...ticket, article } as CreateTicket['input'], flags: {}, key: undefined };
}

/**
 * Sends what was held, by the door of all changes or of all new tickets. That it was sent is written in the transaction that sends it, under
 * the lock which taking it back needs as well: it is one or the other, however many replicas try and whoever dies.
 */
@Injectable()
export class HeldTimer extends Rounds {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly db: DataSource,
    private readonly held: HeldStore,
    private readonly changes: ChangeTickets,
    private readonly creates: CreateTickets,
    @Inject(IDENTITY) private readonly identity: Identity,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    super('held-articles', EVERY_MS, 'held articles could not be sent, the next round tries again');
  }

  /** Looks again at this time, when it is near; others come with the rounds. */
  wakeAt(at: EpochMs): void {
    const inMs = at - this.clock.now();
    if (inMs > 60_000 || this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.wake();
    }, inMs + 1).unref();
    this.timers.add(timer);
  }

  override async onApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    await super.onApplicationShutdown();
  }

  protected async round(): Promise<boolean> {
    // Neither waits for what keeps the other.
    const rounds = await Promise.allSettled([this.sendDue(), this.openDue()]);
    const failed = rounds.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
    return rounds.some((round) => round.status === 'fulfilled' && round.value);
  }

  /** @returns whether there may be more */
  private async sendDue(): Promise<boolean> {
    const due = await this.held.due(this.db, this.clock.now(), BATCH);
    if (due.length === 0) return false;
    const actors = await this.actorsOf(due);
    // Two of one ticket follow each other.
    const first = due.filter(({ target }, i) => due.findIndex((other) => other.target === target) === i);
    const commands = new Map<Due, UpdateTicket>();
    for (const one of first) {
      const now = actors.get(one.userId);
      if (now) commands.set(one, orderOf(stillAllowed(one.actor, now), one.target, one));
      else await this.refuse(one, nobodyAnyMore);
    }
    try {
      await this.send(commands);
    } catch (error) {
      if (AppError.from(error).kind === 'unavailable') throw error;
      // One of them spoils it for the others.
      for (const [one, command] of commands) await this.sendAlone(one, command);
    }
    return first.length < due.length || due.length === BATCH;
  }

  /** Opens the tickets that are due, each in a transaction of its own. @returns whether there may be more */
  private async openDue(): Promise<boolean> {
    const due = await this.held.dueOpenings(this.db, this.clock.now(), BATCH);
    if (due.length === 0) return false;
    const actors = await this.actorsOf(due);
    let later: AppError | undefined;
    for (const one of due) {
      const now = actors.get(one.userId);
      const why = now ? await this.open(one, stillAllowed(one.actor, now)) : nobodyAnyMore;
      if (typeof why === 'string') await this.refuse(one, why);
      else later = why ?? later;
    }
    if (later) throw later;
    return due.length === BATCH;
  }

  /** @returns why it cannot be opened, if so, as a text; an error is one of the moment */
  private async open(one: HeldOpening, actor: Actor): Promise<AppError | string | undefined> {
    try {
      await this.creates.runOnce(
        openingOf(actor, one),
        async (tx) => (await this.held.take(tx, [one], this.clock.now())).has(one.id),
        (tx, ticketId) => this.held.settleOpening(tx, one.id, ticketId, this.clock.now()),
      );
      return undefined;
    } catch (error) {
      const why = AppError.from(error);
      if (why.kind === 'stale') throw why;
      if (why.kind === 'bug') this.log.error({ err: error, held: one.id }, 'a held ticket could not be opened');
      const { detail } = why;
      return this.mayStill(one, why) ? why : detail;
    }
  }

  private async actorsOf(due: readonly { userId: number }[]): Promise<Map<number, Actor>> {
    const actors = await this.identity.actorsOf([...new Set(due.map(({ userId }) => userId))]);
    return new Map(actors.map((actor) => [actor.userId, actor]));
  }

  private async sendAlone(one: Due, command: UpdateTicket): Promise<void> {
    try {
      await this.send(new Map([[one, command]]));
    } catch (error) {
      const why = AppError.from(error);
      if (why.kind === 'unavailable' || why.kind === 'stale') throw why;
      if (why.kind === 'bug') this.log.error({ err: error, held: one.id }, 'a held article could not be sent');
      await this.refuse(one, why.detail);
    }
  }

  private async send(commands: ReadonlyMap<Due, UpdateTicket>): Promise<void> {
    if (commands.size === 0) return;
    const byTicket = new Map([...commands.keys()].map((one) => [one.target, one]));
    let taken = new Set<number>();
    let later: AppError | undefined;
    await this.changes.runTogether([...commands.values()], {
      open: async (tx) => {
        taken = await this.held.take(tx, [...commands.keys()], this.clock.now());
        return new Set([...byTicket].flatMap(([ticketId, { id }]) => (taken.has(id) ? [ticketId] : [])));
      },
      close: async (tx, results) => {
        later = undefined;
        for (const [ticketId, result] of results) {
          const one = byTicket.get(ticketId) as Due;
          if (this.mayStill(one, result)) later = result;
          else if (taken.has(one.id)) await this.held.settle(tx, one.id, outcomeOf(result), this.clock.now());
        }
      },
    });
    // The others are sent; those of the moment wait for the next round.
    if (later) throw later;
  }

  private mayStill({ sendAt }: Pick<Held, 'sendAt'>, result: Change | AppError): result is AppError {
    if (!(result instanceof AppError) || result.kind !== 'unavailable') return false;
    return this.clock.now() < Date.parse(sendAt) + PATIENCE_MS;
  }

  private async refuse(one: Pick<Held, 'id' | 'version'>, error: string): Promise<void> {
    await transaction(this.db, async (tx: EntityManager) => {
      const taken = await this.held.take(tx, [one], this.clock.now());
      if (taken.has(one.id)) await this.held.settle(tx, one.id, { error }, this.clock.now());
    });
  }
}

function outcomeOf(result: Change | AppError): { articleId: number | null } | { error: string } {
  return result instanceof AppError ? { error: result.detail } : { articleId: result.articleId };
}
