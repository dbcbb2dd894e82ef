/** What a community offers. A request for it is dealt with under its agreement, and under no other one. */
export interface ServiceEntry {
  id: number;
  name: string;
  /** What it is for, in a sentence. */
  summary: string;
  agreementId: number;
  /** What the agreement is called. */
  agreement: string;
  /** Of the agreement: where requests open. */
  groupId: number;
  /** Lower ones come first. */
  position: number;
  active: boolean;
  /** It can be asked for: so is its agreement. */
  offered: boolean;
  createdById: number;
  updatedById: number;
  createdAt: Date;
  updatedAt: Date;
}

export type ServiceDraft = Pick<ServiceEntry, 'name' | 'summary' | 'agreementId' | 'position' | 'active'>;
