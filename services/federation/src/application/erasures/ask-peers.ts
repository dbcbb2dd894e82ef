import type { Clock } from '@helpmesh/kernel';
import { afterCommit } from '@helpmesh/persistence';
import type { ErasureJob, SecretBox } from '@helpmesh/service-kit';
import type { EntityManager } from 'typeorm';
import { requesterErased } from '../../domain/notices.ts';
import type { NoticeStore } from '../../persistence/notice.store.ts';
import type { PeerStore } from '../../persistence/peer.store.ts';
import type { Asked, RequesterStore } from '../../persistence/requester.store.ts';
import type { SyncSettings } from '../sync/ports.ts';
import { pseudonymOf } from '../sync/pseudonym.ts';
import type { TellErasures } from './tell-erasures.ts';

/** More helpdesks than anybody has agreements with. */
const MOST = 500;

/** Asks the peers that know a requester to forget them: those that are called by a call, the others in what they read. */
export class AskPeers {
  constructor(
    private readonly peers: Pick<PeerStore, 'list'>,
    private readonly requesters: RequesterStore,
    private readonly notices: Pick<NoticeStore, 'tell'>,
    private readonly erasures: Pick<TellErasures, 'wake'>,
    private readonly box: Pick<SecretBox, 'derive'>,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
  ) {}

  /** Of somebody who is erased here. @returns of how many tickets somebody was asked for the first time */
  async of(
    tx: EntityManager,
    { person, heldTicketIds }: Pick<ErasureJob, 'person' | 'heldTicketIds'>,
  ): Promise<number> {
    const known = (await this.peers.list(tx, MOST, 0)).map(({ id, node }) => ({
      ...{ peerId: id, pseudonym: pseudonymOf(this.box, node, person.userId) },
    }));
    const where = { node: this.settings.node, heldTicketIds: [...heldTicketIds] };
    return this.tell(tx, await this.requesters.ask(tx, known, where, this.clock.now()));
  }

  /** Of somebody who was erased at a peer. @param link  to that peer */
  async others(tx: EntityManager, link: { id: number; uuid: string }): Promise<void> {
    await this.tell(tx, await this.requesters.passOn(tx, link, this.clock.now()));
  }

  private async tell(tx: EntityManager, asked: readonly Asked[]): Promise<number> {
    const now = this.clock.now();
    const reached = asked.filter(({ isForeign }) => !isForeign);
    for (const { eventId: id, uuid, pseudonym, peerId, agreementId } of reached) {
      const notice = requesterErased({ id, uuid, pseudonym }, this.settings.node, now);
      await this.notices.tell(tx, { peerId, agreementId, uuid }, notice, now);
    }
    const ids = reached.map(({ eventId }) => eventId);
    await this.requesters.call(tx, ids, now);
    afterCommit(tx, () => this.erasures.wake());
    return asked.length;
  }
}
