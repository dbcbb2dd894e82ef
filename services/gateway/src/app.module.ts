import { type BlobStore, openBlobStore } from '@helpmesh/blob';
import { readVisitorChat, seeVisitor } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { Bus, RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CACHE, type Cache, CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AttemptLimit } from './application/attempt-limit.ts';
import { Authenticator } from './application/authenticator.ts';
import { ChatStreams } from './application/chat-streams.ts';
import { LiveCounts } from './application/live-counts.ts';
import { LiveHub } from './application/live-hub.ts';
import { LivePresence } from './application/live-presence.ts';
import { AccessWatch } from './bus/access-watch.ts';
import { ChatLine, sayTyping } from './bus/chat-line.ts';
import { NoticeWatch } from './bus/notice-watch.ts';
import { PresenceLine, sayPresence } from './bus/presence-line.ts';
import { TicketFeed } from './bus/ticket-feed.ts';
import { type GatewayConfig, webDirOf } from './config.ts';
import { OpenIdCookie, OpenIdLinkCookie } from './domain/openid-cookie.ts';
import { SessionCookie } from './domain/session-cookie.ts';
import { TokenBuckets } from './domain/token-bucket.ts';
import { watchStreams } from './events.ts';
import { AuditController } from './http/audit.controller.ts';
import { ChatTypingController } from './http/chat-typing.controller.ts';
import { ForgeryGuard } from './http/csrf.ts';
import { Edge } from './http/edge.ts';
import { EdgeGuard } from './http/edge-guard.ts';
import { ErrorFilter } from './http/error.filter.ts';
import { EventsController } from './http/events.controller.ts';
import { FilesController } from './http/files.controller.ts';
import { MonitoringController } from './http/monitoring.controller.ts';
import { OpenIdController } from './http/openid.controller.ts';
import { PresenceController } from './http/presence.controller.ts';
import { SearchController } from './http/search.controller.ts';
import { SessionController } from './http/session.controller.ts';
import { BLOBS, SAY_TYPING } from './http/tokens.ts';
import { WebFiles } from './http/web-files.ts';

/** A stream is spoken to at least this often, so that proxies leave it open. */
const BEAT_MS = 15_000;
/** How often those are looked for who said no more that they are on a ticket. */
const EXPIRE_MS = 5_000;
/** How often it is said of visitors that they have their chat open; a chat ends 15 s after the last time at the soonest. */
const CHAT_BEAT_MS = 7_000;

/** Starts and stops what runs beside requests. */
@Injectable()
class Background implements OnApplicationBootstrap, OnModuleDestroy {
  private beat: NodeJS.Timeout | undefined;
  private expire: NodeJS.Timeout | undefined;
  private chatBeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly feed: TicketFeed,
    private readonly access: AccessWatch,
    private readonly hub: LiveHub,
    private readonly notices: NoticeWatch,
    private readonly counts: LiveCounts,
    private readonly presence: LivePresence,
    private readonly presenceLine: PresenceLine,
    private readonly chats: ChatStreams,
    private readonly chatLine: ChatLine,
    @Inject(BLOBS) private readonly blobs: BlobStore,
  ) {}

  onApplicationBootstrap(): void {
    watchStreams(() => this.hub.size);
    this.hub.watch(this.counts);
    this.hub.watch(this.presence);
    this.access.start();
    this.notices.start();
    this.presenceLine.start();
    this.chatLine.start();
    this.feed.start();
    this.beat = setInterval(() => this.hub.beat(), BEAT_MS);
    this.expire = setInterval(() => this.presence.expire(), EXPIRE_MS);
    this.chatBeat = setInterval(() => this.chats.beat(), CHAT_BEAT_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.beat);
    clearInterval(this.expire);
    clearInterval(this.chatBeat);
    this.chats.closeAll();
    // Open streams would keep the server from closing; browsers come back to whoever takes over.
    this.hub.closeAll();
    this.access.stop();
    this.notices.stop();
    this.counts.stop();
    this.presenceLine.stop();
    this.chatLine.stop();
    this.presence.stop();
    await this.feed.stop();
    await this.blobs.close();
  }
}

@Module({
  controllers: [
    SearchController,
    MonitoringController,
    SessionController,
    OpenIdController,
    FilesController,
    EventsController,
    PresenceController,
    ChatTypingController,
    AuditController,
  ],
  providers: [
    Edge,
    Background,
    LiveHub,
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: BLOBS, inject: [CONFIG], useFactory: (config: GatewayConfig) => openBlobStore(config) },
    {
      provide: SessionCookie,
      inject: [CONFIG],
      useFactory: (config: GatewayConfig) => new SessionCookie(config.HELPMESH_PUBLIC_URL),
    },
    {
      provide: OpenIdCookie,
      inject: [CONFIG],
      useFactory: (config: GatewayConfig) => new OpenIdCookie(config.HELPMESH_PUBLIC_URL),
    },
    {
      provide: OpenIdLinkCookie,
      inject: [CONFIG],
      useFactory: (config: GatewayConfig) => new OpenIdLinkCookie(config.HELPMESH_PUBLIC_URL),
    },
    {
      provide: ForgeryGuard,
      inject: [CONFIG],
      useFactory: (config: GatewayConfig) => new ForgeryGuard(config.HELPMESH_PUBLIC_URL),
    },
    { provide: WebFiles, inject: [CONFIG], useFactory: (config: GatewayConfig) => new WebFiles(webDirOf(config)) },
    {
      provide: AttemptLimit,
      inject: [CACHE, CONFIG],
      useFactory: (cache: Cache, config: GatewayConfig) =>
        new AttemptLimit(cache, config.HELPMESH_SIGN_IN_LIMIT_PER_MINUTE),
    },
    {
      provide: Authenticator,
      inject: [RpcClient, ActorSigner, AttemptLimit, CLOCK],
      useFactory: (rpc: RpcClient, signer: ActorSigner, attempts: AttemptLimit, clock: Clock) =>
        new Authenticator({ rpc, signer, attempts, clock }),
    },
    {
      provide: EdgeGuard,
      inject: [Authenticator, SessionCookie, ForgeryGuard, CLOCK, RpcClient, CONFIG],
      useFactory: (
        authenticator: Authenticator,
        cookie: SessionCookie,
        forgery: ForgeryGuard,
        clock: Clock,
        rpc: RpcClient,
        config: GatewayConfig,
      ) => {
        const perSecond = config.HELPMESH_RATE_LIMIT_PER_SECOND;
        const buckets = new TokenBuckets(perSecond, perSecond * 10);
        return new EdgeGuard({ authenticator, cookie, forgery, clock, rpc, buckets });
      },
    },
    {
      provide: TicketFeed,
      inject: [Bus, LiveHub],
      useFactory: (bus: Bus, hub: LiveHub) => new TicketFeed(bus, hub),
    },
    {
      provide: AccessWatch,
      inject: [Bus, Authenticator, LiveCounts, LivePresence],
      useFactory: (bus: Bus, authenticator: Authenticator, counts: LiveCounts, presence: LivePresence) =>
        new AccessWatch(bus, authenticator, counts, presence),
    },
    { provide: NoticeWatch, inject: [Bus, LiveHub], useFactory: (bus: Bus, hub: LiveHub) => new NoticeWatch(bus, hub) },
    {
      provide: LivePresence,
      inject: [Bus, CLOCK],
      useFactory: (bus: Bus, clock: Clock) => new LivePresence({ say: sayPresence(bus), clock }),
    },
    {
      provide: PresenceLine,
      inject: [Bus, LivePresence],
      useFactory: (bus: Bus, presence: LivePresence) => new PresenceLine(bus, presence),
    },
    {
      provide: ChatStreams,
      inject: [RpcClient, ActorSigner, CLOCK, CONFIG],
      useFactory: (rpc: RpcClient, signer: ActorSigner, clock: Clock, config: GatewayConfig) => {
        const ours = () => ({ actor: signer.service() });
        const read = (session: string, after: number) => rpc.call(readVisitorChat, { session, after }, ours());
        const see = (session: string, here: boolean) => rpc.call(seeVisitor, { session, here }, ours());
        return new ChatStreams({ read, see }, clock, config.HELPMESH_EVENT_STREAMS_MAX);
      },
    },
    {
      provide: ChatLine,
      inject: [Bus, LiveHub, ChatStreams],
      useFactory: (bus: Bus, hub: LiveHub, streams: ChatStreams) => new ChatLine(bus, hub, streams),
    },
    { provide: SAY_TYPING, inject: [Bus], useFactory: (bus: Bus) => sayTyping(bus) },
    { provide: LiveCounts, inject: [RpcClient], useFactory: (rpc: RpcClient) => new LiveCounts(rpc) },
  ],
})
export class AppModule {}
