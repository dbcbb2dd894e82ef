import { recordActing } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import { clientNetwork } from '@helpmesh/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator, Identity } from '../application/authenticator.ts';
import { type Credential, readCredential } from '../domain/credential.ts';
import type { SessionCookie } from '../domain/session-cookie.ts';
import type { TokenBuckets } from '../domain/token-bucket.ts';
import type { ForgeryGuard } from './csrf.ts';

/** What every route goes through: who is it, does it come too often, does it come from our own page. */
export class EdgeGuard {
  constructor(
    private readonly parts: {
      authenticator: Authenticator;
      cookie: SessionCookie;
      forgery: ForgeryGuard;
      buckets: TokenBuckets;
      rpc: Pick<RpcClient, 'call'>;
      clock: Clock;
    },
  ) {}

  /**
   * @throws AppError forbidden `auth.required` without a credential (403 is what existing clients expect);
   *   unauthenticated, forbidden, limited, unavailable; forbidden `auth.second-factor-needed` for a session that has
   *   to set one up first, but on the routes for that (`enrolling`); `auth.view-only`, `auth.view-private` for who looks
   *   as somebody else; `auth.directory-token`, but on those of SCIM (`directories`). Who acts for another is recorded here
   */
  async admit(
    request: FastifyRequest,
    reply: FastifyReply,
    { enrolling = false, directories = false, whileViewing = false } = {},
  ): Promise<Identity> {
    const credential = this.credentialOf(request);
    if (!credential) throw new AppError('forbidden', 'auth.required', 'Authentication required');
    // A page of another origin may use a token it was given; it is never sent a cookie.
    if (credential.scheme !== 'session') allowAnyOrigin(reply);
    const identity = await this.identify(request, credential);
    this.limit(`user:${identity.actor.actingUserId ?? identity.actor.userId}`, reply);
    if (credential.scheme === 'session') {
      if (identity.csrfToken !== null) reply.header('csrf-token', identity.csrfToken);
      this.parts.forgery.refuseForgery(request, identity.csrfToken);
    }
    if (identity.actor.mustEnrol && !enrolling) {
      throw new AppError(
        'forbidden',
        'auth.second-factor-needed',
        'Set up a second factor first: your role demands it.',
      );
    }
    if (identity.actor.directoryId !== undefined && !directories) {
      throw new AppError('forbidden', 'auth.directory-token', 'The token of a directory is good for SCIM only.');
    }
    if (identity.actor.viewingUntil !== undefined) refuseWhileViewing(request, whileViewing);
    // Who looks as somebody else is in the audit log from when they begin until they end.
    else if (identity.actor.actingUserId !== undefined) await this.recordActing(request, identity);
    return identity;
  }

  /** For routes anybody may call. */
  admitAnyone(request: FastifyRequest, reply: FastifyReply): void {
    this.limit(`ip:${clientNetwork(request.ip)}`, reply);
  }

  /** The caller as of now, without counting a request: for streams that stay open. */
  identify(request: FastifyRequest, credential = this.credentialOf(request)): Promise<Identity> {
    if (!credential) throw new AppError('forbidden', 'auth.required', 'Authentication required');
    const { from, 'x-on-behalf-of': older } = request.headers;
    const onBehalfOf = typeof from === 'string' ? from : typeof older === 'string' ? older : undefined;
    return this.parts.authenticator.identify({ credential, onBehalfOf, ip: request.ip });
  }

  credentialOf(request: FastifyRequest): Credential | undefined {
    return readCredential(request.headers.authorization, this.sessionOf(request));
  }

  sessionOf(request: FastifyRequest): string | undefined {
    return this.parts.cookie.read(request.headers.cookie);
  }

  /** Before anything is done in another's name it is in the audit log: without, the request is refused. */
  private async recordActing(request: FastifyRequest, { signed }: Identity): Promise<void> {
    const [path = ''] = request.url.split('?', 1);
    const options = { actor: signed, requestId: request.id, address: request.ip };
    await this.parts.rpc.call(recordActing, { method: request.method, path }, options);
  }

  private limit(caller: string, reply: FastifyReply): void {
    const waitMs = this.parts.buckets.take(caller, this.parts.clock.now());
    if (waitMs === 0) return;
    reply.header('retry-after', String(Math.ceil(waitMs / 1000)));
    throw new AppError('limited', 'http.too-many-requests', 'Too many requests. Slow down and try again.');
  }
}

/** Not of the desk, but of a person: unsent words, sessions, tokens, factors, the archive of their data. */
const PRIVATE =
  /^\/api\/v1\/(?:(?:tickets\/[^/]+\/(?:shared_)?drafts?|sessions|user_access_token|data_exports|user_devices)(?:\/|$)|users\/(?:two_factor|linked_accounts|account|preferences|avatar)(?:\/|$)|users\/[^/]+\/(?:access_tokens|admin_two_factor)(?:\/|$))/;

/**
 * Who looks as somebody else reads what that person sees of tickets, people and help: by routes of the API alone, as
 * pages elsewhere do things by being opened.
 */
function refuseWhileViewing({ method, url }: FastifyRequest, allowed: boolean): void {
  if (allowed) return;
  const [path = ''] = url.split('?', 1);
  if (!['GET', 'HEAD'].includes(method) || !path.startsWith('/api/v1/')) {
    const detail = 'You look at the desk as somebody else: nothing can be changed.';
    throw new AppError('forbidden', 'auth.view-only', detail);
  }
  if (PRIVATE.test(path)) {
    throw new AppError('forbidden', 'auth.view-private', 'This is private to the person as whom you look.');
  }
}

export function allowAnyOrigin(reply: FastifyReply): void {
  reply.header('access-control-allow-origin', '*').header('access-control-allow-headers', '*');
  reply.header('access-control-expose-headers', '*');
  reply.header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE, OPTIONS');
}
