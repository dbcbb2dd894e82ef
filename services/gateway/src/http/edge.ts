import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import multipart from '@fastify/multipart';
import type { BlobStore } from '@helpmesh/blob';
import type { Clock } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CACHE, type Cache, CLOCK, CONFIG } from '@helpmesh/service-kit';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { AttemptLimit } from '../application/attempt-limit.ts';
import { Authenticator } from '../application/authenticator.ts';
import { BrandingBook } from '../application/branding-book.ts';
import { ChatStreams } from '../application/chat-streams.ts';
import type { GatewayConfig } from '../config.ts';
import { SessionCookie } from '../domain/session-cookie.ts';
import { mountBranding } from './branding.routes.ts';
import { mountChat } from './chat.routes.ts';
import { mountConfiguration } from './configuration.routes.ts';
import { mountDocs } from './docs.routes.ts';
import { EdgeGuard } from './edge-guard.ts';
import { mountEndpoints } from './endpoint.routes.ts';
import { mountFederation } from './federation.routes.ts';
import { mountForm } from './form.routes.ts';
import { mountHelpPages } from './help-page.routes.ts';
import { mountImport } from './import.routes.ts';
import { mountItop } from './itop.routes.ts';
import { mountLeavePage } from './leave-page.routes.ts';
import { mountOAuth } from './oauth.routes.ts';
import { mountOtrs } from './otrs.routes.ts';
import { mountPbas } from './pbas.routes.ts';
import { mountRt } from './rt.routes.ts';
import { mountScim } from './scim.routes.ts';
import { mountTelephony } from './telephony.routes.ts';
import { mountTicketPage } from './ticket-page.routes.ts';
import { BLOBS, SAY_TYPING, type SayTyping } from './tokens.ts';
import { mountWeb } from './web.routes.ts';
import { WebFiles } from './web-files.ts';

/** Time for requests under way when the gateway stops; longer than their own timeout would keep a rollout waiting. */
const GRACE_MS = 5_000;

/** Puts the routes that are no controllers onto the server: the table of endpoints, the pages, the web client. */
@Injectable()
export class Edge implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private closing: NodeJS.Timeout | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly rpc: RpcClient,
    private readonly guard: EdgeGuard,
    private readonly signer: ActorSigner,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(CACHE) private readonly cache: Cache,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly web: WebFiles,
    private readonly authenticator: Authenticator,
    private readonly attempts: AttemptLimit,
    private readonly session: SessionCookie,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly chats: ChatStreams,
    @Inject(SAY_TYPING) private readonly sayTyping: SayTyping,
  ) {}

  async onModuleInit(): Promise<void> {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    const { config, guard, rpc, signer, blobs, cache, authenticator, attempts, session, clock } = this;
    server.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    await server.register(multipart, { limits: { files: 1, fields: 20, fileSize: config.HELPMESH_BODY_LIMIT_BYTES } });
    const { HELPMESH_REQUEST_TIMEOUT_MS: timeoutMs, HELPMESH_BODY_LIMIT_BYTES: bodyLimitBytes } = config;
    mountEndpoints(server, { guard, rpc, signer, blobs, cache, timeoutMs, bodyLimitBytes });
    mountOAuth(server, { guard, rpc, signer, publicUrl: config.HELPMESH_PUBLIC_URL });
    mountImport(server, { guard, rpc, bodyLimitBytes });
    mountConfiguration(server, { guard, rpc, bodyLimitBytes });
    const publicUrl = config.HELPMESH_PUBLIC_URL;
    mountPbas(server, { guard, rpc, signer, authenticator, attempts, session, clock, publicUrl });
    mountRt(server, { guard, rpc, timeoutMs });
    mountOtrs(server, { guard, rpc, timeoutMs });
    mountItop(server, { guard, rpc, timeoutMs });
    mountScim(server, { guard, rpc, timeoutMs });
    const brandings = new BrandingBook({ rpc, signer, clock });
    mountBranding(server, { guard, rpc, signer, brandings, publicUrl });
    mountLeavePage(server, { guard, rpc, signer });
    mountTicketPage(server, { guard, rpc, signer, blobs, brandings });
    const secret = config.HELPMESH_SIGNING_KEY;
    mountHelpPages(server, { guard, rpc, signer, blobs, cache, clock, brandings, publicUrl, secret });
    mountForm(server, { guard, rpc, signer, blobs, cache, clock, publicUrl, secret });
    const { chats: streams, sayTyping } = this;
    mountChat(server, { guard, rpc, signer, clock, cache, streams, sayTyping, secret });
    mountTelephony(server, { guard, rpc, signer, publicUrl });
    mountFederation(server, { rpc, signer, cache, blobs, timeoutMs });
    if (config.HELPMESH_API_DOCS) mountDocs(server);
    mountWeb(server, this.web, { https: config.HELPMESH_PUBLIC_URL.startsWith('https:') });
  }

  /**
   * The server closes once its connections have: requests under way are answered, connections kept alive are closed as
   * they become idle, and whoever is still there after the grace is cut.
   */
  beforeApplicationShutdown(): void {
    const server: Server = this.host.httpAdapter.getHttpServer();
    const end = performance.now() + GRACE_MS;
    this.closing = setInterval(() => {
      if (performance.now() >= end) return server.closeAllConnections();
      server.closeIdleConnections();
      // Browsers connect ahead of need; Node takes such a socket for one that is about to ask.
      for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
    }, 25);
  }

  onApplicationShutdown(): void {
    clearInterval(this.closing);
  }
}
