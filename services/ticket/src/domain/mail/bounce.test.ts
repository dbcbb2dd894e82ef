import { describe, expect, it } from 'vitest';
import { reasonOf, withoutMailbox } from './bounce.ts';

const failure = (status: string | null, reason = '', kind: 'permanent' | 'temporary' = 'permanent') => ({
  kind,
  recipients: [{ address: 'ada@x.example', status, reason }],
});

describe('whoever was written to has no mailbox', () => {
  it.each([
    ['the status for it', failure('5.1.1'), true],
    ['the domain is wrong', failure('5.1.2', 'no such host'), true],
    ['the words for it', failure(null, '550 unknown user'), true],
    ['the box is full', failure('5.2.2', '552 5.2.2 over quota'), false],
    ['the mail is unwanted', failure('5.7.1', '550 5.7.1 unknown spam source'), false],
    ['it is still tried', failure('5.1.1', '', 'temporary'), false],
    ['nobody says why', failure(null), false],
  ])('%s', (_what, report, gone) => {
    expect(withoutMailbox(report, ['ada@x.example'])).toHaveLength(gone ? 1 : 0);
    expect(withoutMailbox(report, ['eve@x.example'])).toEqual([]);
  });
});

it.each([
  [failure('5.1.1', '550 5.1.1 no such user'), 'ada@x.example: 550 5.1.1 no such user'],
  [failure('5.2.2', 'over quota'), 'ada@x.example: 5.2.2 over quota'],
  [failure('5.0.0'), 'ada@x.example: 5.0.0'],
  [failure(null), 'ada@x.example: not delivered'],
  [{ kind: 'permanent' as const, recipients: [] }, null],
])('%j is told as %j', (report, words) => {
  expect(reasonOf(report)).toBe(words);
});
