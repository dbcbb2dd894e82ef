import type { Actor, createToken, listTokens, OutputOf, ParsedInputOf, userTokens } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayCredentials, mayUsers } from '../../domain/access.ts';
import { grants, tokenPermissions } from '../../domain/permissions.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import type { ApiTokenRow } from '../../persistence/principal.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { refusals } from '../refusals.ts';
import { formatApiToken, hashOf, newApiTokenSecret } from '../secrets.ts';
import { Freshness } from './freshness.ts';
import { TellOwner } from './tell-owner.ts';

@Injectable()
export class ApiTokens {
  constructor(
    private readonly db: DataSource,
    private readonly credentials: CredentialStore,
    private readonly roles: RoleStore,
    private readonly users: UserStore,
    private readonly announce: Announce,
    private readonly fresh: Freshness,
    private readonly audit: Audit,
    private readonly owner: TellOwner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Own tokens, and every permission that the caller may put into one. */
  async list(actor: Actor): Promise<OutputOf<typeof listTokens>> {
    if (!mayCredentials.tokens(actor)) throw refusals.notAuthorized();
    const [tokens, permissions] = [
      await this.credentials.apiTokensOf(this.db, actor.userId),
      await this.roles.permissions(this.db),
    ];
    return {
      tokens: tokens.map(shown),
      permissions: permissions
        .filter(({ name }) => grants(actor.permissions, name))
        .map(({ id, name }) => ({ id, name, active: true, preferences: {} })),
    };
  }

  /**
   * Makes a token, shown this once. It can hold what the caller holds at present, never more: a narrow token makes no
   * wide one and none that outlives it, and acting for somebody leaves no key to their account behind. A session must
   * have been proven not long ago: a browser left open gives no key away that outlives it.
   * @throws AppError forbidden, invalid
   */
  async create(actor: Actor, body: ParsedInputOf<typeof createToken>['body']): Promise<{ token: string }> {
    if (!mayCredentials.tokens(actor) || !mayCredentials.inPerson(actor)) throw refusals.notAuthorized();
    if (actor.via === 'session') await this.fresh.demand(actor);
    if (body.name.trim() === '') throw refusals.blank('Name');
    const permissions = [...new Set(body.permission ?? [])];
    if (permissions.length === 0) throw refusals.required('permission');
    for (const name of permissions) {
      if (!tokenPermissions.includes(name)) throw refusals.noSuchName('permission', name);
      if (!grants(actor.permissions, name)) throw refusals.notAuthorized();
    }
    const secret = newApiTokenSecret();
    const expiresAt = earlier(expiry(body.expires_at), expiry(actor.credentialExpiresAt));
    const id = await transaction(this.db, async (tx) => {
      const made = await this.credentials.addApiToken(tx, {
        userId: actor.userId,
        name: body.name.trim(),
        permissions,
        secretHash: hashOf(secret),
        expiresAt,
        at: new Date(this.clock.now()),
      });
      await this.audit.record(tx, actor, {
        action: 'token.created',
        object: { type: 'Token', id: made, label: body.name.trim() },
        changes: { permissions: { to: permissions }, expires_at: { to: expiresAt?.toISOString() ?? null } },
      });
      await this.owner.changed(tx, actor, actor.userId, 'token-added');
      return made;
    });
    return { token: formatApiToken({ id, secret }) };
  }

  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayCredentials.tokens(actor)) throw refusals.notAuthorized();
    return this.revoke(actor, actor.userId, id);
  }

  /** Of anybody, without their secrets. @throws AppError forbidden, not-found */
  async ofUser(actor: Actor, userId: number): Promise<OutputOf<typeof userTokens.list>> {
    if (!mayCredentials.manageTokens(actor)) throw refusals.notAuthorized();
    if ((await this.users.byIds(this.db, [userId])).length === 0) throw refusals.notFound('User', userId);
    return (await this.credentials.apiTokensOf(this.db, userId)).map(shown);
  }

  /** @throws AppError forbidden, not-found */
  async deleteOfUser(actor: Actor, userId: number, id: number): Promise<Record<string, never>> {
    if (!mayCredentials.manageTokens(actor)) throw refusals.notAuthorized();
    const [person] = await this.users.byIds(this.db, [userId]);
    if (person && !mayUsers.endAccess(actor, person)) throw refusals.beyondOwnRights();
    return this.revoke(actor, userId, id);
  }

  private async revoke(actor: Actor, userId: number, id: number): Promise<Record<string, never>> {
    await transaction(this.db, async (tx) => {
      if (!(await this.credentials.deleteApiToken(tx, userId, id))) throw refusals.notFound('Token', id);
      await this.announce.accessChanged(tx, [userId], 'token-revoked');
      await this.audit.record(tx, actor, { action: 'token.revoked', object: { type: 'Token', id } });
      await this.owner.changed(tx, actor, userId, 'token-removed');
    });
    return {};
  }
}

function shown(token: ApiTokenRow): OutputOf<typeof userTokens.list>[number] {
  return {
    id: token.id,
    name: token.name,
    preferences: { permission: token.permissions },
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
    expires_at: token.expiresAt?.toISOString() ?? null,
    created_at: token.createdAt.toISOString(),
  };
}

function expiry(text: string | null | undefined): Date | null {
  if (text === null || text === undefined || text === '') return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw refusals.badParameter('expires_at', text);
  return at;
}

/** Null is never. */
function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
