import type { NewArticle } from '../writing.ts';

/** For which ticket a rule runs, and why. */
export interface Wish {
  ticketId: number;
  /** The one that started it. */
  article: NewArticle | null;
  /** Who started it; null for the clock and the desk. */
  by: number | null;
  /** What started it, as the log names it. */
  cause: string;
  chain: string[];
}
