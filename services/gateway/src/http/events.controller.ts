import { hasPermission } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import { CONFIG } from '@helpmesh/service-kit';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type LiveClient, LiveHub } from '../application/live-hub.ts';
import type { GatewayConfig } from '../config.ts';
import { streamClosed } from '../events.ts';
import { EdgeGuard } from './edge-guard.ts';
import { beginEventStream, writeEvents } from './event-stream.ts';
import { pageOf } from './page-name.ts';

/** Tabs share a stream; whoever has more than this open is not a person at work. */
const STREAMS_OF_ONE = 50;
/** What a browser waits before it comes back, ms. */
const RETRY_MS = 2_000;

/** Live ticket events as server-sent events: `id` is the stream sequence, `event` the type, `data` the ticket. */
@Controller('api/v1')
export class EventsController {
  /** Open streams by user. */
  private readonly held = new Map<number, number>();

  constructor(
    private readonly guard: EdgeGuard,
    private readonly hub: LiveHub,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /**
   * Resumes after `Last-Event-ID`, or `last_event_id` in the address for a stream opened anew. A page that says where it
   * is gives its name as `page`: it leaves with its stream.
   */
  @Get('events')
  async open(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('last_event_id') fromQuery?: string,
    @Query('page') page?: string,
  ): Promise<void> {
    const { actor } = await this.guard.admit(request, reply);
    if ((this.held.get(actor.userId) ?? 0) >= STREAMS_OF_ONE)
      throw new AppError('limited', 'events.too-many-of-one', 'You have too many live streams open. Close some first.');
    if (this.hub.size >= this.config.HELPMESH_EVENT_STREAMS_MAX)
      throw new AppError('unavailable', 'events.too-many-streams', 'Too many live streams are open. Try again later.');
    const header = request.headers['last-event-id'];
    const since = positionOf(typeof header === 'string' ? header : fromQuery);

    const out = reply.raw;
    beginEventStream(reply);
    out.write(`retry: ${RETRY_MS}\n\n`);
    const client: LiveClient = {
      // What is said beside the events is for pages: scripts with a token ask for what they want.
      userId: actor.via === 'session' ? actor.userId : undefined,
      page: pageOf(page),
      chats: hasPermission(actor, 'chat.agent'),
      identify: () => this.guard.identify(request),
      gone: () => out.destroyed,
      write: (text) => writeEvents(out, text),
      close(why) {
        streamClosed(why);
        if (why === 'slow') out.destroy();
        else out.end();
      },
    };
    this.count(actor.userId, 1);
    out.on('error', () => out.destroy());
    out.once('close', () => {
      this.hub.leave(client);
      this.count(actor.userId, -1);
    });
    await this.hub.join(client, since);
  }

  private count(userId: number, step: 1 | -1): void {
    const next = (this.held.get(userId) ?? 0) + step;
    if (next > 0) this.held.set(userId, next);
    else this.held.delete(userId);
  }
}

function positionOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  // An id that was never ours cannot be resumed: the hub answers with a reset.
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}
