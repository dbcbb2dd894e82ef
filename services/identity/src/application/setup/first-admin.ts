import type { AccessLevel } from '@helpmesh/contracts';
import { Outbox } from '@helpmesh/messaging';
import { lockInTransaction, sql } from '@helpmesh/persistence';
import type { EntityManager } from 'typeorm';
import { GroupStore } from '../../persistence/group.store.ts';
import { OrganizationStore } from '../../persistence/organization.store.ts';
import { SetupStore } from '../../persistence/setup.store.ts';
import { UserStore } from '../../persistence/user.store.ts';
import { Announce } from '../announce.ts';
import { refusals } from '../refusals.ts';

/** Both seeds and the form give the first administrator the same number, so that it can be spoken of. */
export const firstAdminId = 3;

export interface FirstAdmin {
  /** In its normal form; also the login. */
  email: string;
  firstname: string;
  lastname: string;
  locale: string;
  /** Null: the first password is set by a reset mail. */
  passwordHash: string | null;
}

/**
 * Makes the first administrator: all roles and groups that an agent in charge needs, and the note that the setup is
 * over, in one transaction.
 * @returns false when there was one before; of any number at once exactly one is made
 * @throws AppError invalid `identity.email-taken`: somebody wrote a mail to the desk with this address
 */
export async function makeFirstAdmin(tx: EntityManager, admin: FirstAdmin, at: Date): Promise<boolean> {
  const users = new UserStore();
  if (!(await new SetupStore().finish(tx, at))) return false;
  const { email, firstname, lastname, locale, passwordHash } = admin;
  await lockInTransaction(tx, `identity.name ${email}`);
  if ((await users.findId(tx, email)) !== undefined) throw refusals.emailTaken(email);
  await sql(
    tx,
    `INSERT INTO users (id, login, email, firstname, lastname, preferences, verified, password_hash, created_by_id,
                        updated_by_id, created_at, updated_at)
     VALUES ($1, $2, $2, $3, $4, $5, true, $6, 1, 1, $7, $7)`,
    [firstAdminId, email, firstname, lastname, { locale }, passwordHash, at],
  );
  await sql(tx, "INSERT INTO user_role (user_id, role_id) SELECT $1, id FROM roles WHERE name IN ('Admin', 'Agent')", [
    firstAdminId,
  ]);
  const level: AccessLevel = 'full';
  await sql(tx, 'INSERT INTO user_group (user_id, group_id, access) SELECT $1, id, $2 FROM groups', [
    firstAdminId,
    level,
  ]);
  const says = new Announce(new Outbox('identity'), users, new OrganizationStore(), new GroupStore());
  await says.usersChanged(tx, 'created', [firstAdminId]);
  return true;
}
