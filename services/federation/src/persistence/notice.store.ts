import type { FederationNotice } from '@helpmesh/contracts';
import type { EpochMs } from '@helpmesh/kernel';
import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Addressed, WebhookStore } from './webhook.store.ts';

/** What peers are told beside the tickets themselves: in the feed of those that read it, and to their webhooks. */
@Injectable()
export class NoticeStore {
  private readonly webhooks = new WebhookStore();

  /** Call it last: nobody else tells the peer anything until the transaction ends. */
  async tell(tx: EntityManager, to: Addressed, notice: FederationNotice, now: EpochMs): Promise<void> {
    const { peerId, agreementId, uuid } = to;
    const [peer] = await sql<{ reads: boolean; hooked: boolean }>(
      tx,
      `SELECT p.token IS NULL AND NOT p.by_key AND NOT EXISTS (SELECT 1 FROM peer_adapter a WHERE a.peer_id = p.id) AS reads,
         EXISTS (SELECT 1 FROM peer_webhook w WHERE w.peer_id = p.id) AS hooked
       FROM peer p WHERE p.id = $1`,
      [peerId],
    );
    if (peer?.reads) {
      await this.webhooks.lock(tx, peerId);
      await sql(
        tx,
        `INSERT INTO peer_notice (peer_id, agreement_id, uuid, event, created_at) VALUES ($1, $2, $3, $4::jsonb, $5)`,
        [peerId, agreementId, uuid, JSON.stringify(notice), new Date(now)],
      );
    }
    if (peer?.hooked) await this.webhooks.tellPeer(tx, to, notice, now);
  }
}
