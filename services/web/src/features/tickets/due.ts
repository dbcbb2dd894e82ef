/** From when on a due time is close, ms. */
const SOON_MS = 60 * 60_000;

export type DueTone = 'late' | 'soon' | 'ahead';

/** @param at  ISO 8601; @param now  epoch ms */
export function dueTone(at: string, now: number): DueTone {
  const left = Date.parse(at) - now;
  if (left <= 0) return 'late';
  return left <= SOON_MS ? 'soon' : 'ahead';
}
