import { AppError } from '@helpmesh/kernel';
import { CONFIG } from '@helpmesh/service-kit';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type LiveClient, LiveHub } from '../application/live-hub.ts';
import type { GatewayConfig } from '../config.ts';
import { streamClosed } from '../events.ts';
import { EdgeGuard } from './edge-guard.ts';

/** Bytes a client may leave unread in our memory before it counts as gone. */
const UNREAD_BYTES = 256 * 1024;
/** What a browser waits before it comes back, ms. */
const RETRY_MS = 2_000;

/** Live ticket events as server-sent events: `id` is the stream sequence, `event` the type, `data` the ticket. */
@Controller('api/v1')
export class EventsController {
  constructor(
    private readonly guard: EdgeGuard,
    private readonly hub: LiveHub,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** Resumes after `Last-Event-ID`, or `last_event_id` in the address for a stream opened anew. */
  @Get('events')
  async open(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('last_event_id') fromQuery?: string,
  ): Promise<void> {
    await this.guard.admit(request, reply);
    if (this.hub.size >= this.config.HELPMESH_EVENT_STREAMS_MAX)
      throw new AppError('unavailable', 'events.too-many-streams', 'Too many live streams are open. Try again later.');
    const header = request.headers['last-event-id'];
    const since = positionOf(typeof header === 'string' ? header : fromQuery);

    reply.hijack();
    const out = reply.raw;
    out.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // nginx holds answers back until they are long enough; a stream never is.
      'x-accel-buffering': 'no',
    });
    out.write(`retry: ${RETRY_MS}\n\n`);
    const client: LiveClient = {
      identify: () => this.guard.identify(request),
      gone: () => out.destroyed,
      write(text) {
        if (out.writableLength > UNREAD_BYTES || out.destroyed) return false;
        out.write(text);
        return true;
      },
      close(why) {
        streamClosed(why);
        if (why === 'slow') out.destroy();
        else out.end();
      },
    };
    out.once('close', () => this.hub.leave(client));
    out.on('error', () => this.hub.leave(client));
    await this.hub.join(client, since);
  }
}

function positionOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  // An id that was never ours cannot be resumed: the hub answers with a reset.
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.MAX_SAFE_INTEGER;
}
