import { z } from 'zod';
import { defineEndpoint } from '../define.ts';
import { bounded, Flag, Id, Instant, text } from './common.ts';

const tag = 'Live chat';
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** What a visitor may say at once, characters. */
export const CHAT_MESSAGE_LENGTH = 2_000;
/** Of one side of a chat, so that a message sent twice is said once. */
export const ChatClientId = z.string().regex(/^[\w-]{6,64}$/);

export const chatStates = ['waiting', 'open', 'closed'] as const;
/** Who ended it: the visitor, the agent, nobody who wrote (`idle`), or the visitor by leaving the page (`away`). */
export const chatEnds = ['visitor', 'agent', 'idle', 'away'] as const;

export const ChatSettings = z.object({
  chat_active: z.boolean(),
  /** What stands above the chat. */
  chat_title: z.string(),
  /** What a visitor chooses from; the tickets of a topic open in its group. One is no choice. */
  chat_topics: z.array(z.object({ name: z.string(), group_id: z.number().int() })),
  /** Pages that may show it: `https://www.example.org`. The desk's own pages always may. */
  chat_origins: z.array(z.string()),
  /** Visitors who may wait at once. */
  chat_waiting_max: z.number().int(),
  /** Time without a word after which a chat ends. */
  chat_idle_minutes: z.number().int(),
  /** Time that a visitor may be away, as while a page is loaded, before the chat ends. */
  chat_away_seconds: z.number().int(),
});
export type ChatSettings = z.output<typeof ChatSettings>;

export const ChatMessage = z.object({
  /** Counts from 1 in each chat. */
  id: z.number().int(),
  sender: z.enum(['visitor', 'agent']),
  body: z.string(),
  created_at: Instant,
});
export type ChatMessage = z.output<typeof ChatMessage>;

export const ChatSession = z.object({
  id: z.number().int(),
  state: z.enum(chatStates),
  name: z.string(),
  email: z.string(),
  customer_id: z.number().int(),
  topic: z.string(),
  group_id: z.number().int(),
  /** The page the visitor asked from; nobody vouches for it. */
  page: z.string(),
  agent_id: z.number().int().nullable(),
  /** Whether the visitor has the chat open at this moment. */
  visitor_here: z.boolean(),
  /** What the visitor said since the agent did. */
  unanswered: z.number().int(),
  last_words: z.string(),
  ticket_id: z.number().int().nullable(),
  ticket_number: z.string().nullable(),
  closed_by: z.enum(chatEnds).nullable(),
  created_at: Instant,
  accepted_at: Instant.nullable(),
  closed_at: Instant.nullable(),
});
export type ChatSession = z.output<typeof ChatSession>;

const ShownChat = ChatSession.extend({
  /** It waits, and the caller may change tickets of its group. */
  may_take: z.boolean(),
});
export type ShownChat = z.output<typeof ShownChat>;

const Conversation = ShownChat.extend({ messages: z.array(ChatMessage) });
export type ChatConversation = z.output<typeof Conversation>;

const Availability = z.object({
  /** Takes chats. */
  active: z.boolean(),
  /** How many at once. */
  slots: z.number().int(),
});

const one = { id: Id };

export const chatSettings = {
  get: defineEndpoint({
    id: 'getChatSettings',
    method: 'GET',
    path: '/api/v1/chat_settings',
    question: 'rpc.ticket.v1.get-chat-settings',
    tag,
    summary: 'How visitors of other pages reach agents by live chat; for `admin.channel_chat`',
    response: ChatSettings,
  }),
  update: defineEndpoint({
    id: 'updateChatSettings',
    method: 'PUT',
    path: '/api/v1/chat_settings',
    question: 'rpc.ticket.v1.update-chat-settings',
    tag,
    summary: 'Changes what is named of the live chat; for `admin.channel_chat`',
    body: z
      .object({
        chat_active: Flag,
        chat_title: text(100),
        chat_topics: bounded(z.object({ name: text(100).min(1), group_id: Id }), 30),
        chat_origins: bounded(text(300), 100),
        chat_waiting_max: count(1, 1_000),
        chat_idle_minutes: count(1, 240),
        chat_away_seconds: count(15, 3_600),
      })
      .partial(),
    response: ChatSettings,
  }),
};

export const chatSessions = {
  list: defineEndpoint({
    id: 'listChatSessions',
    method: 'GET',
    path: '/api/v1/chat_sessions',
    question: 'rpc.ticket.v1.list-chat-sessions',
    tag,
    summary:
      'Chats that wait for somebody, the longest first, and the own ones; for `chat.agent`, of the groups one reads',
    response: z.object({
      enabled: z.boolean(),
      agent: Availability,
      waiting: z.array(ShownChat),
      own: z.array(ShownChat),
    }),
  }),
  setAvailability: defineEndpoint({
    id: 'setChatAvailability',
    method: 'PUT',
    path: '/api/v1/chat_sessions/availability',
    question: 'rpc.ticket.v1.set-chat-availability',
    tag,
    summary: 'Says whether one takes chats, and how many at once; holds for 100 s, so it is said again and again',
    /** What is not said stays as it is. */
    body: z.object({ active: Flag.optional(), slots: count(1, 50).optional() }),
    response: Availability,
  }),
  get: defineEndpoint({
    id: 'getChatSession',
    method: 'GET',
    path: '/api/v1/chat_sessions/:id',
    question: 'rpc.ticket.v1.get-chat-session',
    tag,
    summary: 'One chat with what was said',
    params: one,
    response: Conversation,
  }),
  take: defineEndpoint({
    id: 'takeChatSession',
    method: 'POST',
    path: '/api/v1/chat_sessions/:id/take',
    question: 'rpc.ticket.v1.take-chat-session',
    tag,
    summary: 'Takes a chat that waits; 409 when somebody else was sooner',
    params: one,
    response: Conversation,
  }),
  say: defineEndpoint({
    id: 'sayInChatSession',
    method: 'POST',
    path: '/api/v1/chat_sessions/:id/messages',
    question: 'rpc.ticket.v1.say-in-chat-session',
    tag,
    summary: 'Says something in an own chat; the same `client_id` again says nothing more',
    params: one,
    body: z.object({ body: text(CHAT_MESSAGE_LENGTH), client_id: ChatClientId }),
    response: ChatMessage,
  }),
  close: defineEndpoint({
    id: 'closeChatSession',
    method: 'POST',
    path: '/api/v1/chat_sessions/:id/close',
    question: 'rpc.ticket.v1.close-chat-session',
    tag,
    summary: 'Ends an own chat; what was said becomes a ticket',
    params: one,
    response: Conversation,
  }),
};
