import { issuePeerToken, oauthEndpoints } from '@helpmesh/contracts';
import { AppError } from '@helpmesh/kernel';
import type { RpcClient } from '@helpmesh/messaging';
import type { ActorSigner } from '@helpmesh/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerError } from './answer-error.ts';
import { allowAnyOrigin, type EdgeGuard } from './edge-guard.ts';

export interface OAuthRoutesParts {
  guard: Pick<EdgeGuard, 'admitAnyone'>;
  rpc: Pick<RpcClient, 'call'>;
  signer: Pick<ActorSigner, 'service'>;
  publicUrl: string;
}

const LONGEST_FORM = 16_000;
const LONGEST_HEADER = 4_000;

/**
 * What programs ask by themselves (RFC 6749, 7009, 7662) and where they read that (RFC 8414). No cookie counts here,
 * so pages of any origin may ask. `/oauth/authorize` is a page of the web client.
 */
export function mountOAuth(server: FastifyInstance, { guard, rpc, signer, publicUrl }: OAuthRoutesParts): void {
  const issuer = publicUrl.replace(/\/+$/, '');
  // In a scope of its own: here forms stay the text they are, because what is in them twice must be refused.
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, text, done) => {
      done(null, text);
    });
    for (const [name, question] of Object.entries(oauthEndpoints)) {
      scope.route({
        method: 'POST',
        url: `/oauth/${name}`,
        errorHandler: (error, request, reply) => void refuse(error, request, reply),
        onRequest: async (request, reply) => {
          allowAnyOrigin(reply);
          guard.admitAnyone(request, reply);
        },
        handler: async (request, reply) => {
          const form = typeof request.body === 'string' ? request.body : '';
          const { authorization } = request.headers;
          if (form.length > LONGEST_FORM || (authorization?.length ?? 0) > LONGEST_HEADER) throw tooLong();
          const input = { form, ...(authorization !== undefined && { authorization }) };
          const answer = await rpc.call(isOfPeer(name, form) ? issuePeerToken : question, input, {
            actor: signer.service(),
          });
          // RFC 6749 5.2: a client that came by the header is told which header.
          if (answer.status === 401) reply.header('www-authenticate', 'Basic realm="oauth"');
          return sendUncached(reply, answer.status, answer.body);
        },
      });
      scope.route({
        method: 'OPTIONS',
        url: `/oauth/${name}`,
        handler: async (_request, reply) => {
          allowAnyOrigin(reply);
          return reply.header('access-control-max-age', '1728000').send('');
        },
      });
    }
  });
  server.get('/.well-known/oauth-authorization-server', async (request, reply) => {
    guard.admitAnyone(request, reply);
    allowAnyOrigin(reply);
    return reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'public, max-age=300')
      .send(JSON.stringify(metadataOf(issuer)));
  });
}

/** Helpdesks ask for tokens in their own name, programs in the name of people; whose place it is says the grant alone. */
function isOfPeer(name: string, form: string): boolean {
  return name === 'token' && new URLSearchParams(form).get('grant_type') === 'client_credentials';
}

/** RFC 8414 */
function metadataOf(issuer: string): object {
  const secret = ['client_secret_basic', 'client_secret_post'];
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    service_documentation: `${issuer}/docs`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: [...secret, 'none', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256', 'EdDSA', 'RS256'],
    revocation_endpoint_auth_methods_supported: [...secret, 'none'],
    introspection_endpoint_auth_methods_supported: secret,
    authorization_response_iss_parameter_supported: true,
  };
}

function sendUncached(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send(JSON.stringify(body));
}

/** What cannot be read is refused in the words that OAuth clients know. */
function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { statusCode } = (error ?? {}) as { statusCode?: number };
  const unreadable =
    error instanceof AppError ? error.kind === 'invalid' || error.kind === 'unreadable' : (statusCode ?? 500) < 500;
  if (!unreadable) return answerError(error, request, reply);
  return sendUncached(reply, 400, { error: 'invalid_request', error_description: 'the body must be a short form' });
}

function tooLong(): AppError {
  return new AppError('invalid', 'http.body-too-large', 'The request is larger than allowed.');
}
