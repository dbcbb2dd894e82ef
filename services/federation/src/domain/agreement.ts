import { AppError } from '@helpmesh/kernel';

/**
 * How a community is integrated. `redirect`: its requests go to a mailing list, and end here; `full`: it has a helpdesk
 * of its own, with which its tickets are kept equal; `direct`: it works here.
 */
export interface Agreement {
  id: number;
  kind: 'redirect' | 'full' | 'direct';
  name: string;
  groupId: number;
  /** Of `redirect`. */
  listAddress: string | null;
  /** Of `full`. */
  peerId: number | null;
  /** What the peer is told of requesters. */
  disclosure: 'none' | 'name' | 'name+email';
  /** The peer is told what only agents may read. */
  internalNotes: boolean;
  /** The largest file that is taken from the peer, bytes; 0: none. */
  maxAttachmentBytes: number;
  /** Media types that are taken, `image/*` for all of a kind; none named: every type. */
  attachmentTypes: string[];
  /** Working hours in which the peer is to answer an offer; 0: no matter when. */
  answerHours: number;
  /** New tickets of the group fall under it. */
  active: boolean;
  /** `proposed`: the peer has not answered; one that both sides have made by themselves is accepted. */
  status: 'proposed' | 'accepted' | 'declined' | 'ended';
  /** Sharing rests, because people here, or there, have said so. */
  pausedHere: boolean;
  pausedThere: boolean;
  /** Why it was declined or ended, for people. */
  reason: string | null;
  /** Its number at the peer; null: neither has proposed it to the other. */
  remoteId: number | null;
  /** Why the peer was not told of the last change yet. */
  tellError: string | null;
  /** Moves with each change. */
  version: number;
  createdById: number;
  updatedById: number;
  createdAt: Date;
  updatedAt: Date;
}

/** As the peer may know of it: also what it has proposed itself, which is about no group yet. */
export interface PeerAgreement extends Omit<Agreement, 'groupId' | 'status'> {
  groupId: number | null;
  status: Agreement['status'] | 'pending';
}

export type AgreementDraft = Omit<
  Agreement,
  | 'id'
  | 'status'
  | 'pausedHere'
  | 'pausedThere'
  | 'reason'
  | 'remoteId'
  | 'tellError'
  | 'version'
  | 'createdById'
  | 'updatedById'
  | 'createdAt'
  | 'updatedAt'
>;

/** One spelling for one mailbox. */
export function plainAddress(address: string): string {
  return address.trim().toLowerCase();
}

/**
 * Refuses what is not whole, and what would send mail in circles: a list that is ourselves makes a new ticket of each
 * ticket.
 * @param own  addresses at which this desk receives mail, in lower case
 * @throws AppError invalid `agreement.name-missing`, `agreement.own-address`, `agreement.list-missing`,
 *   `agreement.peer-missing`
 */
export function checkDraft(draft: AgreementDraft, own: ReadonlySet<string>): void {
  if (draft.name.trim() === '') throw new AppError('invalid', 'agreement.name-missing', 'An agreement needs a name.');
  if (draft.kind === 'full' && draft.peerId === null)
    throw new AppError(
      'invalid',
      'agreement.peer-missing',
      'A full agreement needs a helpdesk to keep tickets equal with.',
    );
  if (draft.kind !== 'redirect') return;
  if (draft.listAddress === null)
    throw new AppError(
      'invalid',
      'agreement.list-missing',
      'A redirect agreement needs the address of a mailing list.',
    );
  if (own.has(plainAddress(draft.listAddress)))
    throw new AppError(
      'invalid',
      'agreement.own-address',
      `${draft.listAddress} is an address of this desk: each redirected ticket would come back as a new one.`,
    );
}
