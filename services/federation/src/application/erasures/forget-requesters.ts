import { type FederationRequesterErased, forgetRequester } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { transaction } from '@helpmesh/persistence';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import type { LinkStore } from '../../persistence/link.store.ts';
import type { RequesterStore } from '../../persistence/requester.store.ts';
import type { Caller } from '../door/answers.ts';
import type { AskPeers } from './ask-peers.ts';

/** Does what a peer asks for whose requester was erased, and hears which peers have done what we asked them for. */
export class ForgetRequesters {
  constructor(
    private readonly db: DataSource,
    private readonly links: Pick<LinkStore, 'find' | 'shared'>,
    private readonly requesters: RequesterStore,
    private readonly ask: Pick<AskPeers, 'others'>,
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly clock: Clock,
  ) {}

  /**
   * It is done when this returns; doing it again does nothing. Of a ticket that came here by the peer alone, also when it
   * is not shared any more.
   * @throws AppError not-found `federation.not-shared`; forbidden `federation.wrong-sender`,
   *   `federation.not-the-origin`; unavailable `federation.peer-paused`; conflict `ticket.legal-hold`
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
    const shared = await this.links.shared(this.db, uuid);
    if (shared) {
      // Who passes a ticket on speaks for all behind it, and for nobody else.
      if (shared.via.at(-1) !== peer.node) {
        const detail = 'The ticket did not come here by your helpdesk: its requester is not yours.';
        throw new AppError('forbidden', 'federation.not-the-origin', detail);
      }
      const { name = null, email = null } = shared.fields.requester;
      const asked = { ticketId: shared.ticketId, peer: { id: peer.id, name: peer.name }, requester: { name, email } };
      await this.rpc.call(forgetRequester, asked, { actor: this.signer.service() });
    }
    await transaction(this.db, async (tx) => {
      await this.requesters.forget(tx, link, pseudonym);
      await this.ask.others(tx, link);
    });
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
