import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { helpPermissions } from '../domain/help-access.ts';
import type { Grants } from '../domain/rights.ts';
import { administeredGroups, communityPermission } from './community.store.ts';

/** A person with everything that decides what they may do, loaded in one statement. */
export interface Principal {
  id: number;
  login: string;
  locale: string;
  passwordHash: string | null;
  grants: Grants;
  /** Groups of the communities that they administer. */
  administers: number[];
  organizationIds: number[];
  sharedOrganizationIds: number[];
  /** Of active roles. */
  roleIds: number[];
  /** Of those of them with any, their permissions in the knowledge base, by role id. */
  helpPermissions: Record<string, string[]>;
  secondFactor: boolean;
  /** A role demands one. */
  secondFactorDemanded: boolean;
}

export interface SessionRow {
  id: number;
  userId: number;
  csrfToken: string;
  lastSeenAt: Date;
  expiresAt: Date;
  enrolOnly: boolean;
  /** As whom it looks at the desk, and until when. */
  viewingId: number | null;
  viewingUntil: Date | null;
}

export interface ApiTokenRow {
  id: number;
  userId: number;
  name: string;
  secretHash: Buffer;
  permissions: string[];
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
  /** The directory that it speaks for; null: none, it is the user's own. */
  directoryId: number | null;
}

type Read = EntityManager | DataSource;

interface Row {
  id: number;
  login: string;
  locale: string;
  password_hash: string | null;
  active: boolean;
  permissions: string[];
  administers: number[];
  groups: Grants['groups'];
  organizations: { id: number; shared: boolean }[];
  role_ids: number[];
  help_permissions: Record<string, string[]>;
  second_factor: boolean;
  second_factor_demanded: boolean;
}

const select = `SELECT u.id, u.login, COALESCE(u.preferences->>'locale', 'en') AS locale, u.password_hash, u.active,
  ARRAY(SELECT DISTINCT p.name FROM user_role ur
        JOIN roles r ON r.id = ur.role_id AND r.active
        JOIN role_permission rp ON rp.role_id = r.id
        JOIN permissions p ON p.id = rp.permission_id
        WHERE ur.user_id = u.id UNION ${communityPermission}) AS permissions,
  ${administeredGroups} AS administers,
  COALESCE((SELECT json_agg(json_build_object('groupId', held.group_id, 'access', held.access)) FROM (
      SELECT group_id, access FROM user_group WHERE user_id = u.id
      UNION SELECT rg.group_id, rg.access FROM user_role ur
            JOIN roles r ON r.id = ur.role_id AND r.active
            JOIN role_group rg ON rg.role_id = r.id WHERE ur.user_id = u.id
    ) AS held JOIN groups g ON g.id = held.group_id AND g.active), '[]') AS groups,
  COALESCE((SELECT json_agg(json_build_object('id', o.id, 'shared', o.shared) ORDER BY o.id) FROM organizations o
    WHERE o.id = ANY (ARRAY(SELECT organization_id FROM user_organization WHERE user_id = u.id) || u.organization_id)
  ), '[]') AS organizations,
  ARRAY(SELECT ur.role_id FROM user_role ur JOIN roles r ON r.id = ur.role_id AND r.active
        WHERE ur.user_id = u.id ORDER BY 1) AS role_ids,
  COALESCE((SELECT json_object_agg(role_id, names) FROM (
      SELECT ur.role_id, json_agg(p.name) AS names FROM user_role ur
      JOIN roles r ON r.id = ur.role_id AND r.active
      JOIN role_permission rp ON rp.role_id = r.id
      JOIN permissions p ON p.id = rp.permission_id
      WHERE ur.user_id = u.id AND p.name = ANY ('{${helpPermissions.join()}}') GROUP BY ur.role_id
    ) AS held), '{}') AS help_permissions,
  EXISTS (SELECT 1 FROM authenticator_apps WHERE user_id = u.id AND secret IS NOT NULL)
    OR EXISTS (SELECT 1 FROM passkeys WHERE user_id = u.id) AS second_factor,
  EXISTS (SELECT 1 FROM user_role ur JOIN roles r ON r.id = ur.role_id AND r.active
          WHERE ur.user_id = u.id AND to_jsonb(ur.role_id) <@ (SELECT value FROM settings
            WHERE name = 'two_factor_authentication_enforce_role_ids')) AS second_factor_demanded
  FROM users u`;

@Injectable()
export class PrincipalStore {
  async byId(tx: Read, id: number): Promise<Principal | undefined> {
    return one(await sql<Row>(tx, `${select} WHERE u.id = $1`, [id]));
  }

  /** By login, then by e-mail; the text is in its normal form. */
  async byLogin(tx: Read, account: string): Promise<Principal | undefined> {
    const where = `WHERE u.login = $1 OR (u.email = $1 AND u.email <> '') ORDER BY u.login = $1 DESC LIMIT 1`;
    return one(await sql<Row>(tx, `${select} ${where}`, [account]));
  }
}

function one([row]: Row[]): Principal | undefined {
  if (!row) return undefined;
  return {
    id: row.id,
    login: row.login,
    locale: row.locale,
    passwordHash: row.password_hash,
    grants: { active: row.active, permissions: row.permissions, groups: row.groups },
    administers: row.administers,
    roleIds: row.role_ids,
    helpPermissions: row.help_permissions,
    organizationIds: row.organizations.map(({ id }) => id),
    sharedOrganizationIds: row.organizations.filter(({ shared }) => shared).map(({ id }) => id),
    secondFactor: row.second_factor,
    secondFactorDemanded: row.second_factor_demanded,
  };
}
