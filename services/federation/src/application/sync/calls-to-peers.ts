import type { EpochMs } from '@helpmesh/kernel';

/** A turn that may call a peer. */
export interface TurnAtPeer {
  peerId: number;
  began: EpochMs;
}

/** Whom this process is calling, and who has answered it when. */
export class CallsToPeers {
  private readonly turns = new Set<TurnAtPeer>();
  private readonly answers = new Map<number, EpochMs>();
  /** Of these it is written down that they do not answer. */
  private readonly silent = new Set<number>();

  begin(peerId: number, now: EpochMs): TurnAtPeer {
    const turn = { peerId, began: now };
    this.turns.add(turn);
    return turn;
  }

  end(turn: TurnAtPeer): void {
    this.turns.delete(turn);
  }

  /** Those that a turn is under way for. */
  peers(): number[] {
    return [...new Set([...this.turns].map(({ peerId }) => peerId))];
  }

  /** @returns whether this process has written down that it does not answer */
  answered(peerId: number, now: EpochMs): boolean {
    this.answers.set(peerId, now);
    return this.silent.delete(peerId);
  }

  failed(peerId: number): void {
    this.silent.add(peerId);
  }

  /** Whether a peer has answered since a turn began: that a call of the turn was lost says nothing of how it is now. */
  hasAnsweredSince({ peerId, began }: TurnAtPeer): boolean {
    return (this.answers.get(peerId) ?? 0) > began;
  }
}
