import { CONFIG, SecretBox } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { IdentityConfig } from '../../config.ts';
import type { ProviderRow } from '../../persistence/provider.store.ts';
import type { OpenIdClient } from './openid-protocol.ts';

/** This desk as its providers know it: addresses and secrets. */
@Injectable()
export class OpenIdClients {
  constructor(
    private readonly box: SecretBox,
    @Inject(CONFIG) private readonly config: IdentityConfig,
  ) {}

  /** @throws AppError unavailable `secrets.unreadable` */
  of(provider: ProviderRow): OpenIdClient {
    const { id, issuer, client_id: clientId, client_secret: sealed, scopes, name } = provider;
    const clientSecret = sealed && this.box.open(sealed, secretOf(id)).toString();
    return { issuer, clientId, clientSecret, scopes, redirectUri: this.redirectUri(name) };
  }

  /** From the configured address alone: what a request says about its host leads nobody anywhere. */
  redirectUri(name: string): string {
    return this.address(`/auth/openid/${name}/callback`);
  }

  backchannelLogoutUri(name: string): string {
    return this.address(`/auth/openid/${name}/backchannel-logout`);
  }

  /** Where a provider sends people who signed out there. */
  signedOutUri(): string {
    return this.address('/sign-in');
  }

  sealSecret(providerId: number, secret: string): Buffer {
    return this.box.seal(Buffer.from(secret), secretOf(providerId));
  }

  sealIdToken(sessionHash: Buffer, idToken: string): Buffer {
    return this.box.seal(Buffer.from(idToken), tokenOf(sessionHash));
  }

  openIdToken(sessionHash: Buffer, sealed: Buffer): string {
    return this.box.open(sealed, tokenOf(sessionHash)).toString();
  }

  private address(path: string): string {
    return `${this.config.HELPMESH_PUBLIC_URL.replace(/\/+$/, '')}${path}`;
  }
}

const secretOf = (providerId: number) => `openid_providers:${providerId}`;
const tokenOf = (sessionHash: Buffer) => `openid_sessions:${sessionHash.toString('base64')}`;
