import type { StateType } from '../ticket/state.ts';

/** Standard views of the list screens. */
export const agentViews = ['my-open', 'unassigned', 'open', 'escalated', 'pending', 'closed', 'all'] as const;
export const customerViews = ['my-tickets', 'my-organization'] as const;
/** What waits for an agent: lists that the home page counts. */
export const homeViews = ['my-overdue', 'my-waiting', 'my-reminders', 'my-drafts', 'my-bounced'] as const;
export type View = (typeof agentViews)[number] | (typeof customerViews)[number] | (typeof homeViews)[number];

export interface ViewRule {
  /** Undefined: of every type. */
  types?: readonly StateType[];
  owner?: 'me' | 'nobody';
  /** A due time has passed. */
  escalated?: boolean;
  /** The customer spoke last. */
  waiting?: boolean;
  /** The time until which they were put off has come. */
  reminded?: boolean;
  /** One has begun to write on them. */
  drafts?: boolean;
  /** The last mail that left did not arrive. */
  bounced?: boolean;
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
  'my-overdue': { owner: 'me', escalated: true },
  'my-waiting': { types: working, owner: 'me', waiting: true },
  'my-reminders': { types: ['pending reminder'], owner: 'me', reminded: true },
  'my-drafts': { drafts: true },
  'my-bounced': { types: [...working, 'pending reminder', 'pending action'], owner: 'me', bounced: true },
  'my-tickets': { customer: 'me' },
  'my-organization': { customer: 'organization' },
};

export function isView(name: string): name is View {
  return Object.hasOwn(viewRules, name);
}
