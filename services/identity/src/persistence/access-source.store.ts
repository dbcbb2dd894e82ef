import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { AccessLevel } from '../domain/rights.ts';

/** By what somebody has a right: an active role, or their own access to a group. */
export interface GivenBy {
  roleId: number | null;
  role: string | null;
  local: boolean;
}

export interface AccessSources {
  active: boolean;
  permissions: (GivenBy & { name: string })[];
  groups: (GivenBy & { id: number; name: string; active: boolean; access: AccessLevel })[];
  organizations: { id: number; name: string; shared: boolean }[];
}

/** Rights with where they come from; `PrincipalStore` reads the same rights for every request, without. */
@Injectable()
export class AccessSourceStore {
  async of(on: DataSource, userId: number): Promise<AccessSources | undefined> {
    const [row] = await sql<AccessSources>(
      on,
      `SELECT u.active,
         COALESCE((SELECT json_agg(json_build_object('name', p.name, 'roleId', r.id, 'role', r.name, 'local', ur.local)
             ORDER BY p.name, r.name)
           FROM user_role ur JOIN roles r ON r.id = ur.role_id AND r.active
           JOIN role_permission rp ON rp.role_id = r.id JOIN permissions p ON p.id = rp.permission_id
           WHERE ur.user_id = u.id), '[]') AS permissions,
         COALESCE((SELECT json_agg(json_build_object('id', g.id, 'name', g.name, 'active', g.active, 'access', held.access,
             'roleId', held.role_id, 'role', held.role, 'local', held.local) ORDER BY g.name, held.role NULLS FIRST)
           FROM (SELECT group_id, access, NULL::int AS role_id, NULL AS role, local FROM user_group WHERE user_id = u.id
                 UNION ALL SELECT rg.group_id, rg.access, r.id, r.name, ur.local FROM user_role ur
                   JOIN roles r ON r.id = ur.role_id AND r.active JOIN role_group rg ON rg.role_id = r.id
                   WHERE ur.user_id = u.id) AS held
           JOIN groups g ON g.id = held.group_id), '[]') AS groups,
         COALESCE((SELECT json_agg(json_build_object('id', o.id, 'name', o.name, 'shared', o.shared) ORDER BY o.name)
           FROM organizations o WHERE o.id = u.organization_id
             OR o.id IN (SELECT organization_id FROM user_organization WHERE user_id = u.id)), '[]') AS organizations
       FROM users u WHERE u.id = $1::bigint`,
      [userId],
    );
    return row;
  }
}
