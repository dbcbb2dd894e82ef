import {
  type Author,
  auditMessage,
  recordAudit,
  ticketDeleted,
  ticketPurged,
  ticketUpdated,
} from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Outbox } from '@helpmesh/messaging';
import { CLOCK, ERASED_TEXT, ErasedPerson } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { peopleOf } from '../../domain/retention/people.ts';
import type { Person } from '../../domain/ticket/people.ts';
import { SYSTEM_USER, type Ticket } from '../../domain/ticket/ticket.ts';
import { articleTexts, ErasureStore } from '../../persistence/erasure.store.ts';
import { type Belongings, PurgeStore } from '../../persistence/purge.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { IndexTickets } from '../index-tickets.ts';
import type { Refs } from '../refs.ts';
import { ticketSnapshot } from '../snapshots.ts';

const ARTICLES = 50;
/** Mails told of in one message. */
const MAILS = 1_000;
/** Stands where names stood. */
const NOBODY = 'anonymous';

/** Takes a ticket, or the people in it, away for good, and tells whoever keeps something of it. */
@Injectable()
export class PurgeTickets {
  constructor(
    private readonly store: PurgeStore,
    private readonly texts: ErasureStore,
    private readonly tickets: TicketStore,
    private readonly index: IndexTickets,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Deletes a ticket that is locked. What is told of it says no title: that would outlive it. */
  async remove(tx: EntityManager, ticket: Ticket, refs: Refs, by: Author): Promise<Belongings> {
    const belongings = await this.store.belongings(tx, ticket.id);
    await this.texts.unwant(tx, belongings.files);
    await this.tickets.remove(tx, ticket.id);
    await this.outbox.add(tx, ticketDeleted, {
      aggregateId: ticket.id,
      aggregateVersion: ticket.version + 1,
      data: { ticket: { ...ticketSnapshot(ticket, refs), title: ERASED_TEXT } },
    });
    await this.tell(tx, ticket, 'deleted', belongings.mails);
    const told = { action: 'ticket.deleted', object: { type: 'Ticket', id: ticket.id, label: ticket.number } };
    await this.outbox.add(tx, recordAudit, auditMessage(by, told));
    return belongings;
  }

  /**
   * Takes the people out of a ticket that is locked: the system user is its customer and wrote what customers wrote,
   * mail headers and files are gone, and names and addresses in texts are nobody's. Group, state, times and everything
   * else that is counted stay.
   * @param customers  who wrote in it as a customer, and what is known of them and of who asked
   */
  async pseudonymise(
    tx: EntityManager,
    ticket: Ticket,
    refs: Refs,
    customers: { ids: readonly number[]; known: readonly Person[] },
  ): Promise<void> {
    const { id } = ticket;
    const belongings = await this.store.belongings(tx, id);
    const person = await this.nobody(tx, id, customers.known);
    for (let after = 0; ; ) {
      const page = await this.texts.articles(tx, id, after, ARTICLES);
      for (const { content_type, subject, body, sender, ...article } of page) {
        const gone = Object.fromEntries(articleTexts.map((name) => [name, null])) as Record<
          (typeof articleTexts)[number],
          null
        >;
        await this.texts.setArticle(tx, {
          ...{ ...gone, id: article.id, content_type, preferences: {} },
          from: sender === 'Customer' ? NOBODY : null,
          subject: subject === null ? null : person.rewrite(subject, true),
          body: person.rewrite(body ?? '', true),
        });
      }
      if (page.length < ARTICLES) break;
      after = page.at(-1)?.id ?? after;
    }
    await this.texts.unwant(tx, belongings.files);
    await this.store.dropFiles(tx, id);
    for (const entry of await this.texts.history(tx, id)) {
      const rewritten = (text: string | null) => (text === null ? null : person.rewrite(text, true));
      const next = { ...entry, value_from: rewritten(entry.value_from), value_to: rewritten(entry.value_to) };
      await this.texts.setHistory(tx, next);
    }
    const title = person.rewrite(ticket.title, true);
    const note = ticket.note === null ? null : person.rewrite(ticket.note, true);
    const custom = ticket.custom && person.rewriteAll(ticket.custom, true);
    await this.texts.setTicket(tx, { id, title, note, preferences: {}, custom });
    const people = [...new Set([ticket.customerId, ...customers.ids])];
    await this.store.replacePeople(tx, id, people, { id: SYSTEM_USER, login: '-' }, this.clock.now());
    await this.index.run(tx, [{ ticketId: id, whole: true }]);
    await this.outbox.add(tx, ticketUpdated, {
      aggregateId: id,
      aggregateVersion: ticket.version + 1,
      data: {
        ticket: { ...ticketSnapshot(ticket, refs), title, customerId: SYSTEM_USER },
        changes: { customer_id: { from: ticket.customerId, to: SYSTEM_USER } },
        changedById: null,
      },
    });
    await this.tell(tx, ticket, 'pseudonymised', belongings.mails);
  }

  private async nobody(tx: EntityManager, ticketId: number, known: readonly Person[]): Promise<ErasedPerson> {
    const [headers, ours] = [await this.store.headers(tx, ticketId), await this.store.ours(tx)];
    const terms = peopleOf(known, headers, new Set(ours));
    return new ErasedPerson({ ...terms, userId: 0, pseudonym: NOBODY, tickets: 'pseudonymise' });
  }

  private async tell(
    tx: EntityManager,
    { id, version }: Ticket,
    how: 'deleted' | 'pseudonymised',
    mails: readonly number[],
  ): Promise<void> {
    for (let from = 0; from === 0 || from < mails.length; from += MAILS) {
      await this.outbox.add(tx, ticketPurged, {
        aggregateId: id,
        aggregateVersion: version + 1,
        data: { ticketId: id, how, mails: mails.slice(from, from + MAILS) },
      });
    }
  }
}
