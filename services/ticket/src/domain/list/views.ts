import type { StateType } from '../ticket/state.ts';

/** Standard views of the list screens. */
export const agentViews = ['my-open', 'unassigned', 'open', 'escalated', 'pending', 'closed', 'all'] as const;
export const customerViews = ['my-tickets', 'my-organization'] as const;
export type View = (typeof agentViews)[number] | (typeof customerViews)[number];

export interface ViewRule {
  /** Undefined: of every type. */
  types?: readonly StateType[];
  owner?: 'me' | 'nobody';
  /** A due time has passed. */
  escalated?: boolean;
  /** Seen as a customer: own tickets, or those of shared organizations. */
  customer?: 'me' | 'organization';
}

const working: readonly StateType[] = ['new', 'open'];

export const viewRules: Record<View, ViewRule> = {
  'my-open': { types: working, owner: 'me' },
  unassigned: { types: working, owner: 'nobody' },
  open: { types: working },
  escalated: { escalated: true },
  pending: { types: ['pending reminder', 'pending action'] },
  closed: { types: ['closed', 'merged'] },
  all: {},
  'my-tickets': { customer: 'me' },
  'my-organization': { customer: 'organization' },
};

export function isView(name: string): name is View {
  return Object.hasOwn(viewRules, name);
}
