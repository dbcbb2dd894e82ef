import axe from 'axe-core';
import { expect } from 'vitest';
import type { Person } from './browser.ts';

/** By name: the category of colours also has the stricter contrast of level AAA. */
const some = {
  colours: ['color-contrast', 'link-in-text-block'],
  /** What depends on where things are: what they lie upon, what has to be scrolled. */
  places: ['scrollable-region-focusable', 'target-size'],
};

/**
 * One line for each element that axe calls a serious or critical problem. It is brought into a document once, not for
 * each look; and tells of what is wrong only, for describing each element that is right takes longer than finding what
 * is not. Rules whose finds are all slight, by axe's own word, are not asked. Mail frames
 * run no scripts, so not axe: it must not ask them.
 * @param rules  `colours` and `places` where nothing else can differ from a look that was taken before
 */
export async function seriousIn(
  { page }: Person,
  place: string,
  rules: 'all' | keyof typeof some = 'all',
): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const runOnly = rules === 'all' ? [] : some[rules];
  const { violations, passes } = await page.evaluate((values) => {
    // Only here do rules say how grave their finds are. Should they say so no more, all of them are asked.
    type Audit = { _audit?: { rules: { id: string; impact: string | null }[] } };
    const { axe: there } = window as unknown as { axe: typeof axe & Audit };
    const slight = there._audit?.rules.filter(({ impact }) => impact === 'minor' || impact === 'moderate') ?? [];
    return there.run(document, {
      iframes: false,
      resultTypes: ['violations'],
      ...(values.length > 0
        ? { runOnly: { type: 'rule', values } }
        : { rules: Object.fromEntries(slight.map(({ id }) => [id, { enabled: false }])) }),
    });
  }, runOnly);
  expect(passes.length, `rules that ${place} keeps`).toBeGreaterThan(rules === 'all' ? 5 : 0);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${place}: ${id} at ${target.join(' ')}: ${failureSummary}`),
    );
}
