import type { endOpenIdSessions, ParsedInputOf } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { logger } from '@helpmesh/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FederatedStore } from '../../persistence/federated.store.ts';
import { ProviderStore } from '../../persistence/provider.store.ts';
import { Announce } from '../announce.ts';
import { hashOf, isSecret } from '../secrets.ts';
import { OpenIdClients } from './openid-clients.ts';
import { OpenIdProtocol } from './openid-protocol.ts';

/** A logout token is good for five minutes, and clocks differ. */
const REMEMBER_MS = 10 * 60_000;

/** Signing out: here first and then at the provider, or there first and then here. */
@Injectable()
export class FederatedSignOut {
  private readonly log = logger('openid');

  constructor(
    private readonly db: DataSource,
    private readonly federated: FederatedStore,
    private readonly providers: ProviderStore,
    private readonly clients: OpenIdClients,
    private readonly protocol: OpenIdProtocol,
    private readonly announce: Announce,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Asked before the session ends. A provider that cannot be asked keeps nobody from signing out here: null then. */
  async url({ sessionToken }: { sessionToken: string }): Promise<{ url: string | null }> {
    if (!isSecret(sessionToken)) return { url: null };
    const tokenHash = hashOf(sessionToken);
    const session = await this.federated.session(this.db, tokenHash);
    const provider = session && (await this.providers.byId(this.db, session.providerId));
    if (!session || !provider) return { url: null };
    try {
      const idToken = this.clients.openIdToken(tokenHash, session.idToken);
      const signedOut = this.clients.signedOutUri();
      return { url: await this.protocol.endSessionUrl(this.clients.of(provider), idToken, signedOut) };
    } catch (error) {
      this.log.warn({ err: error, providerId: provider.id }, 'no sign-out at the provider');
      return { url: null };
    }
  }

  /**
   * Back-channel logout: ends the sessions that belong to the provider's own, or all that it opened for a person.
   * @throws AppError unreadable `openid.logout-token-refused`; not-found `openid.provider-unknown`; unavailable
   */
  async byProvider({
    provider: name,
    logoutToken,
  }: ParsedInputOf<typeof endOpenIdSessions>): Promise<Record<string, never>> {
    const provider = await this.providers.byName(this.db, name);
    if (!provider) throw new AppError('not-found', 'openid.provider-unknown', 'There is no such sign-in provider.');
    const { id, subject, sid } = await this.protocol.readLogoutToken(this.clients.of(provider), logoutToken);
    const now = this.clock.now();
    await transaction(this.db, async (tx) => {
      const hash = hashOf(`${provider.issuer} ${id}`);
      // Seen before: done before.
      if (!(await this.federated.takeAnswer(tx, hash, new Date(now), new Date(now + REMEMBER_MS)))) return;
      const of = {
        providerId: provider.id,
        ...(sid !== undefined && { sid }),
        ...(subject !== undefined && { subject }),
      };
      const userIds = await this.federated.endSessions(tx, of);
      await this.announce.accessChanged(tx, userIds, 'signed-out');
    });
    return {};
  }
}
