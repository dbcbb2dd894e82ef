/** `npm run test:faults` runs the full sizes of each fault; `npm test` short ones of the same tests. */
/** Whether these are the long forms. */
export const full = process.env.HELPMESH_TEST_SUITE === 'faults';

export function scaled<T>(sizes: { short: T; full: T }): T {
  return full ? sizes.full : sizes.short;
}

/** Time a test of this kind may take at most, ms. */
export const patience = scaled({ short: 240_000, full: 1_800_000 });

/** Time one wait of such a test may take, ms: less, so that it is the wait that says what did not happen. */
export const waitPatience = patience * 0.6;
