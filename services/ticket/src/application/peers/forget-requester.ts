import type { Actor, forgetRequester, ParsedInputOf } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { ErasedPerson } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type PeopleTerms, peopleOf } from '../../domain/retention/people.ts';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { PeerStore } from '../../persistence/peer.store.ts';
import { PurgeStore } from '../../persistence/purge.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized } from '../access.ts';
import { EraseTickets } from '../privacy/erase-tickets.ts';
import { LegalHolds } from '../privacy/legal-holds.ts';
import { References } from '../references.ts';
import { wantTickets } from '../want-tickets.ts';

/** Stands where names stood. */
const NOBODY = 'anonymous';
/** Words of a name. What is longer is a sentence. */
const WORDS = 6;
/** Letters of a word; shorter ones mean something else. */
const SHORTEST = 3;

type Told = ParsedInputOf<typeof forgetRequester>['requester'];

/** Takes a requester of another helpdesk's ticket out of it, because they were erased there. */
@Injectable()
export class ForgetRequester {
  constructor(
    private readonly db: DataSource,
    private readonly peers: PeerStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly holds: LegalHolds,
    private readonly purge: PurgeStore,
    private readonly erase: EraseTickets,
  ) {}

  /**
   * Who the ticket was opened for is told by the ticket: agents may have given it to somebody else, who stays. What is
   * taken out of which texts is the other helpdesk's to say: it reaches no words that it has not seen.
   * @throws AppError forbidden; conflict `ticket.legal-hold`; unavailable `ticket.being-merged`
   */
  async run(actor: Actor, { ticketId, peer, requester }: ParsedInputOf<typeof forgetRequester>): Promise<void> {
    if (actor.kind !== 'service') throw notAuthorized();
    const first = await this.peers.requesterOf(this.db, ticketId);
    if (first === undefined) return;
    const holds = await this.holds.now();
    // Merging takes articles elsewhere.
    const ids = [ticketId, ...(await this.peers.heldBy(this.db, ticketId))];
    const wanted = await wantTickets(this.db, this.tickets, ids);
    const refs = await this.references.resolve(wanted.user(first).user(SYSTEM_USER));
    const ours = new Set(await this.purge.ours(this.db));
    const contact = requester.isFirst && first !== SYSTEM_USER ? refs.person(first) : undefined;
    // An agent is not somebody whom another helpdesk may take out.
    const known = contact && !ours.has((contact.email ?? '').toLowerCase()) ? contact : undefined;
    const terms = termsOf(requester, known ? peopleOf([known], [], ours) : nobody, ours);
    const who = { userId: known?.id ?? 0, pseudonym: NOBODY, tickets: 'pseudonymise' as const };
    const person = new ErasedPerson({ ...who, ...terms });
    const address = new ErasedPerson({ ...who, ...terms, identifiers: [], names: [] });
    await transaction(this.db, async (tx) => {
      const locked = await this.tickets.lock(tx, VisibleTickets.toTheService(), ids);
      if (!locked.has(ticketId)) return;
      if ((await this.peers.heldBy(tx, ticketId)).some((id) => !ids.includes(id))) {
        throw new AppError('unavailable', 'ticket.being-merged', 'The ticket is being merged. Say it again.');
      }
      for (const id of ids) {
        const refusal = await this.holds.whyKept(tx, id, holds);
        if (refusal) throw refusal;
      }
      const was = contact && (await this.peers.replace(tx, ticketId, contact.id, { id: SYSTEM_USER, login: '-' }));
      const author = requester.isOnly ? `${NOBODY} (${peer.name})` : null;
      const unsigned = author === null ? [] : await this.peers.signRequesters(tx, ticketId, author);
      const changes = was ? { customer_id: { from: contact.id, to: SYSTEM_USER } } : {};
      await this.erase.forget(tx, { person, address }, { ticketId, unsigned, changes }, refs);
    });
  }
}

const nobody: PeopleTerms = { emails: [], identifiers: [], names: [] };

/** By what they are found: as the other helpdesk has told of them, and as they are known here. */
function termsOf({ names, emails }: Told, known: PeopleTerms, ours: ReadonlySet<string>): PeopleTerms {
  const told = names.map((name) => name.trim().split(/\s+/)).filter((words) => words.length <= WORDS);
  const whole = told.filter((words) => words.length > 1).map((words) => words.join(' '));
  return {
    emails: [...known.emails, ...emails.map((email) => email.toLowerCase())].filter((email) => !ours.has(email)),
    identifiers: [...known.identifiers, ...whole],
    names: [...known.names, ...told.flat()].filter((word) => word.length >= SHORTEST && word !== NOBODY),
  };
}
