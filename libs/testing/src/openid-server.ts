import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Adapter, AdapterPayload, Configuration, JWK, Provider } from 'oidc-provider';

export interface OpenIdServer {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Claims by login name; whoever is not in it cannot sign in. A test changes it between sign-ins. */
  people: Map<string, Record<string, unknown>>;
  /**
   * Does what a person at a browser does: opens the address, signs in, and is sent back.
   * @param login  null: presses "Cancel"
   * @returns the address the browser was sent back to, which nobody has opened yet
   */
  signIn(authorizationUrl: string, login: string | null): Promise<string>;
  /** New signing keys; the old ones are gone from the published set. */
  rotateKeys(): void;
  /** Lets time pass for every code that was given out: none is good any more. */
  expireCodes(): void;
  /** Ends the session that `signIn` opened, as a person who signs out at the provider. @returns logout tokens it sent */
  signOut(login: string): Promise<string[]>;
  /** Paths that were asked for, oldest first. */
  requests: string[];
  stop(): Promise<void>;
}

export interface OpenIdServerOptions {
  redirectUris: string[];
  postLogoutRedirectUris?: string[];
  /** Where to say that somebody signed out; what would be sent there is kept instead. */
  backchannelLogoutUri?: string;
}

const MINUTE = 60;

/** A real OpenID provider (`oidc-provider`) on a port of its own, with a sign-in page of two fields. */
export async function openIdServer(options: OpenIdServerOptions): Promise<OpenIdServer> {
  // Imported here: most tests need no provider, and it takes a while to load.
  const oidc = await import('oidc-provider');
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ['helpmesh', randomUUID()];
  const people = new Map<string, Record<string, unknown>>();
  const rows: Rows = new Map();
  const sent: string[] = [];
  const requests: string[] = [];
  const make = () =>
    new oidc.Provider(
      issuer,
      configuration({ options, people, rows, sent, client: { id: clientId, secret: clientSecret } }),
    );
  let provider = make();
  let answer = provider.callback();
  server.on('request', (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    requests.push(`${request.method} ${path}`);
    const shown = path.startsWith('/interaction/')
      ? interaction(provider, request, response)
      : answer(request, response);
    void Promise.resolve(shown).catch(() => response.writeHead(400).end());
  });
  const jars = new Map<string, CookieJar>();
  return {
    issuer,
    clientId,
    clientSecret,
    people,
    requests,
    async signIn(authorizationUrl, login) {
      const jar = new CookieJar();
      if (login !== null) jars.set(login, jar);
      const page = await jar.follow(authorizationUrl, issuer);
      const form = new URLSearchParams(login === null ? { cancel: 'yes' } : { login });
      return jar.follow(page, issuer, { method: 'POST', body: form });
    },
    rotateKeys() {
      provider = make();
      answer = provider.callback();
    },
    expireCodes() {
      const past = Math.floor(Date.now() / 1000) - MINUTE;
      for (const [key, row] of rows) if (key.startsWith('AuthorizationCode:')) row.exp = past;
    },
    async signOut(login) {
      sent.length = 0;
      const jar = jars.get(login);
      if (!jar) throw new Error(`${login} has not signed in`);
      const page = await jar.get(`${issuer}/session/end`);
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(await page.text()) ?? [];
      await jar.follow(`${issuer}/session/end/confirm`, issuer, {
        method: 'POST',
        body: new URLSearchParams({ xsrf, logout: 'yes' }),
      });
      return [...sent];
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Rows = Map<string, AdapterPayload>;

function configuration(parts: {
  options: OpenIdServerOptions;
  people: OpenIdServer['people'];
  rows: Rows;
  sent: string[];
  client: { id: string; secret: string };
}): Configuration {
  const { options, people, rows, sent, client } = parts;
  return {
    adapter: (name) => adapter(rows, name),
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: options.redirectUris,
        post_logout_redirect_uris: options.postLogoutRedirectUris ?? [],
        ...(options.backchannelLogoutUri && {
          backchannel_logout_uri: options.backchannelLogoutUri,
          backchannel_logout_session_required: true,
        }),
      },
    ],
    jwks: { keys: [signingKey()] },
    cookies: { keys: [randomUUID()] },
    // As EOSC AAI does: entitlements come by userinfo only, each scope for itself.
    claims: {
      openid: ['sub'],
      profile: ['name', 'given_name', 'family_name', 'preferred_username'],
      email: ['email', 'email_verified', 'voperson_verified_email'],
      voperson_id: ['voperson_id'],
      entitlements: ['entitlements'],
      eduperson_entitlement: ['eduperson_entitlement'],
    },
    scopes: ['openid', 'profile', 'email', 'voperson_id', 'entitlements', 'eduperson_entitlement'],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          ctx.body = `<!doctype html><title>Sign out at the provider</title>${form}
            <button form="op.logoutForm" name="logout" value="yes">Sign out everywhere</button>`;
        },
        postLogoutSuccessSource: async (ctx) => {
          ctx.body = 'signed out';
        },
      },
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    ttl: {
      AccessToken: 10 * MINUTE,
      AuthorizationCode: MINUTE,
      Grant: 60 * MINUTE,
      IdToken: 10 * MINUTE,
      Interaction: 10 * MINUTE,
      Session: 60 * MINUTE,
    },
    findAccount: (_ctx, sub) => {
      const claims = people.get(sub);
      return claims && { accountId: sub, claims: () => ({ ...claims, sub }) };
    },
    // Everybody has agreed to everything.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ accountId: oidc.session?.accountId, clientId: oidc.client?.clientId });
      grant.addOIDCScope([...oidc.requestParamScopes].join(' '));
      await grant.save();
      return grant;
    },
    async fetch(_url, init) {
      sent.push(new URLSearchParams(await new Response(init?.body).text()).get('logout_token') ?? '');
      return new Response();
    },
    renderError: (ctx, out) => {
      ctx.type = 'text';
      ctx.body = `${out.error}: ${out.error_description}`;
    },
  };
}

function signingKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' } as JWK;
}

function adapter(rows: Rows, name: string): Adapter {
  const key = (id: string) => `${name}:${id}`;
  const firstWith = async (fits: (row: AdapterPayload) => boolean) =>
    [...rows].find(([id, row]) => id.startsWith(`${name}:`) && fits(row))?.[1];
  return {
    upsert: async (id, payload) => void rows.set(key(id), { ...payload }),
    find: async (id) => rows.get(key(id)),
    findByUid: (uid) => firstWith((row) => row.uid === uid),
    findByUserCode: (code) => firstWith((row) => row.userCode === code),
    consume: async (id) => {
      const row = rows.get(key(id));
      if (row) row.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => void rows.delete(key(id)),
    revokeByGrantId: async (grantId) => {
      for (const [id, row] of rows) if (row.grantId === grantId) rows.delete(id);
    },
  };
}

/** The sign-in page: shown, or filled in. */
async function interaction(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Sign in at the provider</title>
      <form method="post"><label>Login <input name="login" autofocus></label>
      <button>Continue</button><button name="cancel" value="yes">Cancel</button></form>`);
    return;
  }
  const form = new URLSearchParams(await text(request));
  const result = form.has('cancel')
    ? { error: 'access_denied', error_description: 'cancelled' }
    : { login: { accountId: form.get('login') ?? '' } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

/** As much of a browser as signing in takes. */
class CookieJar {
  private readonly cookies = new Map<string, string>();

  async get(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects within the site. @returns the page it ends on, or the address elsewhere that it leads to */
  async follow(url: string, site: string, init: RequestInit = {}): Promise<string> {
    let response = await this.get(url, init);
    let at = url;
    for (let hops = 0; hops < 10; hops += 1) {
      const location = response.headers.get('location');
      if (location === null) {
        if (response.status >= 400) throw new Error(`${at} answers ${response.status}: ${await response.text()}`);
        return at;
      }
      at = new URL(location, at).href;
      if (!at.startsWith(`${site}/`)) return at;
      response = await this.get(at);
    }
    throw new Error(`${url} redirects for ever`);
  }
}
