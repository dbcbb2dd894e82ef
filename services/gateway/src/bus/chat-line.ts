import { chatChanged, type Envelope } from '@helpmesh/contracts';
import type { Bus } from '@helpmesh/messaging';
import { logger } from '@helpmesh/telemetry';
import type { Subscription } from '@nats-io/transport-node';
import { z } from 'zod';
import type { ChatStreams, ChatTyping } from '../application/chat-streams.ts';
import type { LiveHub } from '../application/live-hub.ts';

const TYPING = 'presence.v1.chat-typing';
const typing = z.object({
  id: z.number().int(),
  agentId: z.number().int(),
  by: z.enum(['visitor', 'agent']),
}) satisfies z.ZodType<ChatTyping>;

const log = logger('chat-line');

/** Tells all gateways that somebody writes. No stream keeps it: it is worth nothing a moment later. */
export function sayTyping(bus: Bus): (said: ChatTyping) => void {
  return (said) => {
    try {
      bus.nc.publish(TYPING, JSON.stringify(said));
    } catch (error) {
      log.debug({ err: error }, 'the other gateways were not told that somebody writes');
    }
  };
}

/**
 * Hears that chats changed and that somebody writes in one, and tells the visitor, the agent who has it, and all who
 * take chats where the queue moved. Whoever may know more asks.
 */
export class ChatLine {
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly hub: LiveHub,
    private readonly streams: ChatStreams,
  ) {}

  start(): void {
    const { nc } = this.bus;
    this.subscriptions.push(
      nc.subscribe(chatChanged.type, {
        callback: (error, message) => {
          if (!error) this.changed(message.string());
        },
      }),
      nc.subscribe(TYPING, {
        callback: (error, message) => {
          if (!error) this.typing(message.string());
        },
      }),
    );
    void this.watchConnection();
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private changed(text: string): void {
    try {
      const { id, what, agentId } = chatChanged.data.parse((JSON.parse(text) as Envelope).data);
      this.streams.hear(id, what === 'state');
      const everybody = what === 'state' || agentId === null;
      this.hub.whisper(everybody ? null : [agentId], `event: chats\ndata: {"id":${id}}\n\n`, 'chats');
    } catch (error) {
      log.warn({ err: error }, 'an event about a chat cannot be read');
    }
  }

  private typing(text: string): void {
    try {
      const { id, agentId, by } = typing.parse(JSON.parse(text));
      if (by === 'agent') this.streams.typing(id);
      else this.hub.whisper([agentId], `event: chat-typing\ndata: {"id":${id}}\n\n`);
    } catch (error) {
      log.warn({ err: error }, 'a gateway said something of a chat that cannot be read');
    }
  }

  /** Events of the time without a connection were missed. */
  private async watchConnection(): Promise<void> {
    for await (const { type } of this.bus.nc.status()) {
      if (type !== 'reconnect') continue;
      this.streams.refreshAll();
      this.hub.whisper(null, 'event: chats\ndata: {}\n\n', 'chats');
    }
  }
}
