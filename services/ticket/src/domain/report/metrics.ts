import type { ArticleSender, ArticleType } from '../article/kinds.ts';

/** Who said something, and by which ways. */
export interface Said {
  types: readonly ArticleType[];
  sender: ArticleSender;
}

/**
 * What is counted, each at an instant of its own. Merged tickets count as what happened to them, and not as tickets
 * that were created or closed: their work is that of another.
 */
export type Counted =
  | { what: 'created'; by?: Said }
  | { what: 'closed' }
  /** Answered for the first time. */
  | { what: 'answered' }
  /** Created then, and open now. */
  | { what: 'still-open' }
  /** Open now, whenever they were created: it is of no period. */
  | { what: 'open' }
  /** Created less closed. */
  | { what: 'backlog' }
  /** Closed within a quarter of an hour. */
  | { what: 'first_solution' }
  | { what: 'reopened' }
  | { what: 'merged' }
  /** To or from the groups that the profile speaks of; of a profile that speaks of none, every move is both. */
  | { what: 'moved'; way: 'in' | 'out' }
  /** Articles. */
  | { what: 'said'; by: Said }
  /** Customers who were asked how it went. */
  | { what: 'asked' }
  /** Ratings with a score between these, both included. */
  | { what: 'rated'; least: number; most: number }
  /** Promises of SLAs, by when they were kept or, too late, fulfilled. */
  | { what: 'promise'; of: 'first_response' | 'close'; kept: boolean };

export interface Backend {
  name: string;
  display: string;
  selected: boolean;
  counted: Counted;
}

export interface Metric {
  name: string;
  /** Not to be chosen: its tickets are those behind figures of groups. */
  hidden?: true;
  display: string;
  default: boolean;
  prio: number;
  backends: readonly Backend[];
}

/** Closed so soon after it was created that one answer was enough. */
export const FIRST_SOLUTION_MINUTES = 15;

const twitter = ['twitter status', 'twitter direct-message'] as const;
const ways: readonly (readonly [name: string, display: string, said: Said])[] = [
  ['phone_in', 'Phone (in)', { types: ['phone'], sender: 'Customer' }],
  ['phone_out', 'Phone (out)', { types: ['phone'], sender: 'Agent' }],
  ['email_in', 'Email (in)', { types: ['email'], sender: 'Customer' }],
  ['email_out', 'Email (out)', { types: ['email'], sender: 'Agent' }],
  ['web_in', 'Web (in)', { types: ['web'], sender: 'Customer' }],
  ['twitter_in', 'Twitter (in)', { types: twitter, sender: 'Customer' }],
  ['twitter_out', 'Twitter (out)', { types: twitter, sender: 'Agent' }],
];

const backend = (name: string, display: string, counted: Counted, selected = false): Backend => ({
  ...{ name, display, selected, counted },
});

/** The names are those that existing clients know. */
export const metrics: readonly Metric[] = [
  {
    ...{ name: 'count', display: 'Ticket Count', default: true, prio: 10_000 },
    backends: [
      backend('created', 'Created', { what: 'created' }, true),
      backend('closed', 'Closed', { what: 'closed' }, true),
      backend('backlog', 'Backlog', { what: 'backlog' }, true),
      backend('first_solution', 'First Solution', { what: 'first_solution' }),
      backend('reopened', 'Reopened', { what: 'reopened' }),
      backend('movedin', 'Moved in', { what: 'moved', way: 'in' }),
      backend('movedout', 'Moved out', { what: 'moved', way: 'out' }),
      backend('merged', 'Merged', { what: 'merged' }),
    ],
  },
  {
    ...{ name: 'create_channels', display: 'Create Channels', default: false, prio: 9_000 },
    backends: ways.map(([name, display, by]) => backend(name, display, { what: 'created', by }, true)),
  },
  {
    ...{ name: 'communication', display: 'Communication', default: false, prio: 8_000 },
    backends: ways.map(([name, display, by]) => backend(name, display, { what: 'said', by }, true)),
  },
  {
    ...{ name: 'work', display: 'Work', default: false, prio: 7_800 },
    backends: [
      backend('answered', 'First answers', { what: 'answered' }, true),
      backend('still_open', 'Still open', { what: 'still-open' }, true),
    ],
  },
  {
    ...{ name: 'now', display: 'Now', default: false, prio: 0, hidden: true },
    backends: [backend('open', 'Open', { what: 'open' })],
  },
  {
    ...{ name: 'promises', display: 'Promises (SLA)', default: false, prio: 7_500 },
    backends: [
      backend('response_kept', 'Answered in time', { what: 'promise', of: 'first_response', kept: true }, true),
      backend('response_late', 'Answered late', { what: 'promise', of: 'first_response', kept: false }, true),
      backend('solution_kept', 'Solved in time', { what: 'promise', of: 'close', kept: true }, true),
      backend('solution_late', 'Solved late', { what: 'promise', of: 'close', kept: false }, true),
    ],
  },
  {
    ...{ name: 'satisfaction', display: 'Satisfaction', default: false, prio: 7_000 },
    backends: [
      backend('rating_asked', 'Asked', { what: 'asked' }, true),
      backend('rated', 'Rated', { what: 'rated', least: 1, most: 5 }, true),
      backend('satisfied', 'Satisfied (4 or 5)', { what: 'rated', least: 4, most: 5 }, true),
      backend('dissatisfied', 'Dissatisfied (1 or 2)', { what: 'rated', least: 1, most: 2 }, true),
    ],
  },
];
