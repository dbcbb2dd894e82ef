import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as openid from 'openid-client';

/** A program on somebody's own machine: opens the browser, waits for the answer at a port of its own (RFC 8252). */
export class OAuthClient {
  #verifier = '';
  #state = '';

  private constructor(
    private readonly config: openid.Configuration,
    private readonly server: Server,
    private readonly answers: URL[],
  ) {}

  /** Finds all it needs by the metadata of the desk (RFC 8414). */
  static async start(deskUrl: string, clientId: string): Promise<OAuthClient> {
    const config = await openid.discovery(new URL(deskUrl), clientId, undefined, openid.None(), {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    });
    const answers: URL[] = [];
    const server = createServer((request, response) => {
      answers.push(new URL(request.url ?? '', 'http://127.0.0.1'));
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(
        '<!doctype html><link rel="icon" href="data:,"><title>Pocket desk</title><h1>Back in the program</h1>',
      );
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return new OAuthClient(config, server, answers);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Where it sends the browser. */
  async begin(scope: string): Promise<string> {
    this.#verifier = openid.randomPKCECodeVerifier();
    this.#state = openid.randomState();
    return openid.buildAuthorizationUrl(this.config, {
      redirect_uri: `${this.origin}/done`,
      scope,
      state: this.#state,
      code_challenge: await openid.calculatePKCECodeChallenge(this.#verifier),
      code_challenge_method: 'S256',
    }).href;
  }

  /** Tokens for the answer that the browser brought; checks state and the name of the server (RFC 9207). */
  async finish(): Promise<openid.TokenEndpointResponse> {
    const answer = this.answers.findLast(({ pathname }) => pathname === '/done');
    if (!answer) throw new Error('no answer came');
    const url = new URL(`${answer.pathname}${answer.search}`, this.origin);
    const checks = { pkceCodeVerifier: this.#verifier, expectedState: this.#state };
    return openid.authorizationCodeGrant(this.config, url, checks);
  }

  refresh = (token: string) => openid.refreshTokenGrant(this.config, token);

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
