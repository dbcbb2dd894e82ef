import type { AccessLevel } from '@helpmesh/contracts';
import { Outbox } from '@helpmesh/messaging';
import { lockInTransaction, sql, transaction } from '@helpmesh/persistence';
import { logger } from '@helpmesh/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import type { IdentityConfig } from '../config.ts';
import { normalAddress } from '../domain/address.ts';
import { permissionNames, seededRoles } from '../domain/permissions.ts';
import { GroupStore } from '../persistence/group.store.ts';
import { OrganizationStore } from '../persistence/organization.store.ts';
import { UserStore } from '../persistence/user.store.ts';
import { Announce } from './announce.ts';
import { firstAdminId, makeFirstAdmin } from './setup/first-admin.ts';
import { Passwords } from './sign-in/passwords.ts';

type SeedConfig = Pick<IdentityConfig, 'HELPMESH_SEED' | 'HELPMESH_ADMIN_EMAIL' | 'HELPMESH_ADMIN_PASSWORD'>;

const usualAdminEmail = 'admin@example.com';

interface SeedUser {
  id: number;
  login: string;
  email: string;
  firstname: string;
  lastname: string;
  organizationId: number | null;
  active: boolean;
  roles: (keyof typeof seededRoles)[];
  fullAccess: boolean;
}

const roleIds = { Admin: 1, Agent: 2, Customer: 3 } as const satisfies Record<keyof typeof seededRoles, number>;

/**
 * Fills an empty database with the rows of a new system; one that has users is left alone, but for permissions that
 * this release adds. Ids matter to API clients, so they are written out and the sequences moved past them.
 *
 * The administrator is taken from the configuration while there never was one: later a changed variable changes
 * nothing. The neutral seed makes none unless it is told whom; then the first one is made in the browser.
 */
export async function seed(ds: DataSource, config: SeedConfig): Promise<void> {
  const { HELPMESH_SEED: kind, HELPMESH_ADMIN_EMAIL: email, HELPMESH_ADMIN_PASSWORD: password } = config;
  const wanted = kind === 'zammad' || email !== undefined || password !== undefined;
  const passwordHash = password === undefined ? null : await new Passwords().hash(password);
  await transaction(ds, async (tx) => {
    await lockInTransaction(tx, 'identity.seed');
    await sql(tx, 'INSERT INTO permissions (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [permissionNames]);
    const [used] = await sql(tx, 'SELECT 1 FROM users LIMIT 1');
    if (!used) {
      const rows = kind === 'zammad' ? zammad() : blank();
      await insert(tx, rows);
      await announce(tx, rows);
      logger('seed').info({ seed: kind }, 'empty database seeded');
    }
    const name = { firstname: 'Helpmesh', lastname: 'Admin', locale: 'en' };
    const admin = { ...name, email: normalAddress(email ?? usualAdminEmail), passwordHash };
    if (wanted && (await makeFirstAdmin(tx, admin, new Date()))) logger('seed').info('first administrator made');
  });
}

interface Rows {
  organizations: { id: number; name: string }[];
  groups: { id: number; name: string }[];
  users: SeedUser[];
}

function zammad(): Rows {
  const customer = { id: 2, firstname: 'Nicole', lastname: 'Braun', email: 'nicole.braun@zammad.org' };
  const agent = { id: 4, firstname: 'Agent 1', lastname: 'Test', email: 'agent1@example.com' };
  return {
    organizations: [{ id: 1, name: 'Zammad Foundation' }],
    groups: [
      { id: 1, name: 'Users' },
      { id: 2, name: 'some group1' },
    ],
    users: [
      system,
      person({ ...customer, organizationId: 1, roles: ['Customer'], fullAccess: false }),
      person({ ...agent, organizationId: null, roles: ['Agent'], fullAccess: true }),
    ],
  };
}

function blank(): Rows {
  return { organizations: [], groups: [{ id: 1, name: 'Support' }], users: [system] };
}

/** Does what nobody in particular does; never signs in. */
const system: SeedUser = {
  id: 1,
  login: '-',
  email: '',
  firstname: '-',
  lastname: '',
  organizationId: null,
  active: false,
  roles: [],
  fullAccess: false,
};

function person(user: Omit<SeedUser, 'login' | 'active'>): SeedUser {
  const email = normalAddress(user.email);
  return { ...user, email, login: email, active: true };
}

async function insert(tx: EntityManager, rows: Rows): Promise<void> {
  for (const [name, permissions] of Object.entries(seededRoles)) {
    const id = roleIds[name as keyof typeof seededRoles];
    await sql(
      tx,
      'INSERT INTO roles (id, name, default_at_signup, created_by_id, updated_by_id) VALUES ($1, $2, $3, 1, 1)',
      [id, name, name === 'Customer'],
    );
    await sql(
      tx,
      `INSERT INTO role_permission (role_id, permission_id) SELECT $1, id FROM permissions WHERE name = ANY ($2)`,
      [id, permissions],
    );
  }
  for (const { id, name } of rows.organizations) {
    await sql(tx, 'INSERT INTO organizations (id, name, created_by_id, updated_by_id) VALUES ($1, $2, 1, 1)', [
      id,
      name,
    ]);
  }
  for (const { id, name } of rows.groups) {
    await sql(tx, 'INSERT INTO groups (id, name, name_last, created_by_id, updated_by_id) VALUES ($1, $2, $2, 1, 1)', [
      id,
      name,
    ]);
  }
  for (const user of rows.users) await insertUser(tx, user, rows);
  for (const table of ['users', 'organizations', 'groups', 'roles']) {
    await sql(
      tx,
      `SELECT setval(pg_get_serial_sequence('${table}', 'id'), greatest((SELECT max(id) FROM ${table}), 1),
                     EXISTS (SELECT 1 FROM ${table}))`,
    );
  }
  // The number of the first administrator stays free, however late they come.
  await sql(tx, "SELECT setval(pg_get_serial_sequence('users', 'id'), greatest((SELECT max(id) FROM users), $1))", [
    firstAdminId,
  ]);
}

async function insertUser(tx: EntityManager, user: SeedUser, rows: Rows): Promise<void> {
  await sql(
    tx,
    `INSERT INTO users (id, login, email, firstname, lastname, organization_id, active, verified, created_by_id,
                        updated_by_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1, 1)`,
    [user.id, user.login, user.email, user.firstname, user.lastname, user.organizationId, user.active],
  );
  await sql(tx, 'INSERT INTO user_role (user_id, role_id) SELECT $1, unnest($2::int[])', [
    user.id,
    user.roles.map((name) => roleIds[name]),
  ]);
  if (!user.fullAccess) return;
  const level: AccessLevel = 'full';
  await sql(tx, 'INSERT INTO user_group (user_id, group_id, access) SELECT $1, unnest($2::int[]), $3', [
    user.id,
    rows.groups.map(({ id }) => id),
    level,
  ]);
}

/** Neighbours fill their replicas from these events, like from any other. */
async function announce(tx: EntityManager, rows: Rows): Promise<void> {
  const says = new Announce(new Outbox('identity'), new UserStore(), new OrganizationStore(), new GroupStore());
  const idsOf = (list: { id: number }[]) => list.map(({ id }) => id);
  await says.organizationsChanged(tx, 'created', idsOf(rows.organizations));
  await says.groupsChanged(tx, 'created', idsOf(rows.groups));
  await says.usersChanged(tx, 'created', idsOf(rows.users));
}
