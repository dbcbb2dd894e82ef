import { createHash, createHmac } from 'node:crypto';
import { ChatClientId, ChatSecret, endChat, readChatDoor, sayInChat, seeVisitor, startChat } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { type ActorSigner, type Cache, clientNetwork } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ChatDoor } from '../application/chat-door.ts';
import { type ChatPage, type ChatStreams, type ChatTyping, shownTo } from '../application/chat-streams.ts';
import { chatPreviewPage, PREVIEW_POLICY } from '../domain/chat-preview.ts';
import { type ChatRequest, chatRequestIn, wrongInChat } from '../domain/chat-request.ts';
import { answerError } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { beginEventStream, writeEvents } from './event-stream.ts';
import { mountPageScript } from './page-script.ts';
import { sendJson } from './send.ts';
import { limitShared } from './shared-limit.ts';

export interface ChatRouteParts {
  guard: Pick<EdgeGuard, 'admitAnyone'>;
  rpc: Pick<RpcClient, 'call'>;
  signer: ActorSigner;
  clock: Clock;
  cache: Pick<Cache, 'limit'>;
  streams: ChatStreams;
  sayTyping: (said: ChatTyping) => void;
  /** Of ours: networks are told apart by it, without their addresses. */
  secret: string;
}

const BODY_LIMIT_BYTES = 20_000;
const MINUTE_MS = 60_000;
/** Chats that one network may begin in an hour. */
const CHATS_PER_HOUR = 20;
/** What one chat may say in a minute: nobody reads faster. */
const MESSAGES_PER_MINUTE = 40;
/** Streams that one chat may open in a minute: pages that are loaded anew, and lines that break. */
const STREAMS_PER_MINUTE = 20;
/** Streams that one network may open in a minute. */
const STREAMS_OF_NETWORK = 60;

/**
 * Live chat on pages of others: only for the pages that are named, and never with cookies. Who the visitor is nobody
 * knows; whose chat it is says a secret that their browser made.
 */
export function mountChat(server: FastifyInstance, parts: ChatRouteParts): void {
  const { guard, rpc, signer, streams } = parts;
  const ours = () => ({ actor: signer.service() });
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    void answerError(error, request, reply);
  const door = new ChatDoor((origin) => rpc.call(readChatDoor, { origin }, ours()), parts.clock);
  const limit = (reply: FastifyReply, key: string, max: number, windowMs = MINUTE_MS) =>
    limitShared(parts.cache, reply, `chat:${key}`, max, windowMs);
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const { origin } = request.headers;
    reply.header('vary', 'origin');
    guard.admitAnyone(request, reply);
    await door.admit(origin);
    allowPage(reply, origin);
  };
  const options = { bodyLimit: BODY_LIMIT_BYTES, errorHandler, onRequest };

  server.options('/api/v1/chat/*', { errorHandler, onRequest }, async (_request, reply) => {
    return reply
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', 'content-type')
      .header('access-control-max-age', '600')
      .send('');
  });

  const looking = { bodyLimit: BODY_LIMIT_BYTES, errorHandler };
  server.post('/api/v1/chat/status', looking, async (request, reply) => {
    const { origin } = request.headers;
    reply.header('vary', 'origin');
    guard.admitAnyone(request, reply);
    const { state, title, topics } = await door.find(origin);
    allowPage(reply, origin);
    return sendJson(reply, 200, { state, title, topics });
  });

  server.post('/api/v1/chat/start', options, async (request, reply) => {
    const given = chatRequestIn(request.body);
    requireSession(given);
    const errors = wrongInChat(given);
    if (Object.keys(errors).length > 0) return sendJson(reply, 200, { errors });
    const { session, name, email, topic, page, clientId, text } = given;
    // Asked once more after a cut it is the same chat, which costs nothing.
    await limit(reply, `start:${clientNetwork(request.ip)}`, CHATS_PER_HOUR, 60 * MINUTE_MS);
    try {
      const network = markOf(clientNetwork(request.ip), parts.secret);
      const begun = { session, name, email, topic, page, clientId, text, network };
      const chat = await rpc.call(startChat, begun, { ...ours(), requestId: request.id, address: request.ip });
      return sendJson(reply, 200, shownTo(chat, parts.clock.now()));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'chat.request-refused') throw error;
      return sendJson(reply, 200, { errors: { email: 'invalid' } });
    }
  });

  server.post('/api/v1/chat/messages', options, async (request, reply) => {
    const given = chatRequestIn(request.body);
    const { session, clientId, text } = requireSession(given);
    if (!ChatClientId.safeParse(clientId).success)
      throw new AppError('invalid', 'chat.incomplete', 'A message needs a "client_id".');
    await limit(reply, `say:${digest(session)}`, MESSAGES_PER_MINUTE);
    const { id } = await rpc.call(sayInChat, { session, clientId, text }, { ...ours(), requestId: request.id });
    return sendJson(reply, 200, { id });
  });

  server.post('/api/v1/chat/typing', options, async (request, reply) => {
    const { session } = requireSession(chatRequestIn(request.body));
    await limit(reply, `typing:${digest(session)}`, MESSAGES_PER_MINUTE);
    const { id, agentId } = await rpc.call(seeVisitor, { session, here: true }, ours());
    if (agentId !== null) parts.sayTyping({ id, agentId, by: 'visitor' });
    return reply.code(204).send();
  });

  server.post('/api/v1/chat/close', options, async (request, reply) => {
    const { session } = requireSession(chatRequestIn(request.body));
    const chat = await rpc.call(endChat, { session }, { ...ours(), requestId: request.id });
    return sendJson(reply, 200, shownTo(chat, parts.clock.now()));
  });

  server.post('/api/v1/chat/events', options, async (request, reply) => {
    const { session, after } = requireSession(chatRequestIn(request.body));
    await limit(reply, `events:${digest(session)}`, STREAMS_PER_MINUTE);
    await limit(reply, `events:${clientNetwork(request.ip)}`, STREAMS_OF_NETWORK);
    await openStream(reply, streams, session, after);
  });

  mountPageScript(server, '/assets/chat/chat.js', 'chat.js');
  server.get('/assets/chat/preview', { errorHandler }, async (request, reply) => {
    guard.admitAnyone(request, reply);
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', PREVIEW_POLICY)
      .header('cache-control', 'no-cache')
      .header('referrer-policy', 'no-referrer')
      .send(chatPreviewPage());
  });
}

/** @throws AppError invalid `chat.no-secret` */
function requireSession(given: ChatRequest): ChatRequest {
  if (ChatSecret.safeParse(given.session).success) return given;
  throw new AppError('invalid', 'chat.no-secret', 'The "session" of the visitor is missing.');
}

function allowPage(reply: FastifyReply, origin: string | undefined): void {
  if (origin !== undefined) reply.header('access-control-allow-origin', origin);
}

/** Tells a network from others for as long as a chat is kept; no address can be had from it without the key. */
function markOf(network: string, secret: string): string {
  return createHmac('sha256', secret).update(`chat network ${network}`).digest('base64url').slice(0, 11);
}

function digest(session: string): string {
  return createHash('sha256').update(session).digest('base64url').slice(0, 22);
}

/** Holds the answer open. @throws AppError as `ChatStreams.join`, before anything was answered */
async function openStream(reply: FastifyReply, streams: ChatStreams, session: string, after: number): Promise<void> {
  const out = reply.raw;
  let begun = false;
  const page: ChatPage = {
    session,
    after,
    write(text) {
      if (!begun) {
        begun = true;
        beginEventStream(reply);
      }
      return writeEvents(out, text);
    },
    close: () => void out.end(),
  };
  out.on('error', () => out.destroy());
  out.once('close', () => streams.leave(page));
  await streams.join(page);
  if (out.destroyed) streams.leave(page);
}
