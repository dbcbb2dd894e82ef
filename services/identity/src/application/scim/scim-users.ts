import { randomUUID } from 'node:crypto';
import type { AuditChanges, Caller } from '@helpmesh/contracts';
import { AppError, type Clock } from '@helpmesh/kernel';
import { lockInTransaction } from '@helpmesh/persistence';
import { CLOCK, CONFIG } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Schemas } from 'scimmy';
import { DataSource, type EntityManager } from 'typeorm';
import type { IdentityConfig } from '../../config.ts';
import { domainOf } from '../../domain/address.ts';
import { decideDirectoryAccount, isOfDomains, mayReaddress } from '../../domain/directory/account.ts';
import { userAttributes } from '../../domain/scim/query.ts';
import { type Identification, identify } from '../../domain/user.ts';
import { record } from '../../events.ts';
import { CredentialStore } from '../../persistence/credential.store.ts';
import type { DirectoryRow } from '../../persistence/directory.store.ts';
import { type AccountRow, DirectoryAccountStore } from '../../persistence/directory-account.store.ts';
import { DirectoryGroupStore } from '../../persistence/directory-group.store.ts';
import { OAuthGrantStore } from '../../persistence/oauth-grant.store.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow, UserValues } from '../../persistence/user.table.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { userChanges } from '../audit/user-changes.ts';
import { FederatedRights } from '../federated/federated-rights.ts';
import { ChangeUser } from '../users/change-user.ts';
import { TakenNames } from '../users/taken-names.ts';
import { scimBase } from './base.ts';
import { addressTaken, DirectoryWrite } from './directory-write.ts';
import { ENTERPRISE_SCHEMA, USER_SCHEMA, withLibrary, withSchemas } from './library.ts';
import { listingOf, listResponse, type Query, type Wanted, wantedOf } from './listing.ts';
import { scimRefusals } from './refusals.ts';
import { type Person, patchedPerson, personOf, userResource } from './user-resource.ts';
import { type Answer, refuseStale } from './versions.ts';

/** People of a directory, as SCIM users. */
@Injectable()
export class ScimUsers {
  private readonly base: string;

  constructor(
    private readonly db: DataSource,
    private readonly writing: DirectoryWrite,
    private readonly accounts: DirectoryAccountStore,
    private readonly groups: DirectoryGroupStore,
    private readonly users: UserStore,
    private readonly roles: RoleStore,
    private readonly organizations: OrganizationStore,
    private readonly credentials: CredentialStore,
    private readonly oauth: OAuthGrantStore,
    private readonly names: TakenNames,
    private readonly change: ChangeUser,
    private readonly rights: FederatedRights,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) config: IdentityConfig,
  ) {
    this.base = scimBase(config);
  }

  async list(actor: Caller, query: Query): Promise<Answer> {
    const directory = await this.writing.reading(actor);
    const [listing, wanted] = [await listingOf(query, userAttributes), await wantedOf(query)];
    const { ids, total } = await this.accounts.page(this.db, directory.id, listing);
    const rows = await this.accounts.byIds(this.db, directory.id, ids);
    return { status: 200, body: listResponse(await this.shown(this.db, rows, wanted), total, listing.startIndex) };
  }

  async get(actor: Caller, id: string, query: Query): Promise<Answer> {
    const directory = await this.writing.reading(actor);
    const [row] = await this.accounts.byIds(this.db, directory.id, [numberOf(id)]);
    if (!row) throw scimRefusals.notFound('Users', id);
    return this.answer(this.db, row, 200, query);
  }

  /** @throws AppError conflict `scim.uniqueness`; forbidden `scim.account-has-rights`; unreadable `scim.…` */
  async create(actor: Caller, body: unknown, query: Query): Promise<Answer> {
    const person = await personOf(body);
    return this.writing.run(actor, async (tx, directory) => {
      refuseForeignAddress(directory, person.email);
      await this.refuseTaken(tx, directory, person, 0);
      const known = await this.accountFor(tx, directory, person);
      const active = person.active ?? true;
      const userId = known ? known.before.id : await this.add(tx, actor, directory, person);
      const closedHere = known?.closedHere === true;
      const word = { ...keysOf(person), active: closedHere || active };
      await this.accounts.bind(tx, { ...word, userId, directoryId: directory.id, at: this.now() });
      if (known) {
        const open = active && !closedHere;
        const action = 'user.taken-by-directory';
        await this.write(tx, actor, directory, known.before, { person, open, moved: true, action });
      }
      const [row] = await this.accounts.byIds(tx, directory.id, [userId]);
      return this.answer(tx, row as AccountRow, 201, query);
    });
  }

  /** @throws AppError not-found, stale, conflict `scim.uniqueness`; forbidden; unreadable `scim.…` */
  async replace(actor: Caller, id: string, body: unknown, query: Query, ifMatch?: string): Promise<Answer> {
    const person = await personOf(body);
    return this.update(actor, id, async () => person, query, ifMatch);
  }

  /** @throws AppError as `replace` */
  async patch(actor: Caller, id: string, body: unknown, query: Query, ifMatch?: string): Promise<Answer> {
    return this.update(actor, id, (row) => patchedPerson(row, body), query, ifMatch);
  }

  /**
   * Ends the account's sessions and tokens, and closes it; what it wrote stays. The directory knows it no more.
   * @throws AppError not-found, stale, forbidden `scim.last-admin`
   */
  async delete(actor: Caller, id: string, ifMatch?: string): Promise<Answer> {
    return this.writing.run(actor, async (tx, directory) => {
      const { before, row } = await this.locked(tx, directory, id, ifMatch);
      const told = { action: 'user.deleted-by-directory', more: directoryOf(directory) };
      await this.revoke(tx, row.id);
      const changed = await this.change.run(tx, actor, before, { values: { active: false } }, told);
      await this.accounts.markDeleted(tx, row.id, { closedHere: row.active && !row.open, at: this.now() });
      await this.rights.settle(tx, [row.id]);
      if (!changed) {
        const object = { type: 'User', id: row.id };
        await this.audit.record(tx, actor, { action: told.action, object, changes: told.more });
      }
      return { status: 204 };
    });
  }

  private async update(
    actor: Caller,
    id: string,
    personFor: (row: AccountRow) => Promise<Person>,
    query: Query,
    ifMatch: string | undefined,
  ): Promise<Answer> {
    return this.writing.run(actor, async (tx, directory) => {
      const { before, row } = await this.locked(tx, directory, id, ifMatch);
      const person = await personFor(row);
      if (person.email !== row.email) refuseForeignAddress(directory, person.email);
      await this.refuseTaken(tx, directory, person, row.id);
      if (person.email !== before.email) await this.refuseReaddress(tx, directory, row.id);
      // What an administrator closed stays closed, whatever the directory says.
      const closedHere = row.active && !row.open;
      const open = !closedHere && (person.active ?? row.open);
      const moved = await this.accounts.change(
        tx,
        row.id,
        { ...keysOf(person), active: closedHere || open },
        this.now(),
      );
      await this.write(tx, actor, directory, before, { person, open, moved, action: 'user.changed-by-directory' });
      const [after] = await this.accounts.byIds(tx, directory.id, [row.id]);
      return this.answer(tx, after as AccountRow, 200, query);
    });
  }

  /** The account that the person has already, and whether an administrator closed it; undefined: there is none. */
  private async accountFor(
    tx: EntityManager,
    directory: DirectoryRow,
    person: Person,
  ): Promise<{ before: UserRow; closedHere: boolean } | undefined> {
    const { externalId } = person;
    const deleted = externalId === null ? undefined : await this.accounts.deletedBy(tx, directory.id, externalId);
    const userId = deleted ?? (await this.namesake(tx, directory, person));
    if (userId === undefined) return undefined;
    const before = (await this.users.lock(tx, userId)) as UserRow;
    await this.refuseReaddress(tx, directory, userId);
    const [account] = await this.accounts.ofUsers(tx, [userId]);
    return { before, closedHere: account?.active === true && !before.active };
  }

  private async namesake(
    tx: EntityManager,
    directory: DirectoryRow,
    { email, externalId }: Person,
  ): Promise<number | undefined> {
    if (email === '') return undefined;
    // Whoever writes the same address by another way waits, or has written it already.
    await lockInTransaction(tx, `identity.name ${email}`);
    const ids = await this.users.idsByLogins(tx, [email]);
    const accounts = new Map((await this.accounts.ofUsers(tx, ids)).map((account) => [account.userId, account]));
    const found = await this.users.byIds(tx, ids);
    const decision = decideDirectoryAccount(
      { directoryId: directory.id, externalId, claims: directory.claims_accounts },
      found.map((user) => ({ ...user, account: accounts.get(user.id) ?? null })),
    );
    if (decision.do === 'refuse') throw addressTaken();
    return decision.do === 'create' ? undefined : decision.userId;
  }

  private async add(tx: EntityManager, actor: Caller, directory: DirectoryRow, person: Person): Promise<number> {
    const identification = this.identified(null, person);
    await this.names.refuseTaken(tx, identification, null);
    const values: UserValues = {
      ...identification,
      department: person.department,
      active: person.active ?? true,
      verified: person.email !== '',
      organization_id:
        directory.organization_id ??
        (person.email === '' ? null : await this.organizations.idByDomain(tx, domainOf(person.email))),
      ...(person.locale !== null && { preferences: { locale: person.locale } }),
    };
    const id = await this.users.insert(tx, values, { userId: actor.userId, at: this.now() });
    const { default_role_id: role } = directory;
    await this.users.setRoles(tx, id, role === null ? await this.roles.signupIds(tx) : [role]);
    await this.announce.usersChanged(tx, 'created', [id]);
    record.usersCreated('directory', 1);
    const [row] = await this.users.byIds(tx, [id]);
    const changes = { ...userChanges(null, row ?? null, values), ...directoryOf(directory) };
    await this.audit.record(tx, actor, { action: 'user.created-by-directory', object: { type: 'User', id }, changes });
    return id;
  }

  /** What the directory says becomes the account's. */
  private async write(
    tx: EntityManager,
    actor: Caller,
    directory: DirectoryRow,
    before: UserRow,
    { person, open, moved, action }: { person: Person; open: boolean; moved: boolean; action: string },
  ): Promise<void> {
    const identification = this.identified(before, person);
    await this.names.refuseTaken(tx, identification, before);
    const { locale } = person;
    const values: UserValues = {
      ...identification,
      department: person.department,
      active: open,
      verified: before.email === person.email ? before.verified : person.email !== '',
      ...(locale !== null && { preferences: { ...before.preferences, locale } }),
    };
    if (before.active && !open) await this.revoke(tx, before.id);
    const more = directoryOf(directory);
    const changed = await this.change.run(tx, actor, before, { values }, { action, more });
    // The directory's own names of the person are a change as well.
    if (!changed && moved) {
      await this.audit.record(tx, actor, { action, object: { type: 'User', id: before.id }, changes: more });
    }
  }

  /** Sessions end with the account; a token would come back to life with it, and a link as well. */
  private async revoke(tx: EntityManager, userId: number): Promise<void> {
    await this.credentials.deleteApiTokens(tx, userId);
    await this.oauth.deleteAllOfUser(tx, userId);
    await this.credentials.voidOneTimeTokens(tx, userId, this.now());
  }

  private async locked(
    tx: EntityManager,
    directory: DirectoryRow,
    id: string,
    ifMatch: string | undefined,
  ): Promise<{ before: UserRow; row: AccountRow }> {
    const userId = numberOf(id);
    const [known] = await this.accounts.byIds(tx, directory.id, [userId]);
    const before = known && (await this.users.lock(tx, userId));
    // Again, now that nobody else changes it.
    const [row] = before ? await this.accounts.byIds(tx, directory.id, [userId]) : [];
    if (!before || !row) throw scimRefusals.notFound('Users', id);
    refuseStale(ifMatch, row.version);
    return { before, row };
  }

  private async refuseTaken(tx: EntityManager, directory: DirectoryRow, person: Person, ownId: number): Promise<void> {
    if (!(await this.accounts.taken(tx, directory.id, { ...keysOf(person), active: true }, ownId))) return;
    throw scimRefusals.uniqueness("A user with this 'userName' or 'externalId' exists already.");
  }

  private async refuseReaddress(tx: EntityManager, directory: DirectoryRow, userId: number): Promise<void> {
    if (mayReaddress(await this.accounts.otherRights(tx, userId, directory.id))) return;
    throw scimRefusals.readdress();
  }

  private identified(before: UserRow | null, person: Person): Identification {
    const { firstname, lastname, email, phone, mobile } = person;
    const named =
      firstname !== '' || lastname !== '' ? { firstname, lastname } : { firstname, lastname: person.userName };
    const identified = identify(before, { ...named, email, phone, mobile }, `auto-${randomUUID()}`);
    if (identified.ok) return identified.identification;
    if (identified.why === 'email-invalid') throw scimRefusals.invalidValue(`'${person.email}' is no e-mail address.`);
    throw new AppError('bug', 'scim.account-unnamed', 'The account could not be written.');
  }

  private async answer(tx: DataSource | EntityManager, row: AccountRow, status: number, query: Query): Promise<Answer> {
    const [body] = await this.shown(tx, [row], await wantedOf(query));
    return { status, body, etag: `W/"${row.version}"`, location: `${this.base}/Users/${row.id}` };
  }

  private async shown(tx: DataSource | EntityManager, rows: readonly AccountRow[], wanted: Wanted): Promise<unknown[]> {
    const ids = rows.map(({ id }) => id);
    const groups = wanted.wants('groups') ? await this.groups.groupsOf(tx, ids) : [];
    const of = Map.groupBy(groups, (membership) => membership.of);
    return withLibrary(() =>
      rows.map((row) => {
        const resource = userResource(row, of.get(row.id) ?? [], this.base);
        const shown = new Schemas.User(resource as never, 'out', `${this.base}/Users`, wanted.filter as never);
        return withSchemas(shown, [USER_SCHEMA, ENTERPRISE_SCHEMA]);
      }),
    );
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}

function refuseForeignAddress(directory: DirectoryRow, email: string): void {
  if (email === '' || isOfDomains(email, directory.domains)) return;
  throw scimRefusals.invalidValue('The e-mail address is in no domain of this directory.');
}

function keysOf({ userName, externalId }: Person): { userName: string; externalId: string | null } {
  return { userName, externalId };
}

function directoryOf({ name }: DirectoryRow): AuditChanges {
  return { directory: { to: name } };
}

/** An id of SCIM is a text; what is none of ours is the id of nothing. */
function numberOf(id: string): number {
  return /^[1-9]\d{0,8}$/.test(id) ? Number(id) : 0;
}
