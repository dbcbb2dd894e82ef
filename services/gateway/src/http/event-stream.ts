import type { FastifyReply } from 'fastify';

/** Bytes that a reader may leave unread in our memory before it counts as gone. */
const UNREAD_BYTES = 256 * 1024;

/** Begins an answer of server-sent events, which stays open, with the headers that the reply has so far. */
export function beginEventStream(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    // nginx holds answers back until they are long enough; a stream never is.
    'x-accel-buffering': 'no',
  });
}

/** @returns false when the reader has gone, or reads too slowly to be worth keeping */
export function writeEvents(out: FastifyReply['raw'], text: string): boolean {
  if (out.writableLength > UNREAD_BYTES || out.destroyed) return false;
  out.write(text);
  return true;
}
