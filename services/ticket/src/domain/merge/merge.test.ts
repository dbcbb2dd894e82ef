import { epochMs } from '@helpmesh/kernel';
import { expect, it } from 'vitest';
import { joinedFacts, type ThreadFacts } from './merge.ts';

const at = (hour: number | null) => (hour === null ? null : epochMs(Date.UTC(2026, 0, 5, hour)));
const thread = (customer: number | null, agent: number | null): ThreadFacts => ({
  ...{ articleCount: 1, createArticleTypeId: 11, createArticleSenderId: 2, firstResponseAt: at(agent) },
  ...{ lastContactAt: at(customer), lastContactAgentAt: at(agent), lastContactCustomerAt: at(customer) },
});

it.each([
  ['who waits in both waits since the first word', thread(9, null), thread(8, null), 8, 9],
  ['who was answered in one waits in the other', thread(9, 8), thread(10, 7), 9, 10],
  ['an answer that came later is one to both', thread(9, null), thread(8, 10), 9, 9],
  ['what came after the answer is not answered', thread(11, null), thread(8, 10), 11, 11],
  ['nobody asked in one of them', thread(null, 7), thread(8, null), 8, 8],
] as const)('of two threads: %s', (_, target, source, streak, every) => {
  expect(joinedFacts(target, source, 1, false).lastContactCustomerAt).toBe(at(streak));
  expect(joinedFacts(source, target, 1, true).lastContactCustomerAt).toBe(at(every));
});
