import { type Branding, getBrandingLogo } from '@helpmesh/contracts';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { BrandingBook } from '../application/branding-book.ts';
import { mayShowInline } from '../domain/file-name.ts';
import { answerError, noRoute } from './answer-error.ts';
import type { EdgeGuard } from './edge-guard.ts';
import { sendJson } from './send.ts';

export interface BrandingRouteParts {
  guard: Pick<EdgeGuard, 'admitAnyone'>;
  rpc: Pick<RpcClient, 'call'>;
  signer: ActorSigner;
  brandings: BrandingBook;
  publicUrl: string;
}

/** Whose pages somebody came in by who came by a path: a name that is no secret, and opens nothing. */
const COMMUNITY_COOKIE = 'helpmesh_community';
/** A year: another picture has another address. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Looks of the pages before and behind the sign-in: which are a community's is told by its host, or by its path. */
export function mountBranding(server: FastifyInstance, parts: BrandingRouteParts): void {
  const { guard, rpc, signer, brandings } = parts;
  const options = {
    errorHandler: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      void answerError(error, request, reply),
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => guard.admitAnyone(request, reply),
  };

  server.get('/api/v1/branding', options, async (request, reply) => {
    const ofHost = await brandings.of({ host: request.hostname });
    const slug = ofHost?.host == null ? slugIn(request) : undefined;
    const ofPath = slug === undefined ? null : await brandings.of({ slug });
    return sendJson(reply.header('cache-control', 'no-store'), 200, told(ofPath ?? ofHost));
  });

  server.get('/branding/logo/:hash', options, async (request, reply) => {
    const { hash } = request.params as { hash: string };
    const asked = { hash: hash.slice(0, 100) };
    const { contentType, base64 } = await rpc.call(getBrandingLogo, asked, { actor: signer.service() });
    return reply
      .header('content-type', mayShowInline(contentType) ? contentType : 'application/octet-stream')
      .header('content-disposition', 'inline; filename="logo"')
      .header('content-security-policy', "sandbox; default-src 'none'")
      .header('x-content-type-options', 'nosniff')
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('cache-control', FOR_EVER)
      .send(Buffer.from(base64, 'base64'));
  });

  server.get('/c/:slug', options, async (request, reply) => {
    const { slug } = request.params as { slug: string };
    if (!(await brandings.of({ slug }))) throw noRoute(request);
    const secure = parts.publicUrl.startsWith('https:') ? '; Secure' : '';
    const cookie = `${COMMUNITY_COOKIE}=${slug}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax${secure}`;
    return reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect('/', 302);
  });
}

function slugIn({ headers }: FastifyRequest): string | undefined {
  return new RegExp(`(?:^|; )${COMMUNITY_COOKIE}=([a-z0-9-]{1,40})(?:;|$)`).exec(headers.cookie ?? '')?.[1];
}

function told(branding: Branding | null): object {
  const { name = '', logo = null, accent = null, support = null, footer = null } = branding ?? {};
  const { locales = [], slug = null } = branding ?? {};
  return {
    name,
    logo_url: logo,
    accent,
    support,
    footer,
    locales,
    help_path: slug === null ? '/help' : `/c/${slug}/help`,
  };
}
