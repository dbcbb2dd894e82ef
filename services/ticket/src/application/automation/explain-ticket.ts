import { type Actor, groupsWith } from '@helpmesh/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { HistoryStore } from '../../persistence/history.store.ts';
import { RuleStore, type ShownRun } from '../../persistence/rule.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized, notFound } from '../access.ts';

interface Entry {
  id: number;
  type: string;
  attribute?: string;
  value_from?: string;
  value_to?: string;
  created_by_id: number;
  created_at: string;
  sourceable_type?: string;
  sourceable_id?: number;
  sourceable_name?: string;
  sourceable_run?: number;
}

/** Tells of every change of a ticket who or which rule made it, and what led to that. */
@Injectable()
export class ExplainTicket {
  constructor(
    private readonly db: DataSource,
    private readonly tickets: TicketStore,
    private readonly histories: HistoryStore,
    private readonly rules: RuleStore,
  ) {}

  async run(actor: Actor, ticketId: number) {
    const visible = VisibleTickets.to(actor, 'read');
    const [ticket] = await this.tickets.facts(this.db, [{ visible, id: ticketId }]);
    if (!ticket) throw notFound('Ticket', ticketId);
    if (actor.kind !== 'service' && !groupsWith(actor, 'read').includes(ticket.groupId)) throw notAuthorized();
    const history = await this.histories.of(this.db, visible, ticketId, true);
    if (history === undefined) throw notAuthorized();
    const runs = await this.rules.runsOn(this.db, visible, ticketId);
    const byId = new Map(runs.map((run) => [run.id, run]));
    const changes = (JSON.parse(history) as Entry[]).map((entry) => explained(entry, byId));
    return { ticket_id: ticketId, changes, runs };
  }
}

function explained(entry: Entry, runs: ReadonlyMap<number, ShownRun>) {
  const { id, type, attribute, value_from, value_to, created_by_id, created_at } = entry;
  const run = entry.sourceable_run === undefined ? undefined : runs.get(entry.sourceable_run);
  const rule = entry.sourceable_type !== undefined;
  return {
    ...{ history_id: id, at: created_at, type, attribute: attribute ?? null },
    ...{ from: value_from ?? null, to: value_to ?? null },
    by: rule
      ? {
          ...{ kind: 'rule' as const, id: entry.sourceable_id ?? null, type: entry.sourceable_type ?? null },
          name: entry.sourceable_name ?? null,
        }
      : {
          ...{ kind: created_by_id === SYSTEM_USER ? ('system' as const) : ('user' as const), id: created_by_id },
          ...{ type: null, name: null },
        },
    // The line of the log may be forgotten by now; the rule is still named.
    chain: run ? [run.cause as string, ...(run.chain as string[])] : rule ? [entry.sourceable_name as string] : [],
  };
}
