import type { ChatTyping } from '../application/chat-streams.ts';

/** The blob store, which is an interface and so has no class to inject by. */
export const BLOBS = Symbol('gateway.blobs');

/** Tells all gateways that somebody writes in a chat. */
export type SayTyping = (said: ChatTyping) => void;
export const SAY_TYPING = Symbol('gateway.say-typing');
