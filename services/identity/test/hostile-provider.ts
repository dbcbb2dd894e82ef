import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface HostileProvider {
  issuer: string;
  clientId: string;
  /** What an honest provider would say; `idToken` changes it. */
  honest(nonce: string): JWTPayload;
  /** Signs as the provider does, with its published key. */
  sign(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** Makes the ID token that the token endpoint hands out. */
  idToken(make: () => Promise<string> | string): void;
  /** Answer of userinfo. */
  userinfo: Record<string, unknown>;
  metadata: Record<string, unknown>;
  requests: string[];
  stop(): Promise<void>;
}

/** A provider that answers whatever a test wants: what honest software would never send. */
export async function hostileProvider(): Promise<HostileProvider> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'RS256' };
  let make: () => Promise<string> | string = () => '';
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0];
    requests.push(`${request.method} ${path}`);
    const answers: Record<string, () => object | Promise<object>> = {
      '/.well-known/openid-configuration': () => provider.metadata,
      '/keys': () => ({ keys: [key] }),
      '/token': async () => ({ access_token: 'access', token_type: 'Bearer', expires_in: 60, id_token: await make() }),
      '/userinfo': () => provider.userinfo,
    };
    const body = JSON.stringify((await answers[path ?? '']?.()) ?? {});
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clientId = 'helpmesh';
  const provider: HostileProvider = {
    issuer,
    clientId,
    requests,
    userinfo: { sub: 'somebody' },
    metadata: {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      authorization_response_iss_parameter_supported: true,
    },
    honest: (nonce) => {
      const now = Math.floor(Date.now() / 1000);
      return { iss: issuer, aud: clientId, sub: 'somebody', nonce, iat: now, exp: now + 300 };
    },
    sign: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(privateKey),
    idToken(maker) {
      make = maker;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}
