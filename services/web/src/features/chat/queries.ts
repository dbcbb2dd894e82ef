import type { ChatConversation, ChatMessage, chatSessions, OutputOf } from '@helpmesh/contracts';
import { queryOptions } from '@tanstack/react-query';
import { request } from '../../app/api.ts';

export type Chats = OutputOf<typeof chatSessions.list>;
export type Chat = Chats['waiting'][number];
export type { ChatConversation, ChatMessage };

export const chatKeys = {
  all: ['chats'] as const,
  list: ['chats', 'list'] as const,
  one: (id: number) => ['chats', 'one', id] as const,
};

/** By address: these routes are for few, and the table of routes is loaded by all. */
const address = '/api/v1/chat_sessions';

/** Those that wait and the own ones. Kept fresh by the live stream, which says that there is something new. */
export const chatsQuery = queryOptions({
  queryKey: chatKeys.list,
  queryFn: ({ signal }) => request('GET', address, undefined, signal) as Promise<Chats>,
  staleTime: 5 * 60_000,
});

export const chatQuery = (id: number) =>
  queryOptions({
    queryKey: chatKeys.one(id),
    queryFn: ({ signal }) => request('GET', `${address}/${id}`, undefined, signal) as Promise<ChatConversation>,
    staleTime: 60_000,
  });

export const setAvailability = (body: { active: boolean; slots?: number }) =>
  request('PUT', `${address}/availability`, body) as Promise<Chats['agent']>;

export const takeChat = (id: number) => request('POST', `${address}/${id}/take`, {}) as Promise<ChatConversation>;

export const closeChat = (id: number) => request('POST', `${address}/${id}/close`, {}) as Promise<ChatConversation>;

export const say = (id: number, words: { body: string; client_id: string }) =>
  request('POST', `${address}/${id}/messages`, words) as Promise<ChatMessage>;

export const sayTyping = (id: number) => request('POST', `${address}/${id}/typing`, {});
