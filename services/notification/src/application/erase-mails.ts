import { transaction } from '@helpmesh/persistence';
import { ERASED_TEXT, type ErasedPerson, type Eraser, type ErasureJob, type ErasurePart } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { ErasableMail, ErasureStore } from '../persistence/erasure.store.ts';

/** Rows looked through by one statement. */
const WINDOW = 2_000;
const FIRST = '00000000-0000-0000-0000-000000000000';
const unsent: readonly string[] = ['queued', 'deferred', 'failed'];

/** Which tickets an erasure has reached; asked of the ticket service, page by page. */
export type ReachedTickets = (taskId: number, after: number) => Promise<number[]>;

/** Erases a person from the queue of outgoing mails; what was not sent to them yet is not sent any more. */
export class EraseMails implements Eraser {
  constructor(
    private readonly db: DataSource,
    private readonly store: ErasureStore,
    private readonly reached: ReachedTickets,
  ) {}

  async erase({ taskId, person, heldTicketIds }: ErasureJob): Promise<ErasurePart> {
    let [mails, waiting] = [0, 0];
    const kept: ErasurePart['kept'] = [];
    for await (const page of this.naming(person)) {
      for (const { id, ticket_id: ticketId } of page) {
        if (ticketId !== null && heldTicketIds.has(ticketId)) {
          kept.push({ object: 'OutboundMail', id, why: 'legal-hold' });
          continue;
        }
        const outcome = await this.eraseMail(person, id);
        if (outcome === 'waits') waiting += 1;
        else if (outcome === 'erased') mails += 1;
      }
    }
    if (person.tickets !== 'pseudonymise') mails += await this.emptyMailsOfTickets(taskId);
    return { counts: { mails }, waiting, kept };
  }

  async preview(person: ErasedPerson): Promise<Record<string, number>> {
    let mails = 0;
    for await (const page of this.naming(person)) mails += page.length;
    return { mails };
  }

  private async *naming(person: ErasedPerson): AsyncGenerator<ErasableMail[]> {
    for (let after = FIRST; ; ) {
      const last = await this.store.endOfWindow(this.db, after, WINDOW);
      if (last === undefined) return;
      const mails = await this.store.naming(this.db, person.patterns, after, last);
      yield mails.filter((mail) => person.isIn(JSON.stringify(mail)));
      after = last;
    }
  }

  private eraseMail(person: ErasedPerson, id: string): Promise<'erased' | 'waits' | 'same'> {
    return transaction(this.db, async (tx) => {
      const mail = await this.store.lock(tx, id);
      if (!mail) return 'same';
      // On the wire at this moment: its outcome is still to be recorded.
      if (mail.state === 'sending') return 'waits';
      const isTo = mail.recipients.some(({ address }) => person.isIn(address));
      const next = person.rewriteAll(mail, isTo);
      if (isTo) {
        Object.assign(next, { subject: ERASED_TEXT, body_text: null, body_html: null, attachments: [], linked: [] });
      }
      if (isTo && unsent.includes(mail.state)) next.state = 'suppressed';
      if (JSON.stringify(next) === JSON.stringify(mail)) return 'same';
      await this.store.save(tx, next);
      return 'erased';
    });
  }

  private async emptyMailsOfTickets(taskId: number): Promise<number> {
    let mails = 0;
    for (let after = 0; ; ) {
      const ids = await this.reached(taskId, after);
      if (ids.length === 0) return mails;
      mails += await this.store.emptyMailsOf(this.db, ids, ERASED_TEXT);
      after = ids.at(-1) ?? after;
    }
  }
}
