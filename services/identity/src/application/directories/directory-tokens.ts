import type { Actor, directoryTokens as endpoints, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayDirectories, SCIM_PERMISSION } from '../../domain/directory/access.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { DirectoryStore } from '../../persistence/directory.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { formatApiToken, hashOf, newApiTokenSecret } from '../secrets.ts';
import { Freshness } from '../sign-in/freshness.ts';
import { found } from './directories.ts';

/** The keys by which directories provision: good for SCIM alone, as long as their makers may make such keys. */
@Injectable()
export class DirectoryTokens {
  constructor(
    private readonly db: DataSource,
    private readonly directories: DirectoryStore,
    private readonly credentials: CredentialStore,
    private readonly announce: Announce,
    private readonly fresh: Freshness,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError forbidden, not-found */
  async list(actor: Actor, id: number): Promise<OutputOf<typeof endpoints.list>> {
    if (!mayDirectories.manage(actor)) throw refusals.notAuthorized();
    found(await this.directories.byId(this.db, id), id);
    return (await this.directories.tokens(this.db, id)).map(({ expires_at, last_used_at, created_at, ...token }) => ({
      ...token,
      expires_at: expires_at?.toISOString() ?? null,
      last_used_at: last_used_at?.toISOString() ?? null,
      created_at: created_at.toISOString(),
    }));
  }

  /**
   * Like every token it is made in person: a browser left open, and a token, leave no key behind.
   * @throws AppError forbidden, not-found
   */
  async create(
    actor: Actor,
    id: number,
    { name, expires_at }: ParsedInputOf<typeof endpoints.create>['body'],
  ): Promise<OutputOf<typeof endpoints.create>> {
    if (!mayDirectories.manage(actor)) throw refusals.notAuthorized();
    await this.fresh.demand(actor);
    const secret = newApiTokenSecret();
    const expiresAt = expires_at ? new Date(expires_at) : null;
    const tokenId = await transaction(this.db, async (tx) => {
      const directory = found(await this.directories.lock(tx, id), id);
      const made = await this.credentials.addApiToken(tx, {
        userId: actor.userId,
        name: name.trim(),
        permissions: [SCIM_PERMISSION],
        secretHash: hashOf(secret),
        expiresAt,
        directoryId: directory.id,
        at: new Date(this.clock.now()),
      });
      await this.audit.record(tx, actor, {
        action: 'directory-token.created',
        object: { type: 'Token', id: made, label: name.trim() },
        changes: { directory: { to: directory.name }, expires_at: { to: expiresAt?.toISOString() ?? null } },
      });
      return made;
    });
    return { id: tokenId, token: formatApiToken({ id: tokenId, secret }) };
  }

  /** @throws AppError forbidden, not-found */
  async delete(actor: Actor, id: number, tokenId: number): Promise<Record<string, never>> {
    if (!mayDirectories.manage(actor)) throw refusals.notAuthorized();
    await transaction(this.db, async (tx) => {
      const token = await this.directories.deleteToken(tx, id, tokenId);
      if (!token) throw refusals.notFound('Token', tokenId);
      await this.announce.accessChanged(tx, [token.user_id], 'token-revoked');
      const object = { type: 'Token', id: tokenId, label: token.name };
      await this.audit.record(tx, actor, { action: 'directory-token.revoked', object });
    });
    return {};
  }
}
