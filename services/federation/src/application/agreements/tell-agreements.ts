import type { FederationAgreementStep, FederationProposal } from '@helpmesh/contracts';
import { AppError, backoffMs, type Clock, epochMs } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { type SecretBox, WorkPool } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';
import { ourWord } from '../../domain/agreement-life.ts';
import type { FederationEvents } from '../../events.ts';
import type { AgreementStore, Untold, UntoldEnd } from '../../persistence/agreement.store.ts';
import type { LinkStore } from '../../persistence/link.store.ts';
import type { PeerStore } from '../../persistence/peer.store.ts';
import type { PeerAddress, SyncSettings } from '../sync/ports.ts';

/** An agreement as the peer has it. */
export interface ThereAgreement {
  id: number;
  status: string;
}

/** How a peer is told of an agreement. All: @throws AppError as `PeerLine.deliver` */
export interface AgreementLine {
  propose(to: PeerAddress, proposal: FederationProposal, signal: AbortSignal): Promise<ThereAgreement>;
  /** Nothing is said of one that is over there. @returns how it stands then; null: there is none */
  say(
    to: PeerAddress,
    id: number,
    word: { status: FederationAgreementStep; reason?: string },
    signal: AbortSignal,
  ): Promise<ThereAgreement | null>;
}

type Work = { untold: Untold } | { end: UntoldEnd };

const CONCURRENCY = 2;
const retries = { baseMs: 2_000, capMs: 3_600_000 };

/**
 * Tells peers what we say of agreements: the difference between what is and what they know, until they know. Everything
 * may be said twice.
 */
export class TellAgreements {
  private readonly pool: WorkPool<Work>;

  constructor(
    private readonly db: DataSource,
    private readonly agreements: AgreementStore,
    private readonly peers: Pick<PeerStore, 'get'>,
    private readonly links: Pick<LinkStore, 'endOf'>,
    private readonly line: AgreementLine,
    private readonly box: Pick<SecretBox, 'open'>,
    private readonly clock: Clock,
    settings: Pick<SyncSettings, 'pollMs' | 'stopGraceMs'>,
    events: Pick<FederationEvents, 'trouble'>,
  ) {
    const { pollMs, stopGraceMs } = settings;
    this.pool = new WorkPool<Work>({
      ...{ concurrency: CONCURRENCY, pollMs, stopGraceMs },
      claim: (limit) => this.claim(limit),
      work: (one, cutOff) => ('untold' in one ? this.tell(one.untold, cutOff) : this.tellEnd(one.end, cutOff)),
      trouble: (what, error) => events.trouble(what, error),
    });
  }

  start(): void {
    this.pool.start();
  }

  stop(): Promise<void> {
    return this.pool.stop();
  }

  /** Something may be due now. */
  readonly wake = (): void => this.pool.wake();

  private async claim(limit: number): Promise<Work[]> {
    const now = this.clock.now();
    const untold = await this.agreements.claimUntold(this.db, limit, now);
    const ends = untold.length < limit ? await this.agreements.claimEnds(this.db, limit - untold.length, now) : [];
    return [...untold.map((one) => ({ untold: one })), ...ends.map((one) => ({ end: one }))];
  }

  private async tell({ agreement, told, attempts }: Untold, signal: AbortSignal): Promise<void> {
    const { id } = agreement;
    try {
      await this.say({ agreement, told, attempts }, signal);
    } catch (error) {
      await this.agreements.tellLater(this.db, id, AppError.from(error).detail, this.again(attempts));
    }
    this.wake();
  }

  private async say({ agreement, told }: Untold, signal: AbortSignal): Promise<void> {
    const { id, name, disclosure, internalNotes, remoteId, reason } = agreement;
    const word = ourWord(agreement);
    const to = await this.addressOf(agreement.peerId as number);
    if (word === 'pending') {
      const proposal: FederationProposal = {
        ...{ number: id, name, mode: 'full', requesterDisclosure: disclosure },
        internalNotes: internalNotes ? 'always' : 'never',
      };
      const there = await this.line.propose(to, proposal, signal);
      const known = { told: 'pending' as const, remoteId: there.id };
      await transaction(this.db, (tx) => this.agreements.tellDone(tx, agreement, known, this.clock.now()));
      return;
    }
    if (word === null || word === told || remoteId === null) {
      const known = { told: word ?? ('pending' as const) };
      await transaction(this.db, (tx) => this.agreements.tellDone(tx, agreement, known, this.clock.now()));
      return;
    }
    const there = await this.line.say(to, remoteId, { status: word, ...(reason !== null && { reason }) }, signal);
    await transaction(this.db, async (tx) => {
      const now = this.clock.now();
      await this.agreements.tellDone(tx, agreement, { told: word }, now);
      const isOver = there === null || there.status === 'ended' || there.status === 'declined';
      if (!isOver || word === 'declined' || word === 'ended') return;
      const why = 'The other helpdesk has no such agreement any more.';
      await this.agreements.stand(tx, id, { status: 'ended', reason: why }, { tell: false, told: 'ended' }, now);
      await this.links.endOf(tx, id, why, now);
    });
  }

  private async tellEnd(end: UntoldEnd, signal: AbortSignal): Promise<void> {
    try {
      await this.line.say(await this.addressOf(end.peerId), end.remoteId, { status: 'ended' }, signal);
    } catch {
      return this.agreements.endLater(this.db, end, this.again(end.attempts));
    }
    await this.agreements.endDone(this.db, end);
  }

  private again(attempts: number) {
    return epochMs(this.clock.now() + backoffMs(attempts + 1, { ...retries, jitter: Math.random() }));
  }

  private async addressOf(peerId: number): Promise<PeerAddress> {
    const { node, token } = await this.peers.get(this.db, peerId);
    return { node, token: token && this.box.open(token, `peer:${peerId}`).toString() };
  }
}
