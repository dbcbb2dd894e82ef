import type { EntityManager } from 'typeorm';

/** What looks at everything that is written about tickets. */
export interface Automation {
  /** There is nothing to look: nothing is kept for it. */
  empty: boolean;
  /** @param writing  the Writing that saves; without its type, because a Writing knows the references that hold this */
  run(tx: EntityManager, writing: object): Promise<void>;
}

export const noAutomation: Automation = { empty: true, run: async () => undefined };
