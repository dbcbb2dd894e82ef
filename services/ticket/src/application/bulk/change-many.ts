import { AttributeBook } from '@helpmesh/attributes';
import { type Actor, type massMacro, type massUpdate, type ParsedInputOf, TicketInput } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { type Action, macroKinds, parseActions } from '../../domain/action/action.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { settable } from '../attributes/settable.ts';
import { type Change, type ChangeTicket, ChangeTickets } from '../change-tickets.ts';
import { UsableMacros } from '../library/usable-macros.ts';
import type { Outcome } from '../once.ts';
import { type ReadingFlags, ReadTickets } from '../read-tickets.ts';
import { requireAgent } from './ticket-jobs.ts';

/** Changes of some tickets while the caller waits: all of them or none. */
@Injectable()
export class ChangeMany {
  constructor(
    private readonly changes: ChangeTickets,
    private readonly macros: UsableMacros,
    private readonly reads: ReadTickets,
    private readonly attributes: AttributeBook,
  ) {}

  async update(actor: Actor, body: ParsedInputOf<typeof massUpdate>['body']): Promise<string> {
    requireAgent(actor);
    const { attributes, article } = body;
    const input: TicketInput = { ...attributes, ...(article && { article }) };
    return this.all(actor, body.ticket_ids, (ticketId) => ({
      ...{ do: 'update', actor, ticketId, input, flags: {}, key: undefined },
    }));
  }

  async macro(actor: Actor, body: ParsedInputOf<typeof massMacro>['body']): Promise<string> {
    requireAgent(actor);
    const actions = await this.actionsOf(actor, body.macro_id);
    return this.all(actor, body.ticket_ids, (ticketId) => ({
      ...{ do: 'carry-out', actor, ticketId, actions, flags: {}, key: undefined },
    }));
  }

  /** @returns the ticket as JSON */
  async one(actor: Actor, ticketId: number, macroId: number, flags: ReadingFlags): Promise<Outcome> {
    const actions = await this.actionsOf(actor, macroId);
    const [answer] = await this.changes.run([{ do: 'carry-out', actor, ticketId, actions, flags, key: undefined }]);
    return answer as Outcome;
  }

  private async actionsOf(actor: Actor, macroId: number): Promise<Action[]> {
    const { perform } = await this.macros.get(actor, macroId);
    return parseActions(perform, macroKinds, settable(await this.attributes.of('Ticket')));
  }

  private async all(actor: Actor, ids: readonly number[], commandOf: (id: number) => ChangeTicket): Promise<string> {
    const ticketIds = [...new Set(ids)];
    await this.changes.runTogether(ticketIds.map(commandOf), {
      open: async (_tx, all) => new Set(all),
      close: async (_tx, results) => refuse(results),
    });
    const { assets } = JSON.parse(await this.reads.records(VisibleTickets.to(actor, 'read'), actor, ticketIds));
    return JSON.stringify({ ticket_ids: ticketIds, assets });
  }
}

/** Existing clients read which ticket it was. @throws the first refusal, which undoes the rest */
function refuse(results: ReadonlyMap<number, Change | AppError>): void {
  for (const [ticketId, result] of results) {
    if (!(result instanceof AppError)) continue;
    const { kind, detail } = result;
    if (kind === 'bug' || kind === 'unavailable') throw result;
    throw new AppError('invalid', 'ticket.mass-refused', detail, undefined, {
      members: { error: true, ticket_id: ticketId },
    });
  }
}
