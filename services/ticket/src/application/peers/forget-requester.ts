import type { Actor, forgetRequester, ParsedInputOf } from '@helpmesh/contracts';
import { transaction } from '@helpmesh/persistence';
import { ErasedPerson } from '@helpmesh/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { peopleOf } from '../../domain/retention/people.ts';
import type { Person } from '../../domain/ticket/people.ts';
import { SYSTEM_USER } from '../../domain/ticket/ticket.ts';
import { PeerStore } from '../../persistence/peer.store.ts';
import { TicketStore } from '../../persistence/ticket.store.ts';
import { VisibleTickets } from '../../persistence/visible-tickets.ts';
import { notAuthorized } from '../access.ts';
import { EraseTickets } from '../privacy/erase-tickets.ts';
import { LegalHolds } from '../privacy/legal-holds.ts';
import { References } from '../references.ts';
import { wantTickets } from '../want-tickets.ts';

/** Stands where names stood. */
const NOBODY = 'anonymous';

/** Takes the requester of another helpdesk's ticket out of it, because they were erased there. */
@Injectable()
export class ForgetRequester {
  constructor(
    private readonly db: DataSource,
    private readonly peers: PeerStore,
    private readonly tickets: TicketStore,
    private readonly references: References,
    private readonly holds: LegalHolds,
    private readonly erase: EraseTickets,
  ) {}

  /**
   * Who the ticket was opened for is told by the ticket: agents may have given it to somebody else, who stays.
   * @throws AppError forbidden; conflict `ticket.legal-hold`
   */
  async run(actor: Actor, { ticketId, peer, requester }: ParsedInputOf<typeof forgetRequester>): Promise<void> {
    if (actor.kind !== 'service') throw notAuthorized();
    const userId = await this.peers.requesterOf(this.db, ticketId);
    if (userId === undefined) return;
    const holds = await this.holds.now();
    const wanted = await wantTickets(this.db, this.tickets, [ticketId]);
    const refs = await this.references.resolve(wanted.user(userId).user(SYSTEM_USER));
    const wrote = await this.peers.wroteAs(this.db, ticketId);
    const person = nobody(userId === SYSTEM_USER ? undefined : refs.person(userId), {
      names: [requester.name ?? '', ...wrote.map((name) => withoutPeer(name, peer.name))],
      email: requester.email,
    });
    await transaction(this.db, async (tx) => {
      const ticket = (await this.tickets.lock(tx, VisibleTickets.toTheService(), [ticketId])).get(ticketId);
      if (!ticket) return;
      const refusal = await this.holds.whyKept(tx, ticketId, holds);
      if (refusal) throw refusal;
      const was =
        userId !== SYSTEM_USER && (await this.peers.replace(tx, ticketId, userId, { id: SYSTEM_USER, login: '-' }));
      const changes = was ? { customer_id: { from: userId, to: SYSTEM_USER } } : {};
      await this.erase.forget(tx, person, ticketId, refs, changes);
    });
  }
}

/** By what they are found in the ticket. */
function nobody(known: Person | undefined, told: { names: string[]; email: string | null }): ErasedPerson {
  const { emails, identifiers, names } = peopleOf(known ? [known] : [], [], new Set());
  const whole = told.names.filter((name) => name.length > 1 && name !== NOBODY);
  return new ErasedPerson({
    ...{ userId: known?.id ?? 0, pseudonym: NOBODY, tickets: 'pseudonymise' },
    emails: told.email === null ? emails : [...emails, told.email.toLowerCase()],
    identifiers: [...identifiers, ...whole.filter((name) => /\s/.test(name))],
    names: [...names, ...whole.flatMap((name) => name.split(/\s+/))].filter((name) => name.length > 1),
  });
}

/** Authors are written down with the name of their helpdesk behind. */
function withoutPeer(author: string, peer: string): string {
  return author.endsWith(` (${peer})`) ? author.slice(0, -` (${peer})`.length) : author;
}
