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
    private readonly notices: Pick<NoticeStore, 'tellAll'>,
    private readonly erasures: Pick<TellErasures, 'wake'>,
    private readonly box: Pick<SecretBox, 'derive'>,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
  ) {}

  /** Of somebody who is erased here. @returns how many helpdesks were asked anew, and how many cannot be */
  async of(
    tx: EntityManager,
    { person, heldTicketIds }: Pick<ErasureJob, 'person' | 'heldTicketIds'>,
  ): Promise<{ told: number; toTell: number }> {
    const known = (await this.peers.list(tx, MOST, 0)).map(({ id, node }) => ({
      ...{ peerId: id, pseudonym: pseudonymOf(this.box, node, person.userId) },
    }));
    const where = { node: this.settings.node, heldTicketIds: [...heldTicketIds] };
    const asked = await this.requesters.ask(tx, known, where, this.clock.now());
    await this.tell(tx, asked);
    const peersOf = (foreign: boolean) =>
      new Set(asked.flatMap(({ isForeign, peerId }) => (isForeign === foreign ? [peerId] : []))).size;
    return { told: peersOf(false), toTell: peersOf(true) };
  }

  /** Of somebody who was erased at a peer. @param link  to that peer */
  async others(tx: EntityManager, link: { id: number; uuid: string }, pseudonym: string): Promise<void> {
    await this.tell(tx, await this.requesters.passOn(tx, link, pseudonym, this.clock.now()));
  }

  private async tell(tx: EntityManager, asked: readonly Asked[]): Promise<void> {
    const now = this.clock.now();
    const reached = asked.filter(({ isForeign }) => !isForeign);
    const ids = reached.map(({ eventId }) => eventId);
    await this.requesters.call(tx, ids, now);
    // In one order for all: they hold up what else is told.
    for (const [peerId, ofPeer] of Map.groupBy(reached, (one) => one.peerId)) {
      const told = ofPeer.map(({ eventId: id, uuid, pseudonym, agreementId }) => {
        return { agreementId, uuid, notice: requesterErased({ id, uuid, pseudonym }, this.settings.node, now) };
      });
      await this.notices.tellAll(tx, peerId, told, now);
    }
    afterCommit(tx, () => this.erasures.wake());
  }
}
