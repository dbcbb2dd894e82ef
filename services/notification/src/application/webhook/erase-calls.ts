import { transaction } from '@helpmesh/persistence';
import type { ErasedPerson, Eraser, ErasureJob, ErasurePart } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { ErasableCall, WebhookErasureStore } from '../../persistence/webhook-erasure.store.ts';
import type { ReachedTickets } from '../erase-mails.ts';

/** Rows looked through by one statement. */
const WINDOW = 500;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Erases a person from the calls of webhooks: what was sent, what is still to be sent, and what was answered. */
export class EraseCalls implements Eraser {
  constructor(
    private readonly db: DataSource,
    private readonly store: WebhookErasureStore,
    private readonly reached: ReachedTickets,
  ) {}

  async erase({ taskId, person, heldTicketIds }: ErasureJob): Promise<ErasurePart> {
    let [webhookCalls, waiting] = [0, 0];
    const kept: ErasurePart['kept'] = [];
    for await (const { id, ticket_id: ticketId } of this.naming(person)) {
      if (ticketId !== null && heldTicketIds.has(ticketId)) {
        kept.push({ object: 'WebhookDelivery', id, why: 'legal-hold' });
        continue;
      }
      const outcome = await this.eraseCall(person, id);
      if (outcome === 'waits') waiting += 1;
      else webhookCalls += 1;
    }
    if (person.tickets !== 'pseudonymise') webhookCalls += await this.emptyCallsOfTickets(taskId);
    return { counts: { webhookCalls }, waiting, kept };
  }

  async preview(person: ErasedPerson): Promise<Record<string, number>> {
    let webhookCalls = 0;
    for await (const _ of this.naming(person)) webhookCalls += 1;
    return { webhookCalls };
  }

  private async *naming(person: ErasedPerson): AsyncGenerator<ErasableCall> {
    for (let after = FIRST; ; ) {
      const { last, calls } = await this.store.naming(this.db, person.payloadPatterns, after, WINDOW);
      if (last === undefined) return;
      yield* calls.filter((call) => without(person, call) !== undefined || person.isIn(call.answers));
      after = last;
    }
  }

  private eraseCall(person: ErasedPerson, id: string): Promise<'erased' | 'waits'> {
    return transaction(this.db, async (tx) => {
      const call = await this.store.lock(tx, id);
      // On its way at this moment: how it went is still to be recorded.
      if (call?.state === 'calling') return 'waits';
      if (call) await this.store.save(tx, without(person, call) ?? call);
      return 'erased';
    });
  }

  private async emptyCallsOfTickets(taskId: number): Promise<number> {
    let calls = 0;
    for (let after = 0; ; ) {
      const ids = await this.reached(taskId, after);
      if (ids.length === 0) return calls;
      calls += await this.store.emptyCallsOf(this.db, ids);
      after = ids.at(-1) ?? after;
    }
  }
}

/** Undefined: it does not name them. In what is about their own request, first and last name alone mean them too. */
function without(person: ErasedPerson, call: ErasableCall): ErasableCall | undefined {
  const payload: unknown = JSON.parse(call.body);
  const body = JSON.stringify(person.rewriteAll(payload, isAbout(payload, person.userId)));
  const next = { ...call, rule: person.rewrite(call.rule), body };
  return body === JSON.stringify(payload) && next.rule === call.rule ? undefined : next;
}

function isAbout(payload: unknown, userId: number): boolean {
  const ticket = typeof payload === 'object' && payload !== null && 'ticket' in payload ? payload.ticket : null;
  return typeof ticket === 'object' && ticket !== null && 'customer_id' in ticket && ticket.customer_id === userId;
}
