import { AppError, type Clock } from '@helpmesh/kernel';
import { CLOCK, SecretBox } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { FederatedStore } from '../../persistence/federated.store.ts';
import { type ProviderRow, ProviderStore } from '../../persistence/provider.store.ts';
import { hashOf } from '../secrets.ts';
import { OpenIdClients } from './openid-clients.ts';
import { OpenIdProtocol, type SignInSecrets, type Vouched } from './openid-protocol.ts';

/** From the click on the button to the way back: long enough to register at the provider. */
const ERRAND_SECONDS = 15 * 60;

/** What a browser is sent to a provider for. What was begun for one is not taken for the other. */
export type ErrandKind = 'openid sign-in' | 'openid link';

/** What the browser keeps, sealed, until it comes back. */
interface Kept<M> extends SignInSecrets {
  providerId: number;
  memo: M;
  /** Epoch ms. */
  until: number;
}

export interface ErrandBegun {
  url: string;
  transaction: string;
  maxAgeSeconds: number;
}

/** The way of a browser to a provider and back. Stores nothing at its start, so that strangers cost no rows. */
@Injectable()
export class ProviderErrand {
  constructor(
    private readonly db: DataSource,
    private readonly providers: ProviderStore,
    private readonly federated: FederatedStore,
    private readonly clients: OpenIdClients,
    private readonly protocol: OpenIdProtocol,
    private readonly box: SecretBox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError not-found `openid.provider-unknown` */
  async enabled(name: string): Promise<ProviderRow> {
    const provider = await this.providers.byName(this.db, name);
    if (!provider?.enabled) throw providerUnknown();
    return provider;
  }

  /**
   * @param memo  comes back with the browser
   * @throws AppError unavailable `openid.provider-unavailable`
   */
  async begin(kind: ErrandKind, provider: ProviderRow, memo: unknown): Promise<ErrandBegun> {
    const secrets = this.protocol.newSecrets();
    const url = await this.protocol.authorizationUrl(this.clients.of(provider), secrets);
    const until = this.clock.now() + ERRAND_SECONDS * 1000;
    const kept: Kept<unknown> = { ...secrets, providerId: provider.id, memo, until };
    const transaction = this.box.seal(Buffer.from(JSON.stringify(kept)), kind).toString('base64url');
    return { url, transaction, maxAgeSeconds: ERRAND_SECONDS };
  }

  /**
   * @param known  whether whoever comes back is the one who went; asked before the provider is
   * @throws AppError unauthenticated `openid.not-started`, `openid.cancelled`, `openid.refused`; unavailable
   */
  async finish<M>(
    kind: ErrandKind,
    provider: ProviderRow,
    { answer, transaction: sealed }: { answer: string; transaction: string },
    known: (memo: M) => boolean = () => true,
  ): Promise<{ memo: M; vouched: Vouched }> {
    const now = new Date(this.clock.now());
    const kept = this.opened<M>(kind, sealed);
    if (!kept || kept.providerId !== provider.id || kept.until <= now.getTime() || !known(kept.memo)) {
      throw notStarted();
    }
    // Before the provider is asked: a second answer to the same question is not even tried.
    const first = await this.federated.takeAnswer(this.db, hashOf(kept.state), now, new Date(kept.until));
    if (!first) throw notStarted();
    return { memo: kept.memo, vouched: await this.protocol.finish(this.clients.of(provider), answer, kept) };
  }

  /** It may have been changed or removed meanwhile; from here on it stays as it is. @throws AppError not-found */
  async hold(tx: EntityManager, provider: ProviderRow): Promise<ProviderRow> {
    const current = await this.providers.lock(tx, provider.id, 'SHARE');
    if (!current?.enabled) throw providerUnknown();
    return current;
  }

  /** Null for what this desk did not seal, with a key that is still there. */
  private opened<M>(kind: ErrandKind, sealed: string): Kept<M> | null {
    try {
      return JSON.parse(this.box.open(Buffer.from(sealed, 'base64url'), kind).toString()) as Kept<M>;
    } catch (error) {
      if (AppError.from(error).code === 'secrets.unreadable') return null;
      throw error;
    }
  }
}

function providerUnknown(): AppError {
  return new AppError('not-found', 'openid.provider-unknown', 'There is no such sign-in provider.');
}

function notStarted(): AppError {
  const detail = 'This sign-in took too long, or was begun in another browser. Start again.';
  return new AppError('unauthenticated', 'openid.not-started', detail);
}
