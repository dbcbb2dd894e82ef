import type { issuePeerToken, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import { AppError, type Clock, epochMs } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import type { DataSource } from 'typeorm';
import { type Refusal, readTokenRequest, scopeOf } from '../../domain/sign-in/token-request.ts';
import type { FederationEvents } from '../../events.ts';
import type { AgreementStore } from '../../persistence/agreement.store.ts';
import type { Peer, PeerStore } from '../../persistence/peer.store.ts';
import type { SignInStore } from '../../persistence/sign-in.store.ts';
import type { SyncSettings } from '../sync/ports.ts';
import type { Assertions, KeySource } from './ports.ts';
import { hashOf, newToken } from './tokens.ts';

type Answer = OutputOf<typeof issuePeerToken>;

const ACCESS_MS = 10 * 60_000;
/** One answer for whoever is not known, and whoever is not believed. */
const notBelieved: Refusal = {
  error: 'invalid_client',
  why: 'the client is unknown, or its signature is not good here',
};

/** Helpdesks get tokens for their signature: OAuth 2.0 client credentials with private_key_jwt. */
export class IssuePeerTokens {
  constructor(
    private readonly db: DataSource,
    private readonly peers: PeerStore,
    private readonly agreements: Pick<AgreementStore, 'ofPeer'>,
    private readonly store: SignInStore,
    private readonly assertions: Assertions,
    private readonly clock: Clock,
    private readonly settings: Pick<SyncSettings, 'node'>,
    private readonly events: Pick<FederationEvents, 'signedIn' | 'signInRefused'>,
  ) {}

  async run({ form, authorization }: ParsedInputOf<typeof issuePeerToken>): Promise<Answer> {
    const request = readTokenRequest(form, authorization);
    if ('error' in request) return refused(request);
    const { assertion, clientId, agreementIds } = request;
    const issuer = this.assertions.issuerOf(assertion);
    if (issuer === undefined || (clientId !== undefined && clientId !== issuer)) return refused(notBelieved);
    const peer = await this.peers.byNode(this.db, issuer.replace(/\/+$/, ''));
    const from = peer && keysOf(peer);
    if (!peer || !from) return refused(notBelieved);
    const { node } = this.settings;
    try {
      const expected = { issuer, audiences: [node, `${node}/`, `${node}/oauth/token`], from };
      const shown = await this.assertions.verify(assertion, expected);
      return await this.issue(peer, shown, agreementIds);
    } catch (error) {
      const { kind, code, internal } = AppError.from(error);
      this.events.signInRefused(peer.id, internal ?? code);
      if (kind === 'unauthenticated') return refused(notBelieved);
      if (kind !== 'unavailable' && !code.startsWith('net.')) throw error;
      const body = { error: 'temporarily_unavailable', error_description: 'your keys cannot be read now' };
      return { status: 503, body };
    }
  }

  private async issue(
    { id, keySource, keyUrl, keySet, called }: Peer,
    { id: jti, expiresAt }: Awaited<ReturnType<Assertions['verify']>>,
    asked: number[] | null,
  ): Promise<Answer> {
    const now = this.clock.now();
    const seen = JSON.stringify([keySource, keyUrl, keySet, called]);
    const token = newToken('access');
    return transaction(this.db, async (tx) => {
      // What was believed a moment ago may have been withdrawn.
      const present = await this.peers.hold(tx, id);
      const still = present && [present.keySource, present.keyUrl, present.keySet, present.called];
      if (JSON.stringify(still) !== seen) return refused(notBelieved);
      if (!(await this.store.useAssertion(tx, id, hashOf(jti), expiresAt, now))) {
        this.events.signInRefused(id, 'the signature was shown before');
        return refused(notBelieved);
      }
      const known = (await this.agreements.ofPeer(tx, id)).map((agreement) => agreement.id);
      if (asked?.some((one) => !known.includes(one))) {
        return refused({ error: 'invalid_scope', why: 'there is no such agreement between us' });
      }
      const until = epochMs(now + ACCESS_MS);
      await this.store.addAccess(tx, id, { hash: hashOf(token), agreementIds: asked, until }, now);
      this.events.signedIn(id);
      const scope = scopeOf(asked ?? known);
      const body = { access_token: token, token_type: 'Bearer', expires_in: ACCESS_MS / 1_000, scope };
      return { status: 200, body };
    });
  }
}

/** Whose signatures count. Keys that a helpdesk publishes count while it is called there anyway. */
function keysOf({
  node,
  keySource,
  keyUrl,
  keySet,
  called,
  isForeign,
}: Peer & { isForeign: boolean }): KeySource | undefined {
  if (isForeign) return undefined;
  if (keySource === 'given' && keySet) return { keys: keySet };
  if (keySource === 'url' && keyUrl !== null) return { url: keyUrl };
  return keySource === 'published' && called ? { url: `${node}/federation/v1/jwks` } : undefined;
}

function refused({ error, why }: Refusal): Answer {
  return { status: error === 'invalid_client' ? 401 : 400, body: { error, error_description: why } };
}
