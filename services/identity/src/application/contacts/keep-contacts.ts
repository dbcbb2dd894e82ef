import { randomUUID } from 'node:crypto';
import type { Caller, keepContacts, OutputOf, ParsedInputOf } from '@helpmesh/contracts';
import type { Clock } from '@helpmesh/kernel';
import { lockInTransaction, transaction } from '@helpmesh/persistence';
import { CLOCK } from '@helpmesh/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { domainOf, isAddress, normalAddress } from '../../domain/address.ts';
import { decideAccount, isPlainCustomer } from '../../domain/federated/account.ts';
import { type Identification, identify } from '../../domain/user.ts';
import { record } from '../../events.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { RoleStore } from '../../persistence/role.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import type { UserRow } from '../../persistence/user.table.ts';
import { Announce } from '../announce.ts';
import { Audit } from '../audit/audit.ts';
import { userChanges } from '../audit/user-changes.ts';
import { ChangeUser } from '../users/change-user.ts';

type Contact = ParsedInputOf<typeof keepContacts>['contacts'][number];
type Kept = OutputOf<typeof keepContacts>['contacts'][number];

/**
 * Customers that another system brings. It vouches for their addresses, but an account that may do more than a customer
 * is never given to it: such a contact gets an account of its own, without the address.
 */
@Injectable()
export class KeepContacts {
  constructor(
    private readonly db: DataSource,
    private readonly users: UserStore,
    private readonly roles: RoleStore,
    private readonly organizations: OrganizationStore,
    private readonly change: ChangeUser,
    private readonly announce: Announce,
    private readonly audit: Audit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** All or none. Asked again it finds whom it made. */
  async run(by: Caller, contacts: readonly Contact[]): Promise<Kept[]> {
    let made = 0;
    const kept = await transaction(this.db, async (tx) => {
      made = 0;
      const named = contacts.map((contact) => ({ ...contact, email: usable(contact.email) }));
      // Writers of the same name take turns, in one order.
      const names = new Set(named.flatMap(({ email, login }) => [email, login]).filter((name) => name !== ''));
      for (const name of [...names].sort()) await lockInTransaction(tx, `identity.name ${name}`);
      const taken = new Set(contacts.flatMap(({ userId }) => userId ?? []));
      const answers: Kept[] = [];
      for (const contact of named) {
        const known = await this.find(tx, contact, taken);
        const answer = known ? await this.update(tx, by, known, contact) : await this.add(tx, by, contact);
        if (!known) made += 1;
        taken.add(answer.userId);
        answers.push(answer);
      }
      return answers;
    });
    if (made > 0) record.usersCreated('contacts', made);
    return kept;
  }

  /** @param taken  who is another contact already */
  private async find(tx: EntityManager, contact: Contact, taken: ReadonlySet<number>): Promise<UserRow | undefined> {
    const named = contact.userId === null ? undefined : await this.users.lock(tx, contact.userId);
    if (named) return named;
    const [own] = await this.customersOf(tx, contact.login);
    if (own && !taken.has(own.id)) return this.users.lock(tx, own.id);
    if (!contact.mayLink || contact.email === '') return undefined;
    const newcomer = { verifiedEmail: contact.email, emailTrusted: true, createsAccounts: true };
    const decision = decideAccount(newcomer, await this.having(tx, contact.email));
    if (decision.do !== 'link' || taken.has(decision.userId)) return undefined;
    return this.users.lock(tx, decision.userId);
  }

  private async update(tx: EntityManager, by: Caller, before: UserRow, contact: Contact): Promise<Kept> {
    const { id } = before;
    if (!isPlainCustomer(before)) return { userId: id, changed: false };
    const others = contact.email === '' ? [] : await this.users.namesakes(tx, [contact.email], id);
    const { firstname, lastname } = contact;
    const identified = identify(
      before,
      {
        ...((firstname !== '' || lastname !== '') && { firstname, lastname }),
        ...(contact.email !== '' && others.length === 0 && { email: contact.email }),
      },
      contact.login,
    );
    if (!identified.ok) return { userId: id, changed: false };
    const told = { action: 'user.changed-by-contacts' };
    const changed = await this.change.run(tx, by, before, { values: identified.identification }, told);
    return { userId: id, changed };
  }

  private async add(tx: EntityManager, by: Caller, contact: Contact): Promise<Kept> {
    const free = contact.email !== '' && (await this.having(tx, contact.email)).length === 0;
    const email = free ? contact.email : '';
    const login = (await this.having(tx, contact.login)).length === 0 ? contact.login : `auto-${randomUUID()}`;
    const values = {
      ...identification(contact, email, login),
      verified: email !== '',
      organization_id: email === '' ? null : await this.organizations.idByDomain(tx, domainOf(email)),
    };
    const id = await this.users.insert(tx, values, { userId: by.userId, at: new Date(this.clock.now()) });
    await this.users.setRoles(tx, id, await this.roles.signupIds(tx));
    await this.announce.usersChanged(tx, 'created', [id]);
    const [row] = await this.users.byIds(tx, [id]);
    const changes = userChanges(null, row ?? null, values);
    await this.audit.record(tx, by, { action: 'user.created-by-contacts', object: { type: 'User', id }, changes });
    return { userId: id, changed: true };
  }

  private async having(tx: EntityManager, name: string): Promise<UserRow[]> {
    return this.users.byIds(tx, await this.users.idsByLogins(tx, [name]));
  }

  private async customersOf(tx: EntityManager, login: string): Promise<UserRow[]> {
    return (await this.having(tx, login)).filter((row) => row.login === login && isPlainCustomer(row));
  }
}

/** An address that is none is nobody's. */
function usable(email: string): string {
  const address = normalAddress(email);
  return isAddress(address) ? address : '';
}

/** A contact that has neither name nor address goes by its login. */
function identification({ firstname, lastname }: Contact, email: string, login: string): Identification {
  const nameless = firstname.trim() === '' && lastname.trim() === '' && email === '';
  const identified = identify(null, { firstname, lastname: nameless ? login : lastname, email }, login);
  if (!identified.ok) throw new Error(`a contact cannot be named: ${identified.why}`);
  return identified.identification;
}
