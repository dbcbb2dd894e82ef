import { signIn, signOut } from '@helpmesh/contracts';
import { AppError, type Clock, type ErrorKind } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK } from '@helpmesh/service-kit';
import { Controller, Delete, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AttemptLimit } from '../application/attempt-limit.ts';
import { Authenticator } from '../application/authenticator.ts';
import { SessionCookie } from '../domain/session-cookie.ts';
import { signInRefused } from '../events.ts';
import { refuseForeignPage } from './csrf.ts';
import { EdgeGuard } from './edge-guard.ts';
import { sendJson } from './send.ts';

const WRONG: readonly ErrorKind[] = ['unauthenticated', 'forbidden'];

/** Signing in and out with a cookie. */
@Controller('api/v1')
export class SessionController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly guard: EdgeGuard,
    private readonly authenticator: Authenticator,
    private readonly attempts: AttemptLimit,
    private readonly cookie: SessionCookie,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('signin')
  async signIn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    refuseForeignPage(request.headers);
    this.guard.admitAnyone(request, reply);
    const { username, login, password } = (request.body ?? {}) as Record<string, unknown>;
    const name = username ?? login;
    if (typeof name !== 'string' || typeof password !== 'string' || name.length > 255 || password.length > 1000)
      throw new AppError('invalid', 'auth.sign-in-incomplete', 'Username and password are needed to sign in.');
    const session = await this.open(request, name, password);
    const lives = (Date.parse(session.expiresAt) - this.clock.now()) / 1000;
    reply.header('set-cookie', this.cookie.set(session.sessionToken, lives)).header('csrf-token', session.csrfToken);
    // The old session of this browser, if any, was somebody's before; it does not go on beside the new one.
    await this.close(this.guard.sessionOf(request));
    return sendJson(reply, 201, { session: { user_id: session.userId, expires_at: session.expiresAt } });
  }

  /** Who the cookie stands for; never an error, so that a page can ask before it knows. */
  @Get('signshow')
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    this.guard.admitAnyone(request, reply);
    const sessionToken = this.guard.sessionOf(request);
    if (sessionToken === undefined) return sendJson(reply, 200, { error: 'no valid session' });
    try {
      const { actor, csrfToken } = await this.guard.identify(request, { scheme: 'session', sessionToken });
      if (csrfToken !== null) reply.header('csrf-token', csrfToken);
      return sendJson(reply, 200, { session: { user_id: actor.userId, login: actor.login } });
    } catch (error) {
      if (AppError.from(error).kind !== 'unauthenticated') throw error;
      return sendJson(reply, 200, { error: 'no valid session' });
    }
  }

  @Delete('signout')
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    refuseForeignPage(request.headers);
    this.guard.admitAnyone(request, reply);
    await this.close(this.guard.sessionOf(request));
    return sendJson(reply.header('set-cookie', this.cookie.clear()), 200, {});
  }

  private async open(request: FastifyRequest, username: string, password: string) {
    const userAgent = String(request.headers['user-agent'] ?? '').slice(0, 500);
    const input = { username, password, ip: request.ip, userAgent };
    const question = () => this.rpc.call(signIn, input, { actor: this.signer.service() });
    try {
      return await this.attempts.try(request.ip, WRONG, question);
    } catch (error) {
      const { kind } = AppError.from(error);
      if (WRONG.includes(kind)) signInRefused(kind);
      throw error;
    }
  }

  private async close(sessionToken: string | undefined): Promise<void> {
    if (sessionToken === undefined) return;
    await this.rpc.call(signOut, { sessionToken }, { actor: this.signer.service() });
    this.authenticator.forgetSession(sessionToken);
  }
}
