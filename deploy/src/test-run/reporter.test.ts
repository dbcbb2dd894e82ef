import { expect, it } from 'vitest';
import { resultLine, summarise } from './reporter.ts';

type Counted = Parameters<typeof summarise>[0][number];

function file(ok: boolean, ...results: { state: string; note?: string }[]): Counted {
  const tests = results.map((result, at) => ({ fullName: `test ${at}`, result: () => result }));
  return { ok: () => ok, children: { allTests: () => tests } } as unknown as Counted;
}

it('counts passed and failed tests, and keeps why others were skipped', () => {
  const skipped = { state: 'skipped', note: 'no Dovecot here' };
  expect(summarise([file(true, { state: 'passed' }, skipped), file(false, { state: 'failed' })], 0)).toEqual({
    passed: 1,
    failed: 1,
    skipped: [{ name: 'test 1', why: 'no Dovecot here' }],
  });
});

it.each([
  ['a file that could not be loaded', file(false)],
  ['a test that never ended', file(false, { state: 'pending' })],
  ['a hook that failed', file(false, { state: 'skipped' })],
])('counts %s as one failure', (_name, module) => {
  expect(summarise([module], 0)).toMatchObject({ passed: 0, failed: 1 });
});

it('counts an error outside any test', () => {
  expect(summarise([file(true, { state: 'passed' })], 1)).toMatchObject({ passed: 1, failed: 1 });
});

it('names skipped tests in the last line only when there are some', () => {
  expect(resultLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(resultLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});
