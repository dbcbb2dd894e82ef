import type { Circumstances, Test } from '@helpmesh/conditions';
import type { Condition } from '../condition/condition.ts';
import { isView } from './views.ts';

/** What an overview says of who has it. */
export interface Audience {
  active: boolean;
  /** Whose own it is; null: shared. */
  ownerId: number | null;
  roleIds: readonly number[];
  /** Of those who have a role, only these; empty: all of them. */
  userIds: readonly number[];
  /** Only those whose organization shares its tickets. */
  organizationShared: boolean;
  /** Only those who stand in for somebody. */
  outOfOffice: boolean;
}

export interface Reader {
  userId: number;
  roleIds: readonly number[];
  sharedOrganizationIds: readonly number[];
  standsIn: boolean;
}

/** Whether somebody has the overview among theirs. */
export function isFor({ userId, roleIds, sharedOrganizationIds, standsIn }: Reader, overview: Audience): boolean {
  if (!overview.active) return false;
  if (overview.outOfOffice && !standsIn) return false;
  if (overview.ownerId !== null) return overview.ownerId === userId;
  if (overview.organizationShared && sharedOrganizationIds.length === 0) return false;
  if (!overview.roleIds.some((id) => roleIds.includes(id))) return false;
  return overview.userIds.length === 0 || overview.userIds.includes(userId);
}

/** What an address calls an overview: its name in plain letters, another one than any that is taken. */
export function linkOf(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  const base = plain || 'overview';
  for (let n = 0; ; n++) {
    const link = n === 0 ? base : `${base}_${n}`;
    if (!taken.has(link) && !isView(link)) return link;
  }
}

/** A condition of which every line is about the state, the owner or the customer: what counts and indexes are kept of. */
export interface PlainFilter {
  stateIds?: number[];
  unassigned?: boolean;
  ownerId?: number;
  customerId?: number;
}

/** @returns undefined for a condition that says anything else */
export function plainFilterOf(condition: Condition | null, { viewer }: Circumstances): PlainFilter | undefined {
  if (condition === null) return {};
  // Counts are kept of one owner at a time.
  if (viewer?.replaced) return undefined;
  if (condition.op !== 'all') return undefined;
  const filter: PlainFilter = {};
  for (const one of condition.of) {
    if (one.op !== 'test' || one.test.is !== 'in') return undefined;
    const { name } = one.field;
    const [id] = one.test.values;
    if (name === 'ticket.state_id' && !filter.stateIds && one.test.values.every(isId)) {
      filter.stateIds = [...one.test.values] as number[];
    } else if (name === 'ticket.owner_id' && isAlone(one.test) && id === 1) filter.unassigned = true;
    else if (name === 'ticket.owner_id' && isMe(one.test) && viewer && viewer.userId !== 1)
      filter.ownerId = viewer.userId;
    else if (name === 'ticket.customer_id' && isMe(one.test) && viewer) filter.customerId = viewer.userId;
    else return undefined;
  }
  return filter;
}

type In = Extract<Test, { is: 'in' }>;
const isId = (value: unknown) => typeof value === 'number';
const isAlone = ({ values, viewer }: In) => values.length === 1 && !viewer;
const isMe = ({ values, viewer }: In) => values.length === 0 && viewer === 'user';
