import { AppError, type Clock, epochMs } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { WorkPool } from '@helpmesh/service-kit';
import { withSpan } from '@helpmesh/telemetry';
import type { DataSource } from 'typeorm';
import { isOver } from '../../domain/codes/states.ts';
import { firstKnown } from '../../domain/foreign/words.ts';
import { newLink } from '../../domain/sync/link.ts';
import { askedForMs, holdMs } from '../../domain/sync/outage.ts';
import { canonical } from '../../domain/sync/replica.ts';
import type { FederationEvents } from '../../events.ts';
import type { AgreementStore } from '../../persistence/agreement.store.ts';
import type { ForeignStore } from '../../persistence/foreign.store.ts';
import type { LinkStore } from '../../persistence/link.store.ts';
import type { PeerStore } from '../../persistence/peer.store.ts';
import type { SyncSettings } from '../sync/ports.ts';
import type { SyncLinks } from '../sync/sync-links.ts';
import type { Desk, OpenDesks } from './open-desks.ts';

const LEASE_MS = 120_000;

/**
 * Looks what has changed at helpdesks that cannot tell us. What it finds is a hint only: the turn of the link reads the
 * ticket. One desk's trouble is its own.
 */
export class PollDesks {
  private readonly pool: WorkPool<number>;

  constructor(
    private readonly db: DataSource,
    private readonly desks: OpenDesks,
    private readonly store: ForeignStore,
    private readonly peers: PeerStore,
    private readonly links: LinkStore,
    private readonly agreements: AgreementStore,
    private readonly sync: Pick<SyncLinks, 'wake'>,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node' | 'pollMs' | 'stopGraceMs'>,
    private readonly events: FederationEvents,
  ) {
    const { pollMs, stopGraceMs } = settings;
    this.pool = new WorkPool({
      ...{ concurrency: 4, pollMs, stopGraceMs },
      claim: (limit) => store.claim(db, clock.now(), LEASE_MS, limit),
      work: (id, cutOff) => withSpan('federation.poll', { 'helpmesh.peer': id }, () => this.look(id, cutOff)),
      trouble: (what, error) => this.events.trouble(what, error),
    });
  }

  start(): void {
    this.pool.start();
  }

  stop(): Promise<void> {
    return this.pool.stop();
  }

  readonly wake = (): void => this.pool.wake();

  private async look(peerId: number, signal: AbortSignal): Promise<void> {
    let cursor: string | null = null;
    let waitMs = 60_000;
    try {
      const desk = await this.desks.byId(peerId);
      waitMs = desk.pollSeconds * 1_000;
      const changes = await desk.adapter.listChanged(desk.cursor, { signal });
      for (const id of changes.ids) await this.heed(desk, id, signal);
      cursor = changes.cursor;
      await this.peers.answered(this.db, peerId, this.clock.now());
    } catch (error) {
      const trouble = AppError.from(error);
      const now = this.clock.now();
      this.events.pollFailed(peerId, trouble);
      const hold = (failingMs: number) => Math.max(holdMs(failingMs), askedForMs(trouble));
      await this.peers.failed(this.db, peerId, trouble.detail, hold, now);
      // As soon as it may be called again.
      waitMs = Math.min(waitMs, 1_000);
    }
    const now = this.clock.now();
    await this.store.polled(this.db, peerId, cursor, epochMs(now + waitMs), now);
    this.sync.wake();
  }

  /** A ticket that has changed there. What is wrong with it alone must not hide the others. */
  private async heed(desk: Desk, remoteId: string, signal: AbortSignal): Promise<void> {
    const linkId = await this.store.linkAt(this.db, desk.peerId, remoteId);
    if (linkId === null) return;
    if (linkId !== undefined) return this.store.hint(this.db, linkId, this.clock.now());
    try {
      await this.open(desk, remoteId, signal);
    } catch (error) {
      const trouble = AppError.from(error);
      if (!['not-found', 'forbidden', 'conflict'].includes(trouble.kind)) throw error;
      this.events.pollFailed(desk.peerId, trouble);
    }
  }

  /** A ticket that was opened there, or moved to the queue: from now on it is shared. */
  private async open(desk: Desk, remoteId: string, signal: AbortSignal): Promise<void> {
    const { adapter, peerId } = desk;
    // Ours, made a moment ago: the link will know it when the answer is there.
    if (this.desks.isOurs(await adapter.correlationOf(remoteId, { signal }))) return;
    const { words, requester } = await adapter.getTicket(remoteId, { signal });
    const { fields } = firstKnown(words, adapter.tables, requester, this.settings.node);
    // What nobody works on any more is no news.
    if (isOver(fields.state)) return;
    const agreement = (await this.agreements.ofPeer(this.db, peerId)).find(
      ({ active, kind }) => active && kind === 'full',
    );
    if (!agreement) return;
    const now = this.clock.now();
    const uuid = desk.uuidOf(remoteId);
    await transaction(this.db, async (tx) => {
      const id = await this.links.add(tx, { uuid, peerId, agreementId: agreement.id, changes: 0 }, now);
      if (id === undefined) return;
      const state = newLink(this.settings.node);
      const spellings = { state: {}, priority: {} };
      await this.store.add(tx, {
        ...{ linkId: id, peerId, remoteId, uuid, state, fields: canonical(fields), words, spellings },
      });
      await this.store.hint(tx, id, now);
    });
    this.events.found(peerId, uuid);
  }
}
