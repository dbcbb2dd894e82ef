import { AppError } from '@helpmesh/kernel';

/** How a community is integrated. `redirect`: its requests go to a mailing list, and end here. */
export interface Agreement {
  id: number;
  kind: 'redirect';
  name: string;
  groupId: number;
  listAddress: string;
  active: boolean;
  createdById: number;
  updatedById: number;
  createdAt: Date;
  updatedAt: Date;
}

export type AgreementDraft = Pick<Agreement, 'kind' | 'name' | 'groupId' | 'listAddress' | 'active'>;

/** One spelling for one mailbox. */
export function plainAddress(address: string): string {
  return address.trim().toLowerCase();
}

/**
 * Refuses what would send mail in circles: a list that is ourselves makes a new ticket of each ticket.
 * @param own  addresses at which this desk receives mail, in lower case
 * @throws AppError invalid `agreement.name-missing`, `agreement.own-address`
 */
export function checkDraft(draft: AgreementDraft, own: ReadonlySet<string>): void {
  if (draft.name.trim() === '') throw new AppError('invalid', 'agreement.name-missing', 'An agreement needs a name.');
  if (own.has(plainAddress(draft.listAddress)))
    throw new AppError(
      'invalid',
      'agreement.own-address',
      `${draft.listAddress} is an address of this desk: each redirected ticket would come back as a new one.`,
    );
}
