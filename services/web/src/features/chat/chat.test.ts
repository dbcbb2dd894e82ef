import { expect, it } from 'vitest';
import { waitingFor, withMessage } from './chat.ts';
import type { Chat, ChatConversation } from './queries.ts';

const chat = (over: Partial<Chat> = {}): Chat => ({
  ...{ id: 1, state: 'open', name: 'Vic', email: 'vic@shop.example', customer_id: 7, topic: 'Boats', group_id: 1 },
  ...{ page: '', agent_id: 4, visitor_here: true, unanswered: 0, last_words: '', ticket_id: null, ticket_number: null },
  ...{ closed_by: null, created_at: '2026-11-22T10:00:00.000Z', accepted_at: null, closed_at: null, may_take: false },
  ...over,
});

it('what waits are chats that nobody took and one may take, and own ones in which the visitor spoke last', () => {
  const own = [chat(), chat({ id: 2, unanswered: 3 })];
  expect(waitingFor({ waiting: [], own: [chat()] })).toBe(0);
  const waiting = [chat({ id: 3, state: 'waiting', may_take: true }), chat({ id: 4, state: 'waiting' })];
  expect(waitingFor({ waiting, own })).toBe(2);
});

it('a message is shown once and in its place, however it comes', () => {
  const at = '2026-11-22T10:00:00.000Z';
  const said = (id: number) => ({ id, sender: 'agent' as const, body: `words ${id}`, created_at: at });
  const known: ChatConversation = { ...chat(), messages: [said(1), said(3)] };
  expect(withMessage(known, said(3))).toBe(known);
  expect(withMessage(known, said(2)).messages.map(({ id }) => id)).toEqual([1, 2, 3]);
});
