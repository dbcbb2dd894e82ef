import { createHash, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The part of a mail provider that hands out tokens (RFC 6749, 7636), for a program of its own. */
export interface TokenServer {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  /** What Dovecot asks whether a token is good, and whose it is. */
  readonly tokenInfoUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Access tokens that are good now. */
  readonly good: Set<string>;
  /** Grants that were asked for, oldest first. */
  readonly grants: string[];
  /** Does what somebody does who agrees: opens the address and is led back with a code. */
  agree(authorizeUrl: string): { code: string; state: string };
  /** No refresh token is good any more. */
  withdraw(): void;
  close(): Promise<void>;
}

/**
 * @param user  whose mailbox the tokens open
 * @param accessToken  the only one that is handed out, for mail servers that know but one
 */
export async function tokenServer(user: string, accessToken?: string): Promise<TokenServer> {
  const [clientId, clientSecret] = ['helpmesh-mail', randomUUID()];
  const good = new Set<string>();
  const grants: string[] = [];
  const codes = new Map<string, { challenge: string; redirectUri: string }>();
  let refresh: string | undefined;

  const granted = (form: URLSearchParams): boolean => {
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) return false;
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return true;
      case 'refresh_token':
        return refresh !== undefined && form.get('refresh_token') === refresh;
      case 'authorization_code': {
        const code = codes.get(form.get('code') ?? '');
        codes.delete(form.get('code') ?? '');
        const challenge = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        return code?.challenge === challenge && code.redirectUri === form.get('redirect_uri');
      }
      default:
        return false;
    }
  };

  const server: Server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/tokeninfo') {
      return good.has(url.searchParams.get('oauth') ?? '') ? answer(200, { username: user }) : answer(401, {});
    }
    const form = new URLSearchParams(await text(request));
    grants.push(form.get('grant_type') ?? '');
    if (!granted(form)) return answer(400, { error: 'invalid_grant', error_description: 'The permission is over.' });
    const access_token = accessToken ?? randomUUID();
    good.add(access_token);
    // Each use gives a new one, and the old one is over: the strictest that providers do.
    const lasting = form.get('grant_type') !== 'client_credentials';
    if (lasting) refresh = randomUUID();
    return answer(200, {
      access_token,
      expires_in: 3600,
      token_type: 'Bearer',
      ...(lasting && { refresh_token: refresh }),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    authorizeUrl: `${base}/authorize`,
    tokenUrl: `${base}/token`,
    tokenInfoUrl: `${base}/tokeninfo?oauth=`,
    clientId,
    clientSecret,
    good,
    grants,
    agree(authorizeUrl) {
      const asked = new URL(authorizeUrl).searchParams;
      const code = randomUUID();
      const challenge = asked.get('code_challenge') ?? '';
      codes.set(code, { challenge, redirectUri: asked.get('redirect_uri') ?? '' });
      return { code, state: asked.get('state') ?? '' };
    },
    withdraw() {
      refresh = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
