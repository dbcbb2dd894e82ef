import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** What a test run came to. */
export interface RunSummary {
  passed: number;
  failed: number;
  /** Full name of each skipped test, and the reason it gave. */
  skipped: { name: string; why: string }[];
}

/** Writes the figures of the run to the file HELPMESH_TEST_SUMMARY; `helpmesh test` ends with them. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env.HELPMESH_TEST_SUMMARY;
    if (file) writeFileSync(file, JSON.stringify(summarise(modules, unhandledErrors.length)));
  }
}

/** The part of vitest's module that is counted here. */
type Counted = Pick<TestModule, 'children' | 'ok'>;

/** A file that failed without a failed test (a hook, an import, a crashed worker) counts as one failure, as does an unhandled error. */
export function summarise(modules: readonly Counted[], unhandledErrors: number): RunSummary {
  const summary: RunSummary = { passed: 0, failed: unhandledErrors, skipped: [] };
  for (const module of modules) {
    const failedBefore = summary.failed;
    const skipped: RunSummary['skipped'] = [];
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') summary.passed += 1;
      else if (result.state === 'skipped') skipped.push({ name: test.fullName, why: result.note ?? '' });
      else summary.failed += 1; // failed, or never finished
    }
    const broken = !module.ok() && summary.failed === failedBefore;
    if (broken) summary.failed += 1;
    for (const test of skipped) {
      summary.skipped.push(broken ? { ...test, why: 'not run: its file failed before it' } : test);
    }
  }
  return summary;
}

/** The last line of a run. */
export function resultLine({ passed, failed, skipped }: { passed: number; failed: number; skipped: number }): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
