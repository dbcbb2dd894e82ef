import type { Actor } from '@helpmesh/contracts';
import { epochMs } from '@helpmesh/kernel';
import { describe, expect, it } from 'vitest';
import { groupsOfReport, reportWindow } from './report.ts';

const now = epochMs(new Date('2026-03-02T23:59:59Z'));

describe('the window of a report', () => {
  it.each([
    [undefined, undefined, { from: '2026-02-01', until: '2026-03-03' }],
    ['2026-03-01', undefined, { from: '2026-03-01', until: '2026-03-03' }],
    ['2026-02-28', '2026-02-28', { from: '2026-02-28', until: '2026-03-01' }],
    [undefined, '2024-03-01', { from: '2024-02-01', until: '2024-03-02' }],
  ])('from %s to %s', (from, to, window) => expect(reportWindow(from, to, now)).toEqual(window));

  it.each([
    ['2026-03-02', '2026-03-01'],
    ['2000-01-01', '2026-01-01'],
  ])('from %s to %s is refused', (from, to) => {
    expect(() => reportWindow(from, to, now)).toThrow(expect.objectContaining({ code: 'report.window-refused' }));
  });
});

describe('whose numbers an actor sees', () => {
  const actor = (permissions: string[], groups: Actor['groups'] = {}): Actor => ({
    ...{ kind: 'user', userId: 9, login: 'x', permissions, groups, organizationIds: [], sharedOrganizationIds: [] },
    ...{ locale: 'en', via: 'session' },
  });
  const agent = actor(['ticket.agent'], { 1: ['read'], 2: ['create'], 3: ['full'] });

  it.each([
    ['report', actor(['report']), undefined, null],
    ['report, one group', actor(['report']), 7, [7]],
    ['an administrator of anything', actor(['admin.group']), undefined, null],
    ['an agent', agent, undefined, [1, 3]],
    ['an agent, one of their groups', agent, 3, [3]],
    ['an agent with report', actor(['ticket.agent', 'report'], { 1: ['read'] }), 7, [7]],
  ])('%s', (_who, who, groupId, groups) => expect(groupsOfReport(who, groupId)).toEqual(groups));

  it.each([
    ['nobody', undefined, undefined],
    ['a customer', actor(['ticket.customer']), undefined],
    ['an agent without groups', actor(['ticket.agent']), undefined],
    ['an agent, a group they may not read', agent, 2],
  ])('%s: refused', (_who, who, groupId) => {
    expect(() => groupsOfReport(who, groupId)).toThrow(expect.objectContaining({ kind: 'forbidden' }));
  });
});
