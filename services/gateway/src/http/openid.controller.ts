import {
  beginOpenIdLink,
  beginOpenIdSignIn,
  endOpenIdSessions,
  finishOpenIdLink,
  finishOpenIdSignIn,
  signOut,
} from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK, type TokenFor } from '@helpmesh/service-kit';
import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AttemptLimit } from '../application/attempt-limit.ts';
import { Authenticator } from '../application/authenticator.ts';
import type { HostCookie } from '../domain/host-cookie.ts';
import { OpenIdCookie, OpenIdLinkCookie } from '../domain/openid-cookie.ts';
import { SessionCookie } from '../domain/session-cookie.ts';
import { signInRefused } from '../events.ts';
import { EdgeGuard } from './edge-guard.ts';
import { sendJson } from './send.ts';

const NO_STORE = 'no-cache, no-store, max-age=0, must-revalidate';
const SIGN_IN_PAGE = '/sign-in';
const ACCOUNT_PAGE = '/account';
/** Identity asks the provider up to four times; one that is slow answers better late than with a lost session. */
const PROVIDER_MS = 45_000;
const LONGEST_PATH = 1_000;
const LONGEST_ANSWER = 8_000;
const LONGEST_TOKEN = 10_000;

/**
 * Signing in by a provider, and linking one to the account of who is signed in. These addresses are opened by browsers, so what goes wrong is told by the sign-in page,
 * which knows each code.
 */
@Controller()
export class OpenIdController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly guard: EdgeGuard,
    private readonly authenticator: Authenticator,
    private readonly attempts: AttemptLimit,
    private readonly session: SessionCookie,
    private readonly cookie: OpenIdCookie,
    private readonly linkCookie: OpenIdLinkCookie,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('auth/openid/:provider')
  begin(@Param('provider') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.leadOn(reply, SIGN_IN_PAGE, async () => {
      this.guard.admitAnyone(request, reply);
      const { return_to: wished } = request.query as Record<string, unknown>;
      const returnTo = typeof wished === 'string' ? wished.slice(0, LONGEST_PATH) : undefined;
      const input = { provider: providerOf(name), ...(returnTo !== undefined && { returnTo }) };
      const { url, transaction, maxAgeSeconds } = await this.rpc.call(beginOpenIdSignIn, input, this.asGateway());
      reply.header('set-cookie', this.cookie.set(transaction, maxAgeSeconds));
      forget(request, reply, this.linkCookie);
      return url;
    });
  }

  /** The page goes where the answer says. Not a link of the page: linking by a click on a foreign one is forgery. */
  @Post('api/v1/users/linked_accounts')
  async beginLink(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { signed } = await this.guard.admit(request, reply);
    const { provider } = (request.body ?? {}) as Record<string, unknown>;
    const input = { provider: typeof provider === 'string' ? providerOf(provider) : '' };
    const options = { actor: signed, timeoutMs: PROVIDER_MS, requestId: request.id, address: request.ip };
    const { url, transaction, maxAgeSeconds } = await this.rpc.call(beginOpenIdLink, input, options);
    reply.header('set-cookie', this.linkCookie.set(transaction, maxAgeSeconds));
    forget(request, reply, this.cookie);
    return sendJson(reply, 200, { url });
  }

  /** The provider sends the browser back to here. Whatever comes of it: what was begun is tried once. */
  @Get('auth/openid/:provider/callback')
  finish(@Param('provider') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const link = this.linkCookie.read(request.headers.cookie);
    if (link !== undefined) return this.finishLink(name, link, request, reply);
    reply.header('set-cookie', this.cookie.clear());
    return this.leadOn(reply, SIGN_IN_PAGE, async () => {
      this.guard.admitAnyone(request, reply);
      const transaction = this.cookie.read(request.headers.cookie) ?? '';
      const answer = answerOf(request);
      const userAgent = String(request.headers['user-agent'] ?? '').slice(0, 500);
      const input = { provider: providerOf(name), answer, transaction, ip: request.ip, userAgent };
      const opened = await this.attempt(request, () => this.rpc.call(finishOpenIdSignIn, input, this.asGateway()));
      const lives = (Date.parse(opened.expiresAt) - this.clock.now()) / 1000;
      reply.header('set-cookie', this.session.set(opened.sessionToken, lives));
      await this.closeOld(this.guard.sessionOf(request));
      return opened.returnTo;
    });
  }

  private finishLink(
    name: string,
    transaction: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    reply.header('set-cookie', this.linkCookie.clear());
    return this.leadOn(reply, ACCOUNT_PAGE, async () => {
      const { signed } = await this.guard.admit(request, reply);
      const input = { provider: providerOf(name), answer: answerOf(request), transaction };
      const options = { actor: signed, timeoutMs: PROVIDER_MS, requestId: request.id, address: request.ip };
      await this.attempts.try(request.ip, ['unauthenticated'], () => this.rpc.call(finishOpenIdLink, input, options));
      return `${ACCOUNT_PAGE}?linked=${encodeURIComponent(input.provider)}`;
    });
  }

  /** A provider says, server to server, that somebody signed out there (Back-Channel Logout 1.0). */
  @Post('auth/openid/:provider/backchannel-logout')
  async signedOutThere(@Param('provider') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    this.guard.admitAnyone(request, reply);
    const { logout_token: token } = (request.body ?? {}) as Record<string, unknown>;
    const logoutToken = typeof token === 'string' ? token.slice(0, LONGEST_TOKEN) : '';
    const input = { provider: providerOf(name), logoutToken };
    await this.attempts.try(request.ip, ['unreadable'], () =>
      this.rpc.call(endOpenIdSessions, input, this.asGateway()),
    );
    return sendJson(reply, 200, {});
  }

  /** Sends the browser to where the step says, or to the page that says what went wrong. */
  private async leadOn(reply: FastifyReply, page: string, step: () => Promise<string>): Promise<FastifyReply> {
    const to = await step().catch((thrown: unknown) => {
      const error = AppError.from(thrown);
      if (error.kind === 'bug') throw error;
      return `${page}?problem=${encodeURIComponent(error.code)}`;
    });
    return reply
      .code(303)
      .header('location', to)
      .header('cache-control', NO_STORE)
      .header('referrer-policy', 'no-referrer')
      .send('');
  }

  private async attempt<T>(request: FastifyRequest, question: () => Promise<T>): Promise<T> {
    try {
      return await this.attempts.try(request.ip, ['unauthenticated'], question);
    } catch (error) {
      const { kind } = AppError.from(error);
      if (kind === 'unauthenticated' || kind === 'forbidden') signInRefused(kind);
      throw error;
    }
  }

  /** The old session of this browser was somebody's before; it does not go on beside the new one. */
  private async closeOld(sessionToken: string | undefined): Promise<void> {
    if (sessionToken === undefined) return;
    await this.rpc.call(signOut, { sessionToken }, this.asGateway());
    this.authenticator.forgetSession(sessionToken);
  }

  private asGateway(): { actor: TokenFor; timeoutMs: number } {
    return { actor: this.signer.service(), timeoutMs: PROVIDER_MS };
  }
}

function answerOf(request: FastifyRequest): string {
  return (request.url.split('?')[1] ?? '').slice(0, LONGEST_ANSWER);
}

/** The browser is on one errand at a time: what was begun before and left must not be taken for this. */
function forget(request: FastifyRequest, reply: FastifyReply, cookie: HostCookie): void {
  if (cookie.read(request.headers.cookie) !== undefined) reply.header('set-cookie', cookie.clear());
}

/** No name is longer; what is cut here is unknown to identity. */
function providerOf(name: string): string {
  return name.slice(0, 40);
}
