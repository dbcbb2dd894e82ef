import { randomUUID } from 'node:crypto';
import type { Actor, UserInput } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { transaction, violates } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { accountFields, mayUsers } from '../../domain/access.ts';
import { domainOf } from '../../domain/address.ts';
import { type Identification, identify } from '../../domain/user.ts';
import { record } from '../../events.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow } from '../../persistence/user.table.ts';
import { Announce } from '../announce.ts';
import { Attributes } from '../attributes/attributes.ts';
import { Audit } from '../audit/audit.ts';
import { userChanges } from '../audit/user-changes.ts';

import { History, type RuleCause } from '../history/history.ts';
import { type Json, Present, type Shape } from '../present.ts';
import { OutOfOffice } from '../profile/out-of-office.ts';
import { refusals } from '../refusals.ts';
import { fullName, Links } from '../sign-in/links.ts';
import { Passwords } from '../sign-in/passwords.ts';
import { TicketReferences } from '../ticket-references.ts';
import { ChangeUser, changesOf, isAdmin } from './change-user.ts';
import { TakenNames } from './taken-names.ts';
import { type ResolvedUser, ResolveUserInput, writableInput } from './user-input.ts';

/** Adds, changes and deletes users. */
@Injectable()
export class WriteUser {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly organizations: OrganizationStore,
    private readonly roles: RoleStore,
    private readonly resolve: ResolveUserInput,
    private readonly names: TakenNames,
    private readonly change: ChangeUser,
    private readonly away: OutOfOffice,
    private readonly passwords: Passwords,
    private readonly links: Links,
    private readonly announce: Announce,
    private readonly present: Present,
    private readonly attributes: Attributes,
    private readonly history: History,
    private readonly audit: Audit,
    private readonly tickets: TicketReferences,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Agents make customers; who may manage users makes anybody. @throws AppError forbidden, invalid */
  async create(actor: Actor, sent: UserInput, shape: Shape): Promise<Json> {
    if (!mayUsers.create(actor)) throw refusals.notAuthorized();
    const input = writableInput(actor, sent);
    const hash = await this.hashOf(input);
    const created = await transaction(this.db, async (tx) => {
      return this.present.one(tx, actor, 'users', await this.createIn(tx, actor, input, hash), shape);
    });
    record.usersCreated('rest', 1);
    return created;
  }

  /**
   * @param input  what of it the actor may write
   * @throws AppError invalid, forbidden
   */
  async createIn(
    tx: EntityManager,
    actor: Actor,
    input: UserInput,
    hash: { password_hash?: string } = {},
  ): Promise<UserRow> {
    const identification = identifyOrRefuse(null, input);
    return this.named(identification.email, async () => {
      await this.names.refuseTaken(tx, identification, null);
      const resolved = await this.resolve.run(tx, input);
      await this.refuseRolesBeyond(tx, actor, resolved.roleIds ?? []);
      const organizationId =
        resolved.values.organization_id === undefined && identification.email !== ''
          ? await this.organizations.idByDomain(tx, domainOf(identification.email))
          : (resolved.values.organization_id ?? null);
      const by = { userId: actor.userId, at: new Date(this.clock.now()) };
      const custom = await this.attributes.made(actor, 'User', input.custom);
      const values = { ...resolved.values, ...identification, ...hash, custom, organization_id: organizationId };
      const id = await this.users.insert(tx, values, by);
      await this.users.setRoles(tx, id, resolved.roleIds ?? (await this.roles.signupIds(tx)));
      if (resolved.organizationIds) await this.users.setOrganizations(tx, id, resolved.organizationIds);
      if (resolved.groups) await this.users.setGroups(tx, id, resolved.groups);
      const row = await this.row(tx, id);
      await this.announce.usersChanged(tx, 'created', [id]);
      if (input.invite) await this.invite(tx, actor, row);
      const changes = userChanges(null, row, values);
      await this.audit.record(tx, actor, { action: 'user.created', object: { type: 'User', id }, changes });
      return row;
    });
  }

  /** @throws AppError forbidden, not-found, invalid */
  async update(actor: Actor, id: number, sent: UserInput, shape: Shape): Promise<Json> {
    // Whoever may change nobody does not learn who exists.
    if (!mayUsers.create(actor)) throw refusals.notAuthorized();
    const input = writableInput(actor, sent);
    const hash = await this.hashOf(input);
    return transaction(this.db, async (tx) => {
      await this.updateIn(tx, actor, id, input, hash);
      return this.present.one(tx, actor, 'users', await this.row(tx, id), shape);
    });
  }

  /** @returns whether anything changed @throws AppError as `createIn`; not-found */
  async updateIn(
    tx: EntityManager,
    actor: Actor,
    id: number,
    input: UserInput,
    hash: { password_hash?: string } = {},
    cause?: RuleCause,
  ): Promise<boolean> {
    return this.named(input.email ?? '', async () => {
      const before = await this.users.lock(tx, id);
      if (!before) throw refusals.notFound('User', id);
      if (!mayUsers.update(actor, before)) throw refusals.notAuthorized();
      const resolved = await this.resolve.run(tx, input);
      const identification = identifyOrRefuse(before, input);
      await this.names.refuseTaken(tx, identification, before);
      if (resolved.values.preferences) {
        resolved.values.preferences = { ...before.preferences, ...resolved.values.preferences };
      }
      const custom = await this.attributes.changed(actor, 'User', before, input.custom);
      const away = await this.away.valuesOf(tx, before, input);
      const after = { ...resolved, values: { ...resolved.values, ...identification, ...hash, ...away, custom } };
      await this.refuseBeyond(tx, actor, before, after, {
        invites: input.invite === true,
        byRule: cause !== undefined,
      });
      const changed = await this.change.run(tx, actor, before, after, { cause });
      if (input.invite) await this.invite(tx, actor, await this.row(tx, id));
      return changed;
    });
  }

  /** Deletes a user whom nothing refers to. @throws AppError forbidden, not-found, invalid */
  async delete(actor: Actor, id: number): Promise<Record<string, never>> {
    if (!mayUsers.delete(actor)) throw refusals.notAuthorized();
    const inTickets = await this.tickets.referTo('user', id);
    await transaction(this.db, async (tx) => {
      const row = await this.users.lock(tx, id);
      if (!row) throw refusals.notFound('User', id);
      if (!mayUsers.changeAccount(actor, row)) throw refusals.beyondOwnRights();
      if (id === actor.userId || inTickets || (await this.users.isReferenced(tx, id))) throw refusals.referenced();
      await this.users.delete(tx, id);
      await this.history.forget(tx, 'User', id);
      if (isAdmin(row) && !(await this.users.anyAdminLeft(tx))) throw refusals.lastAdmin();
      await this.announce.userDeleted(tx, id, row.version);
      await this.announce.accessChanged(tx, [id], 'user-deleted');
      const changes = userChanges(row, null, {});
      await this.audit.record(tx, actor, { action: 'user.deleted', object: { type: 'User', id }, changes });
    });
    return {};
  }

  /** What is written as it was, as clients do that send the whole row, is no change. @throws AppError forbidden */
  private async refuseBeyond(
    tx: EntityManager,
    actor: Actor,
    before: UserRow,
    after: ResolvedUser,
    { invites, byRule }: { invites: boolean; byRule: boolean },
  ): Promise<void> {
    const { values, roles } = changesOf(before, after);
    const ofAccount = roles || invites || accountFields.some((name) => name in values);
    if (ofAccount && byRule && !mayUsers.changeAccountByRule(before)) throw refusals.ofAdministrators();
    if (ofAccount && !mayUsers.changeAccount(actor, before)) throw refusals.beyondOwnRights();
    if (!roles) return;
    await this.refuseRolesBeyond(tx, actor, after.roleIds?.filter((id) => !before.role_ids.includes(id)) ?? []);
  }

  /** @throws AppError forbidden */
  private async refuseRolesBeyond(tx: EntityManager, actor: Actor, given: readonly number[]): Promise<void> {
    const permissions = (await this.roles.byIds(tx, given)).flatMap((role) => role.permissions);
    if (!mayUsers.giveRoles(actor, permissions)) throw refusals.beyondOwnRights();
  }

  private async invite(tx: EntityManager, actor: Actor, row: UserRow): Promise<void> {
    if (row.email === '') throw refusals.required('email');
    if (!row.active) return;
    const [inviter] = actor.kind === 'user' ? await this.users.byIds(tx, [actor.actingUserId ?? actor.userId]) : [];
    await this.links.send(tx, 'invitation', row, inviter ? { inviter: fullName(inviter) } : {});
  }

  private async hashOf({ password }: UserInput): Promise<{ password_hash?: string }> {
    return password ? { password_hash: await this.passwords.hash(password) } : {};
  }

  /** Violated unique constraints become the documented refusals: somebody was faster. */
  private async named<T>(email: string, fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
    } catch (error) {
      if (violates(error, 'users_email_key')) throw refusals.emailTaken(email);
      if (violates(error, 'users_login_key')) throw refusals.exists();
      throw error;
    }
  }

  private async row(tx: EntityManager, id: number): Promise<UserRow> {
    return (await this.users.byIds(tx, [id]))[0] as UserRow;
  }
}

function identifyOrRefuse(before: UserRow | null, input: UserInput): Identification {
  const identified = identify(before, input, `auto-${randomUUID()}`);
  if (identified.ok) return identified.identification;
  throw identified.why === 'no-identifier' ? refusals.noIdentifier() : refusals.emailInvalid(identified.email);
}
