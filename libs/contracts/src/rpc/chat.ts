import { z } from 'zod';
import { defineQuestion } from '../define.ts';
import { CHAT_MESSAGE_LENGTH, ChatClientId, ChatMessage, chatStates } from '../http/chat.ts';
import { Instant } from '../http/common.ts';

const callers = { callers: ['gateway'] } as const;

/** Made by the browser of the visitor, who alone knows it: whoever shows it goes on with that chat. */
export const ChatSecret = z.string().regex(/^[\w-]{32,64}$/);

/** What a visitor sees of their chat. */
export const VisitorChat = z.object({
  id: z.number().int(),
  state: z.enum(chatStates),
  title: z.string(),
  /** Chats before this one, itself included; null once somebody has taken it. */
  position: z.number().int().nullable(),
  /** Who took it. */
  agentId: z.number().int().nullable(),
  agent: z.string().nullable(),
  /** Messages there are. */
  said: z.number().int(),
  /** Those after the one that was asked for. */
  messages: z.array(ChatMessage),
  /** When it ends unless somebody writes. */
  endsAt: Instant.nullable(),
  /** What became of it, once it has ended. */
  ticket: z.string().nullable(),
});
export type VisitorChat = z.output<typeof VisitorChat>;

const session = z.object({ session: ChatSecret });

/** Whether a page may show the chat, and whether somebody is there. `off`: it is switched off or the page is not named. */
export const readChatDoor = defineQuestion(
  'rpc.ticket.v1.read-chat-door',
  z.object({ origin: z.string().max(300).nullable() }),
  z.object({
    state: z.enum(['off', 'offline', 'busy', 'online']),
    allowed: z.boolean(),
    title: z.string(),
    /** Those that somebody can take now. */
    topics: z.array(z.string()),
  }),
  callers,
);

/**
 * Begins a chat of whoever says who they are and has proven nothing. The same secret again is the same chat.
 * Forbidden: `chat.off`; invalid: `chat.request-refused`; conflict: `chat.nobody-there`;
 * limited: `chat.too-many-of-network`.
 */
export const startChat = defineQuestion(
  'rpc.ticket.v1.start-chat',
  session.extend({
    name: z.string().max(200),
    email: z.string().max(254),
    topic: z.string().max(100),
    page: z.string().max(2_000),
    clientId: ChatClientId,
    text: z.string().max(CHAT_MESSAGE_LENGTH),
    /** Tells the network of the visitor from others; no address. */
    network: z.string().max(22),
  }),
  VisitorChat,
  callers,
);

/** Not-found: `chat.no-session`. */
export const readVisitorChat = defineQuestion(
  'rpc.ticket.v1.read-visitor-chat',
  session.extend({ after: z.number().int().min(0) }),
  VisitorChat,
  callers,
);

/** Not-found: `chat.no-session`; conflict: `chat.closed`, `chat.full`. */
export const sayInChat = defineQuestion(
  'rpc.ticket.v1.say-in-chat',
  session.extend({ clientId: ChatClientId, text: z.string().max(CHAT_MESSAGE_LENGTH) }),
  ChatMessage,
  callers,
);

/** Ends it, as often as it is asked. Not-found: `chat.no-session`. */
export const endChat = defineQuestion('rpc.ticket.v1.end-chat', session, VisitorChat, callers);

/** Says that the visitor has the chat open, or no longer. Not-found: `chat.no-session`. */
export const seeVisitor = defineQuestion(
  'rpc.ticket.v1.see-visitor',
  session.extend({ here: z.boolean() }),
  z.object({
    id: z.number().int(),
    state: z.enum(chatStates),
    agentId: z.number().int().nullable(),
    said: z.number().int(),
  }),
  callers,
);
