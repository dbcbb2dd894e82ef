import type { FederationNotice } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Addressed, type AddressedNotice, WebhookStore } from './webhook.store.ts';

/** What peers are told beside the tickets themselves: in the feed of those that read it, and to their webhooks. */
@Injectable()
export class NoticeStore {
  private readonly webhooks = new WebhookStore();

  /** Call it last: nobody else tells the peer anything until the transaction ends. */
  async tell(tx: EntityManager, to: Addressed, notice: FederationNotice, now: EpochMs): Promise<void> {
    await this.tellAll(tx, to.peerId, [{ ...to, notice }], now);
  }

  /** As `tell`, several in their order. Most peers are called and have no webhook: of those nobody is held up. */
  async tellAll(tx: EntityManager, peerId: number, notices: readonly AddressedNotice[], now: EpochMs): Promise<void> {
    if (notices.length === 0) return;
    const [peer] = await sql<{ reads: boolean; hooked: boolean }>(
      tx,
      `SELECT p.token IS NULL AND NOT p.by_key AND NOT EXISTS (SELECT 1 FROM peer_adapter a WHERE a.peer_id = p.id) AS reads,
         EXISTS (SELECT 1 FROM peer_webhook w WHERE w.peer_id = p.id) AS hooked
       FROM peer p WHERE p.id = $1`,
      [peerId],
    );
    if (!peer?.reads && !peer?.hooked) return;
    await this.webhooks.lock(tx, peerId);
    if (peer.reads) await this.webhooks.keep(tx, 'peer_notice', peerId, notices, now);
    if (peer.hooked) await this.webhooks.tellPeer(tx, peerId, notices, now);
  }
}
