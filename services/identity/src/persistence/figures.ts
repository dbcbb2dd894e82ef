import { sql } from '@helpmesh/persistence';
import type { OwnFigures } from '@helpmesh/service-kit';
import type { DataSource } from 'typeorm';

/** Who and what there is, for programs that watch. */
export async function readFigures(on: DataSource): Promise<OwnFigures> {
  const [row] = await sql<Record<string, number> & Record<`last_${string}`, Date | null>>(
    on,
    `SELECT (SELECT count(*) FROM users) AS users, (SELECT max(created_at) FROM users) AS last_users,
       (SELECT count(*) FROM organizations) AS organizations, (SELECT max(created_at) FROM organizations) AS last_organizations,
       (SELECT count(*) FROM groups) AS groups, (SELECT max(created_at) FROM groups) AS last_groups,
       (SELECT count(*) FROM roles) AS roles, (SELECT max(created_at) FROM roles) AS last_roles,
       (SELECT count(DISTINCT ur.user_id) FROM user_role ur JOIN users u ON u.id = ur.user_id
          JOIN role_permission rp ON rp.role_id = ur.role_id JOIN permissions p ON p.id = rp.permission_id
        WHERE u.active AND p.name = 'ticket.agent') AS agents,
       (SELECT max(last_login) FROM users) AS last_login`,
  );
  const { users = 0, organizations = 0, groups = 0, roles = 0, agents = 0 } = row ?? {};
  const at = (value: Date | null | undefined) => value?.toISOString() ?? null;
  return {
    counts: { users, organizations, groups, roles, agents },
    last_created_at: {
      users: at(row?.last_users),
      organizations: at(row?.last_organizations),
      groups: at(row?.last_groups),
      roles: at(row?.last_roles),
      login: at(row?.last_login),
    },
  };
}
