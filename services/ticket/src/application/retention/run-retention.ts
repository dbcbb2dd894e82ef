import { auditMessage, recordAudit } from '@helpmesh/contracts';
import { AppError, type Clock, uuidv7 } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Person } from '../../domain/ticket/people.ts';
import { PurgeStore } from '../../persistence/purge.store.ts';
import { type Leased, type Match, RetentionStore } from '../../persistence/retention.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { LegalHolds } from '../privacy/legal-holds.ts';
import { PurgeTickets } from '../privacy/purge-tickets.ts';
import { UnwantedFiles } from '../privacy/unwanted-files.ts';
import { References } from '../references.ts';
import { type Refs } from '../refs.ts';
import { wantTickets } from '../want-tickets.ts';

const BATCH = 100;
const AGAIN_MS = 30_000;

/** The lease went to somebody else, or the run was stopped: whoever has it counts, and does, what comes. */
class NotOurs extends Error {}

/**
 * Carries out the runs of retention rules, a ticket a transaction. How far a run has come is counted in the same
 * transaction, so after a stop another replica goes on exactly where this one was.
 */
@Injectable()
export class RunRetention {
  private readonly log = logger('retention');

  constructor(
    private readonly db: DataSource,
    private readonly store: RetentionStore,
    private readonly people: PurgeStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly holds: LegalHolds,
    private readonly purge: PurgeTickets,
    private readonly files: UnwantedFiles,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One run, as far as it goes. @returns whether there was one */
  async run(isStopping: () => boolean = () => false): Promise<boolean> {
    const run = await this.store.claim(this.db, uuidv7(), this.clock.now());
    if (!run) return false;
    try {
      await this.carryOut(run, isStopping);
    } catch (error) {
      if (error instanceof NotOurs) return true;
      this.log.warn({ err: error, run: run.id }, 'a retention run could not go on, and is tried again');
      await this.store.release(this.db, run, AGAIN_MS).catch(() => undefined);
    }
    return true;
  }

  private async carryOut(run: Leased, isStopping: () => boolean): Promise<void> {
    for (let after = run.afterId; ; ) {
      // Asked for each batch: a hold that is placed meanwhile counts from the next one.
      const holds = await this.holds.now();
      const page = await this.store.page(this.db, run, holds, after, BATCH);
      if (page.length === 0) break;
      const { refs, customers } = await this.known(page.flatMap(({ id, held }) => (held ? [] : [id])));
      for (const match of page) {
        if (isStopping()) return this.store.release(this.db, run, 0);
        await this.ticket(run, match, refs, customers.get(match.id) ?? []);
      }
      after = page.at(-1)?.id ?? after;
    }
    await this.files.remove();
    await this.finish(run);
  }

  private async ticket(run: Leased, { id, held }: Match, refs: Refs, customers: readonly number[]): Promise<void> {
    if (held) return ours(await this.store.step(this.db, run, id, 'held'));
    try {
      await transaction(this.db, (tx) => this.handle(tx, run, id, refs, customers));
    } catch (error) {
      const { kind, code } = AppError.from(error);
      // The world's fault is not the ticket's: the run waits.
      if (error instanceof NotOurs || kind === 'unavailable') throw error;
      this.log.error({ err: error, run: run.id, ticket: id }, 'a ticket was left as it is');
      ours(await this.store.stepFailed(this.db, run, id, code));
    }
  }

  private async handle(
    tx: EntityManager,
    run: Leased,
    id: number,
    refs: Refs,
    customers: readonly number[],
  ): Promise<void> {
    const ticket = (await this.tickets.lock(tx, VisibleTickets.toTheService(), [id])).get(id);
    // Reopened, written to, or deleted since the page was read.
    const still = ticket !== undefined && (await this.store.stillMatches(tx, run, id));
    if (still && run.action === 'delete') await this.purge.remove(tx, ticket, refs, { kind: 'service', userId: 1 });
    if (still && run.action === 'pseudonymise') {
      const known = [ticket.customerId, ...customers].map((userId) => refs.person(userId));
      const unique = new Map(known.flatMap((person): [number, Person][] => (person ? [[person.id, person]] : [])));
      await this.purge.pseudonymise(tx, ticket, refs, { ids: customers, known: [...unique.values()] });
    }
    ours(await this.store.step(tx, run, id, still ? 'handled' : 'passed'));
  }

  /** What the tickets of a page refer to, and who wrote in each of them as a customer. */
  private async known(ids: readonly number[]): Promise<{ refs: Refs; customers: Map<number, number[]> }> {
    const wanted = await wantTickets(this.db, this.tickets, ids);
    const customers = new Map<number, number[]>();
    for (const { ticketId, userId } of await this.people.customersIn(this.db, ids)) {
      wanted.user(userId);
      customers.set(ticketId, [...(customers.get(ticketId) ?? []), userId]);
    }
    return { refs: await this.references.resolve(wanted), customers };
  }

  private async finish(run: Leased): Promise<void> {
    await transaction(this.db, async (tx) => {
      const done = await this.store.finish(tx, run, this.clock.now());
      if (!done) throw new NotOurs();
      const { handled, held, failed } = done;
      const told = {
        action: 'retention-run.finished',
        object: { type: 'RetentionRule', id: run.ruleId, label: run.ruleName },
        changes: { action: { to: run.action }, handled: { to: handled }, held: { to: held }, failed: { to: failed } },
      };
      await this.outbox.add(tx, recordAudit, auditMessage({ kind: 'service', userId: 1 }, told));
      this.log.info({ run: run.id, rule: run.ruleId, handled, held, failed }, 'a retention run is done');
    });
  }
}

function ours(counted: boolean): void {
  if (!counted) throw new NotOurs();
}
