/** `npm run test:faults` runs the full sizes of each fault; `npm test` short ones of the same tests. */
/** Whether these are the long forms. */
export const full = process.env.HELPMESH_TEST_SUITE === 'faults';

/** Share of the full sizes that is run where the machine has no time for all: HELPMESH_FAULTS_SHARE=0.1. Figures tell the sizes. */
const share = Math.min(1, Number(process.env.HELPMESH_FAULTS_SHARE || 1));

export function scaled<T extends number | number[]>(sizes: { short: T; full: T }): T {
  if (!full) return sizes.short;
  const { short, full: whole } = sizes;
  if (typeof whole === 'number') return Math.max(short as number, Math.round(whole * share)) as T;
  return whole.map((size, n) => Math.max((short as number[])[n] ?? 0, Math.round(size * share))) as T;
}

/** Time a test of this kind may take at most, ms. */
export const patience = full ? 1_800_000 : 240_000;

/** Time one wait of such a test may take, ms: less, so that it is the wait that says what did not happen. */
export const waitPatience = patience * 0.6;
