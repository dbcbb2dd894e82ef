import { AttributeBook } from '@helpmesh/attributes';
import {
  type Actor,
  type massMacro,
  type massUpdate,
  type OutputOf,
  type ParsedInputOf,
  type previewMacro,
  TicketInput,
} from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { Injectable } from '@nestjs/common';
import { type Action, macroKinds, parseActions } from '../../domain/action/action.ts';
import { changesBetween } from '../../domain/ticket/changes.ts';
import { displayName, type Person } from '../../domain/ticket/people.ts';
import { type CustomValue, SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { textOf } from '../../html/text.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { settable } from '../attributes/settable.ts';
import { type Change, type ChangeTicket, ChangeTickets, type Trial } from '../change-tickets.ts';
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

  /** What a macro would do to a ticket. @throws AppError why it cannot */
  async preview(actor: Actor, ticketId: number, macroId: number): Promise<OutputOf<typeof previewMacro>> {
    const actions = await this.actionsOf(actor, macroId);
    const trial = await this.changes.trial({ do: 'carry-out', actor, ticketId, actions, flags: {}, key: undefined });
    return told(trial);
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

const people = ['owner_id', 'customer_id'];

function told({ before, after, tagged, article, refs }: Trial): OutputOf<typeof previewMacro> {
  const named = (field: string, value: CustomValue): string | null => {
    const attribute = refs.attributes.get(field);
    if (attribute) return attribute.shown(value);
    if (value === null) return null;
    if (typeof value !== 'number') return String(value);
    // User 1 stands for nobody.
    if (people.includes(field)) return value === SYSTEM_USER ? null : (nameOf(refs.person(value)) ?? String(value));
    return refs.nameOf(field, value) ?? String(value);
  };
  const fields = Object.entries(changesBetween(before, after)).map(([field, { from, to }]) => ({
    ...{ field, from: named(field, from), to: named(field, to) },
  }));
  const listed = (tags: readonly string[]) => tags.join(', ') || null;
  const tags = tagged ? [{ field: 'tags', from: listed(tagged.from), to: listed(tagged.to) }] : [];
  const said = article && {
    ...{ internal: article.internal, subject: article.subject },
    text: textOf(article.body, article.contentType),
  };
  return { changes: [...fields, ...tags], articles: said ? [said] : [] };
}

const nameOf = (person: Person | undefined) => person && displayName(person);

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
