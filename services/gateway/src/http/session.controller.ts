import {
  type OutputOf,
  openIdSignOutUrl,
  type ParsedInputOf,
  passkeySignInOptions,
  signIn,
  signInByLink,
  signInByPasskey,
  signInSecondStep,
  signOut,
} from '@helpmesh/contracts';
import { AppError, type Clock, type ErrorKind } from '@helpmesh/kernel';
import { RpcClient } from '@helpmesh/messaging';
import { ActorSigner, CLOCK } from '@helpmesh/service-kit';
import { Controller, Delete, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AttemptLimit } from '../application/attempt-limit.ts';
import { Authenticator } from '../application/authenticator.ts';
import { SessionCookie } from '../domain/session-cookie.ts';
import { signInRefused } from '../events.ts';
import { ForgeryGuard } from './csrf.ts';
import { EdgeGuard } from './edge-guard.ts';
import { sendJson } from './send.ts';

/** A slow provider must not hold up a sign-out. */
const SIGN_OUT_URL_MS = 2_000;

const WRONG: readonly ErrorKind[] = ['unauthenticated', 'forbidden'];

type Opened = OutputOf<typeof signInSecondStep>;
type SecondStep = Exclude<OutputOf<typeof signIn>, Opened>['secondFactor'];
type SecondFactor = Pick<ParsedInputOf<typeof signInSecondStep>, 'method' | 'payload'>;

/** Signing in and out with a cookie: in one step, in two, or with a passkey alone. */
@Controller('api/v1')
export class SessionController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly signer: ActorSigner,
    private readonly guard: EdgeGuard,
    private readonly forgery: ForgeryGuard,
    private readonly authenticator: Authenticator,
    private readonly attempts: AttemptLimit,
    private readonly cookie: SessionCookie,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('signin')
  async signIn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    this.forgery.refuseForeignPage(request.headers);
    this.guard.admitAnyone(request, reply);
    const body = (request.body ?? {}) as Record<string, unknown>;
    const { username, login, password } = body;
    const name = username ?? login;
    if (typeof name !== 'string' || typeof password !== 'string' || name.length > 255 || password.length > 1000)
      throw incomplete();
    const factor = secondFactorOf(body.two_factor_method, body.two_factor_payload);
    const input = { username: name, password, ...factor, ...caller(request) };
    const answer = await this.attempt(request, () => this.rpc.call(signIn, input, { actor: this.signer.service() }));
    if ('secondFactor' in answer) return sendJson(reply, 422, secondStepOf(answer.secondFactor));
    return this.welcome(request, reply, answer);
  }

  /** The second step: the token of the first, and the second factor. */
  @Post('signin/second_factor')
  async secondStep(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    this.forgery.refuseForeignPage(request.headers);
    this.guard.admitAnyone(request, reply);
    const { token, method, payload } = (request.body ?? {}) as Record<string, unknown>;
    const factor = secondFactorOf(method, payload);
    if (typeof token !== 'string' || token.length > 200 || !factor) throw incomplete();
    const input = { token, ...factor, ...caller(request) };
    const question = () => this.rpc.call(signInSecondStep, input, { actor: this.signer.service() });
    return this.welcome(request, reply, await this.attempt(request, question));
  }

  /** Options for `navigator.credentials.get`, for whoever asks. */
  @Post('signin/passkey/options')
  async passkeyOptions(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    this.forgery.refuseForeignPage(request.headers);
    this.guard.admitAnyone(request, reply);
    return sendJson(reply, 200, await this.rpc.call(passkeySignInOptions, {}, { actor: this.signer.service() }));
  }

  @Post('signin/passkey')
  async byPasskey(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    this.forgery.refuseForeignPage(request.headers);
    this.guard.admitAnyone(request, reply);
    const { credential } = (request.body ?? {}) as Record<string, unknown>;
    if (typeof credential !== 'object' || credential === null) throw incomplete();
    const input = { credential, ...caller(request) } as ParsedInputOf<typeof signInByPasskey>;
    const question = () => this.rpc.call(signInByPasskey, input, { actor: this.signer.service() });
    return this.welcome(request, reply, await this.attempt(request, question));
  }

  /** The token of a link that was mailed; following the link itself uses nothing up. */
  @Post('signin/link')
  async byLink(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    this.forgery.refuseForeignPage(request.headers);
    this.guard.admitAnyone(request, reply);
    const { token } = (request.body ?? {}) as Record<string, unknown>;
    if (typeof token !== 'string' || token.length > 200) throw incomplete();
    const question = () => this.rpc.call(signInByLink, { token, ...caller(request) }, { actor: this.signer.service() });
    return this.welcome(request, reply, await this.attempt(request, question));
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
      const { kind, code } = AppError.from(error);
      // A closed desk has sessions that go on when it is open again.
      if (kind !== 'unauthenticated' && code !== 'identity.maintenance') throw error;
      return sendJson(reply, 200, { error: 'no valid session' });
    }
  }

  @Delete('signout')
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    this.forgery.refuseForeignPage(request.headers);
    this.guard.admitAnyone(request, reply);
    const sessionToken = this.guard.sessionOf(request);
    const url = sessionToken === undefined ? null : await this.signOutUrl(sessionToken);
    await this.close(sessionToken);
    return sendJson(reply.header('set-cookie', this.cookie.clear()), 200, url === null ? {} : { end_session_url: url });
  }

  /** Where to sign out at the provider as well. Nobody stays signed in here because that cannot be found out. */
  private async signOutUrl(sessionToken: string): Promise<string | null> {
    const options = { actor: this.signer.service(), timeoutMs: SIGN_OUT_URL_MS };
    return this.rpc.call(openIdSignOutUrl, { sessionToken }, options).then(
      ({ url }) => url,
      () => null,
    );
  }

  /** Hands the session to the browser. The old one, if any, was somebody's before; it does not go on beside it. */
  private async welcome(request: FastifyRequest, reply: FastifyReply, session: Opened): Promise<FastifyReply> {
    const lives = (Date.parse(session.expiresAt) - this.clock.now()) / 1000;
    reply.header('set-cookie', this.cookie.set(session.sessionToken, lives)).header('csrf-token', session.csrfToken);
    await this.close(this.guard.sessionOf(request));
    const { userId: user_id, expiresAt: expires_at, enrolOnly } = session;
    return sendJson(reply, 201, { session: { user_id, expires_at, ...(enrolOnly && { two_factor_needed: true }) } });
  }

  private async attempt<T>(request: FastifyRequest, question: () => Promise<T>): Promise<T> {
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

function caller(request: FastifyRequest): { ip: string; userAgent: string } {
  return { ip: request.ip, userAgent: String(request.headers['user-agent'] ?? '').slice(0, 500) };
}

/** In the words that existing clients know; `token` and `passkey_options` are for the second step. */
function secondStepOf({ token, methods, recoveryCodes, passkeyOptions }: SecondStep): object {
  return {
    two_factor_required: {
      default_two_factor_authentication_method: methods[0],
      available_two_factor_authentication_methods: methods,
      recovery_codes_available: recoveryCodes,
      token,
      passkey_options: passkeyOptions,
    },
  };
}

/** @throws AppError invalid `auth.sign-in-incomplete` for a method without payload, and for what is no factor at all */
function secondFactorOf(method: unknown, payload: unknown): SecondFactor | undefined {
  if (method === undefined || method === null || method === '') return undefined;
  const known = method === 'authenticator_app' || method === 'security_keys' || method === 'recovery_codes';
  const plain = typeof payload === 'string' && payload.length <= 100;
  if (!known || !(plain || (typeof payload === 'object' && payload !== null))) throw incomplete();
  return { method, payload: payload as SecondFactor['payload'] };
}

function incomplete(): AppError {
  return new AppError('invalid', 'auth.sign-in-incomplete', 'Something that is needed to sign in is missing.');
}
