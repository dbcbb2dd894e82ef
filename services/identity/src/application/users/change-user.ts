import { isDeepStrictEqual } from 'node:util';
import type { Actor, AuditChanges } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { grants } from '../../domain/permissions.ts';
import { groupAccess } from '../../domain/rights.ts';
import { record } from '../../events.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import { OAuthGrantStore } from '../../persistence/oauth-grant.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow, UserValues } from '../../persistence/user.table.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { userChanges } from '../audit/user-changes.ts';
import { History, type RuleCause } from '../history/history.ts';
import { refusals } from '../refusals.ts';
import { TellOwner } from '../sign-in/tell-owner.ts';
import type { ResolvedUser } from './user-input.ts';

/** What follows from a change of a user, whoever wishes it: rights, sessions, links, events, audit log. */
@Injectable()
export class ChangeUser {
  constructor(
    private readonly users: UserStore,
    private readonly credentials: CredentialStore,
    private readonly grants: OAuthGrantStore,
    private readonly announce: Announce,
    private readonly history: History,
    private readonly audit: Audit,
    private readonly owner: TellOwner,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Writes what differs, and nothing when nothing does: an update that says the same moves no time.
   * @param told  how the audit log calls it, and what else it tells
   * @returns whether anything did
   * @throws AppError invalid `identity.last-admin`
   */
  async run(
    tx: EntityManager,
    actor: Actor,
    before: UserRow,
    after: ResolvedUser,
    told: { action?: string; more?: AuditChanges; cause?: RuleCause | undefined } = {},
  ): Promise<boolean> {
    const { id } = before;
    const { values, roles, organizations, groups } = changesOf(before, after);
    // Another address is nobody's proof yet.
    if (values.email !== undefined && after.values.verified === undefined && before.verified) values.verified = false;
    if (Object.keys(values).length === 0 && !roles && !organizations && !groups) return false;

    if (roles) await this.users.setRoles(tx, id, after.roleIds ?? []);
    if (organizations) await this.users.setOrganizations(tx, id, after.organizationIds ?? []);
    if (groups) await this.users.setGroups(tx, id, after.groups ?? {});
    const by = { userId: actor.userId, at: new Date(this.clock.now()), cause: told.cause };
    await this.users.update(tx, id, values, by);
    if (isAdmin(before) && (roles || values.active === false) && !(await this.users.anyAdminLeft(tx))) {
      throw refusals.lastAdmin();
    }
    if (roles || values.active === false || values.password_hash !== undefined) {
      const own = id === actor.userId && actor.actingUserId === undefined;
      await this.credentials.endSessions(tx, id, own ? (actor.sessionId ?? null) : null);
    }
    // A link that went to the old address must not open the account of whoever has the new one.
    if (values.password_hash !== undefined || values.email !== undefined || values.login !== undefined) {
      await this.credentials.voidOneTimeTokens(tx, id, new Date(this.clock.now()));
    }
    if (values.password_hash !== undefined) {
      await this.grants.deleteAllOfUser(tx, id);
      record.passwordSet(id, 'admin');
      await this.owner.changed(tx, actor, id, 'password', before);
    }
    // To the old address: the new one may be somebody else's.
    if (values.email !== undefined) await this.owner.changed(tx, actor, id, 'email', before);
    await this.announce.usersChanged(tx, 'updated', [id]);
    const decides = ['login', 'active', 'organization_id', 'preferences', 'password_hash'].some(
      (name) => name in values,
    );
    if (decides || roles || organizations || groups) await this.announce.accessChanged(tx, [id], 'user-updated');
    const row = (await this.users.byIds(tx, [id]))[0] as UserRow;
    await this.history.users(tx, [before], [row], by);
    const changes = userChanges(before, row, values);
    const ruled = told.cause && { rule: { to: told.cause.name } };
    const entry = {
      action: told.action ?? 'user.changed',
      object: { type: 'User', id },
      changes: { ...changes, ...told.more, ...ruled },
    };
    await this.audit.record(tx, actor, entry);
    return true;
  }
}

export function isAdmin(row: Pick<UserRow, 'active' | 'permissions'>): boolean {
  return row.active && grants(row.permissions, 'admin.user');
}

/** What of a written user differs from what is there. */
export function changesOf(before: UserRow, after: ResolvedUser) {
  return {
    values: differing(before, after.values),
    roles: after.roleIds !== undefined && !isDeepStrictEqual(after.roleIds, before.role_ids),
    organizations: after.organizationIds && !isDeepStrictEqual(after.organizationIds, before.organization_ids),
    groups: after.groups && !isDeepStrictEqual(after.groups, groupAccess(before.group_access)),
  };
}

function differing(before: UserRow, values: UserValues): UserValues {
  const old: Record<string, unknown> = { ...before };
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => !isDeepStrictEqual(value, old[name])));
}
