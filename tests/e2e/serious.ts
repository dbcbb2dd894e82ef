import { AxeBuilder } from '@axe-core/playwright';
import { expect } from 'vitest';
import type { Person } from './browser.ts';

/**
 * One line for each element that axe calls a serious or critical problem. Mail frames run no scripts, so not axe: it
 * must not ask them, and only the legacy mode keeps to that.
 */
export async function seriousIn({ page }: Person, place: string): Promise<string[]> {
  const { violations, passes } = await new AxeBuilder({ page }).options({ iframes: false }).setLegacyMode().analyze();
  expect(passes.length, `rules that ${place} keeps`).toBeGreaterThan(5);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${place}: ${id} at ${target.join(' ')}: ${failureSummary}`),
    );
}
