/** A text in Liquid, in the parts it is made of; each is filled in by itself. */
export type LiquidParts = readonly string[];

export interface LiquidTrouble {
  /** Which part. */
  part: number;
  /** Line in that part, from 1. */
  line: number;
  /** A sentence for the person who wrote it. */
  message: string;
}

export type Filled =
  | { parts: string[] }
  | { failed: string /** The thread had to be ended for it. */; killed: boolean };

/** Fills in what administrators wrote, where it can do no harm. */
export interface TemplateEngine {
  /**
   * What of a text cannot be used; nothing of it is filled in.
   * @param names  of values that it may name
   * @throws AppError unavailable `mail-template.no-engine`
   */
  check(parts: LiquidParts, names: readonly string[]): Promise<LiquidTrouble[]>;
  /** An answer for each view, in order; one text for all of them. Never throws. */
  fill(parts: LiquidParts, views: readonly Readonly<Record<string, string>>[]): Promise<Filled[]>;
}
