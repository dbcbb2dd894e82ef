import type { FederationAgreementStep } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { PeerAgreement } from './agreement.ts';

type Standing = Pick<PeerAgreement, 'status' | 'pausedHere' | 'pausedThere'>;

/** What a step of the peer comes to. */
export type Stepped = Partial<Pick<Standing, 'status' | 'pausedThere'>>;

/** As both sides name it: who has proposed or suspended it is told beside. */
export type ToldStatus = 'pending' | 'accepted' | 'suspended' | 'declined' | 'ended';

export function toldStatus({ status, pausedHere, pausedThere }: Standing): ToldStatus {
  if (status === 'proposed' || status === 'pending') return 'pending';
  return status === 'accepted' && (pausedHere || pausedThere) ? 'suspended' : status;
}

/** What the peer is to know of us; null: it has proposed, and nobody here has answered. */
export function ourWord({ status, pausedHere }: Standing): Exclude<ToldStatus, 'ended'> | 'ended' | null {
  if (status === 'pending') return null;
  if (status === 'proposed') return 'pending';
  return status === 'accepted' && pausedHere ? 'suspended' : status;
}

/**
 * What the peer may say: yes and no to what we have proposed, that it rests and, of its own rest alone, that it goes on,
 * and that it has ended. Pure. Nothing comes back from a no and from the end.
 * @returns what changes; nothing when it is so already
 * @throws AppError conflict `federation.agreement-over`, `federation.agreement-step`
 */
export function byPeer({ status, pausedHere, pausedThere }: Standing, step: FederationAgreementStep): Stepped {
  if (step === 'ended') return status === 'ended' || status === 'declined' ? {} : { status: 'ended' };
  if (step === status && step === 'declined') return {};
  if (status === 'declined' || status === 'ended') throw over(status);
  if (step === 'declined') {
    if (status !== 'proposed') throw notNow('It was not proposed to you.');
    return { status: 'declined' };
  }
  if (status === 'pending') throw notNow('Nobody here has accepted it yet.');
  if (step === 'suspended') {
    if (status !== 'accepted') throw notNow('Accept it first.');
    return pausedThere ? {} : { pausedThere: true };
  }
  if (status === 'proposed') return { status: 'accepted' };
  if (pausedThere) return { pausedThere: false };
  if (pausedHere) throw notNow('It was suspended here: whoever suspends it says when it goes on.');
  return {};
}

function over(status: 'declined' | 'ended'): AppError {
  const detail = `This agreement was ${status}. Propose another one.`;
  return new AppError('conflict', 'federation.agreement-over', detail);
}

function notNow(detail: string): AppError {
  return new AppError('conflict', 'federation.agreement-step', detail);
}
