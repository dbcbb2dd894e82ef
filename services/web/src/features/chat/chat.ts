import type { ChatConversation, ChatMessage, Chats } from './queries.ts';

/** What waits for this agent: chats that nobody has taken and they may take, and own ones in which the visitor spoke last. */
export function waitingFor({ waiting, own }: Pick<Chats, 'waiting' | 'own'>): number {
  return waiting.filter(({ may_take }) => may_take).length + own.filter(({ unanswered }) => unanswered > 0).length;
}

/** With a message that has arrived, however often it is told. */
export function withMessage(chat: ChatConversation, message: ChatMessage): ChatConversation {
  if (chat.messages.some(({ id }) => id === message.id)) return chat;
  return { ...chat, messages: [...chat.messages, message].sort((a, b) => a.id - b.id) };
}
