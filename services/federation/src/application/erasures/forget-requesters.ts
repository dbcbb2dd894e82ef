import { type FederationRequesterErased, forgetRequester } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import { type ActorSigner, ErasedPerson } from '@helpmesh/service-kit';
import type { DataSource, EntityManager } from 'typeorm';
import type { ErasureStore } from '../../persistence/erasure.store.ts';
import type { LinkStore } from '../../persistence/link.store.ts';
import type { RequesterStore, Standing, ToldRequester } from '../../persistence/requester.store.ts';
import type { Caller } from '../door/answers.ts';
import type { AskPeers } from './ask-peers.ts';

/** Stands where names stood. */
const NOBODY = 'anonymous';

/** Does what a peer asks for whose requester was erased, and hears which peers have done what we asked them for. */
export class ForgetRequesters {
  constructor(
    private readonly db: DataSource,
    private readonly links: Pick<LinkStore, 'find' | 'shared'>,
    private readonly requesters: RequesterStore,
    private readonly texts: Pick<ErasureStore, 'ofTicket' | 'save'>,
    private readonly ask: Pick<AskPeers, 'others'>,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly clock: Clock,
  ) {}

  /**
   * It is done when this returns; doing it again does nothing. Of a ticket that came here by the peer alone, also when it
   * is not shared any more, and of whom the peer has told as its requester, also before.
   * @throws AppError not-found `federation.not-shared`, `federation.no-such-requester`; forbidden
   *   `federation.wrong-sender`, `federation.not-the-origin`; unavailable `federation.peer-paused`,
   *   `federation.ticket-busy`; conflict `ticket.legal-hold`
   */
  async run(peer: Caller, { source, subject: uuid, data }: FederationRequesterErased): Promise<void> {
    if (source !== peer.node) {
      throw new AppError('forbidden', 'federation.wrong-sender', `This token belongs to ${peer.node}.`);
    }
    const link = await this.linkOf(peer, uuid);
    const { pseudonym } = data.requester;
    if (await this.requesters.isForgotten(this.db, link.id, pseudonym)) return;
    if (peer.paused) {
      throw new AppError('unavailable', 'federation.peer-paused', 'Your helpdesk is paused here. Say it again later.');
    }
    const before = await this.requesters.standing(this.db, uuid, this.clock.now());
    const shared = await this.links.shared(this.db, uuid);
    // Who passes a ticket on speaks for all behind it, and for nobody else.
    if (shared && shared.via.at(-1) !== peer.node) {
      const detail = 'The ticket did not come here by your helpdesk: its requester is not yours.';
      throw new AppError('forbidden', 'federation.not-the-origin', detail);
    }
    const told = await this.requesters.told(this.db, link.id, pseudonym);
    if (!told) {
      const detail = 'Your helpdesk has told of no such requester of this ticket.';
      throw new AppError('not-found', 'federation.no-such-requester', detail);
    }
    // What is taken in at this moment may name them.
    if (before.some(({ isTaking }) => isTaking)) throw busy();
    if (shared) {
      const asked = { ticketId: shared.ticketId, peer: { id: peer.id, name: peer.name }, requester: told };
      await this.rpc.call(forgetRequester, asked, { actor: this.signer.service() });
    }
    await transaction(this.db, async (tx) => {
      await this.requesters.hold(tx, uuid);
      const after = await this.requesters.standing(tx, uuid, this.clock.now());
      if (after.some((one) => isMoved(one, before))) throw busy();
      await this.requesters.beginAnew(tx, uuid, this.clock.now());
      await this.forgetTexts(tx, uuid, pseudonym, told);
      await this.requesters.forget(tx, link, pseudonym);
      await this.ask.others(tx, link, pseudonym);
    });
  }

  /** What is on its way, in either direction, and what each helpdesk has of the ticket. */
  private async forgetTexts(tx: EntityManager, uuid: string, pseudonym: string, { names, emails }: ToldRequester) {
    const person = new ErasedPerson({
      ...{ userId: 0, pseudonym: NOBODY, tickets: 'pseudonymise', names: [] },
      // Single words are found in fields that are no texts.
      identifiers: names.filter((name) => /\S\s+\S/.test(name)),
      emails: emails.map((email) => email.toLowerCase()),
    });
    const sign = JSON.stringify(pseudonym).replace(/[\\%_]/g, '\\$&');
    for await (const text of this.texts.ofTicket(tx, uuid, [...person.patterns, `%${sign}%`])) {
      await this.texts.save(tx, { ...text, value: person.rewriteAll(withoutRequester(text.value, pseudonym)) });
    }
  }

  /** @throws AppError not-found `federation.not-shared` */
  async acknowledge(peer: Caller, uuid: string, eventId: string): Promise<void> {
    const { id } = await this.linkOf(peer, uuid);
    await this.requesters.acknowledge(this.db, eventId, id, this.clock.now());
  }

  private async linkOf({ id: peerId, scope }: Caller, uuid: string): Promise<{ id: number; uuid: string }> {
    const held = await this.links.find(this.db, uuid, peerId);
    if (held && (scope === null || scope.includes(held.link.agreementId))) return { id: held.id, uuid };
    throw new AppError('not-found', 'federation.not-shared', 'There is no such ticket between us.');
  }
}

/** A value in which nothing but the pseudonym is known of a requester. */
function withoutRequester(value: unknown, pseudonym: string): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutRequester(one, pseudonym));
  if (typeof value !== 'object' || value === null) return value;
  if ('pseudonym' in value && value.pseudonym === pseudonym) return { pseudonym };
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutRequester(one, pseudonym)]));
}

/** Something came in since, or does now. */
function isMoved({ id, sequenceIn, isTaking }: Standing, before: readonly Standing[]): boolean {
  return isTaking || before.find((one) => one.id === id)?.sequenceIn !== sequenceIn;
}

function busy(): AppError {
  const detail = 'The ticket is being brought up to date at this moment. Say it again.';
  return new AppError('unavailable', 'federation.ticket-busy', detail);
}
