import { sql } from '@helpmesh/persistence';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';

/** Of the columns of a user those that are no secret and no bookkeeping of the service. */
const profile = [
  ...(['id', 'login', 'firstname', 'lastname', 'email', 'image', 'image_source', 'web', 'phone', 'fax'] as const),
  ...(['mobile', 'department', 'street', 'zip', 'city', 'country', 'address', 'vip', 'verified', 'active'] as const),
  ...(['last_login', 'source', 'out_of_office', 'out_of_office_start_at', 'out_of_office_end_at'] as const),
  ...(['out_of_office_replacement_id', 'preferences', 'created_at', 'updated_at'] as const),
];

const list = (rows: string) => `(SELECT coalesce(json_agg(to_json(x)), '[]') FROM (${rows}) AS x)`;

const organizations = `SELECT o.id, o.name, o.id = u.organization_id AS primary FROM organizations o
  WHERE o.id = u.organization_id OR o.id IN (SELECT organization_id FROM user_organization WHERE user_id = u.id)
  ORDER BY 3 DESC, o.name`;
const roles = `SELECT r.id, r.name FROM user_role ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = u.id
  ORDER BY r.name`;
const groups = `SELECT g.id, g.name, array_agg(ug.access ORDER BY ug.access) AS access
  FROM user_group ug JOIN groups g ON g.id = ug.group_id WHERE ug.user_id = u.id GROUP BY g.id ORDER BY g.name`;

/** What opens the account, by name: no secret, no hash and no key of any of it. */
const access = {
  linked_identities: `SELECT issuer, subject, voperson_id, entitlements, last_sign_in_at, created_at
    FROM openid_identities WHERE user_id = $1 ORDER BY id`,
  directory_accounts: `SELECT d.name AS directory, a.external_id, a.user_name, a.active, a.created_at, a.updated_at
    FROM directory_accounts a JOIN directories d ON d.id = a.directory_id WHERE a.user_id = $1`,
  sessions: `SELECT ip, user_agent, way, created_at, last_seen_at, expires_at FROM sessions WHERE user_id = $1
    ORDER BY id`,
  tokens: `SELECT name, permissions, created_at, last_used_at, expires_at FROM api_tokens WHERE user_id = $1
    ORDER BY id`,
  passkeys: `SELECT name, synced, created_at, last_used_at FROM passkeys WHERE user_id = $1 ORDER BY id`,
  authenticator_apps: `SELECT confirmed_at FROM authenticator_apps WHERE user_id = $1 AND confirmed_at IS NOT NULL`,
  pictures: `SELECT content_type, created_at, encode(content, 'base64') AS content FROM user_avatars
    WHERE user_id = $1 ORDER BY id`,
  applications: `SELECT p.name, g.scopes, g.created_at, g.last_used_at
    FROM oauth_grants g JOIN oauth_applications p ON p.id = g.application_id
    WHERE g.user_id = $1 AND g.code_used_at IS NOT NULL ORDER BY g.id`,
};

type Page = { id: number; data: unknown }[];

/** What this service keeps of one person, as JSON for their archive. */
@Injectable()
export class PersonalDataStore {
  /**
   * Undefined: there is no such user.
   * @param internal  with the note
   * @param attributes  names of custom attributes
   */
  async profile(db: DataSource, userId: number, internal: boolean, attributes: readonly string[]): Promise<unknown> {
    const columns = [...profile, ...(internal ? ['note'] : [])].map((name) => `u.${name}`).join(', ');
    const [row] = await sql<{ data: unknown }>(
      db,
      `SELECT to_json(p) AS data FROM (
         SELECT ${columns}, ${list(organizations)} AS organizations, ${list(roles)} AS roles, ${list(groups)} AS groups,
           (SELECT json_object_agg(name, u.custom -> name) FROM unnest($2::text[]) AS name WHERE u.custom ? name)
             AS custom_attributes
         FROM users u WHERE u.id = $1) AS p`,
      [userId, attributes],
    );
    return row?.data;
  }

  async access(db: DataSource, userId: number): Promise<unknown> {
    const members = Object.entries(access).map(([name, rows]) => `'${name}', ${list(rows)}`);
    const [row] = await sql<{ data: unknown }>(db, `SELECT json_build_object(${members.join(', ')}) AS data`, [userId]);
    return row?.data;
  }

  /** What was changed of the user, oldest first. */
  async history(db: DataSource, userId: number, internal: boolean, after: number, limit: number): Promise<Page> {
    return sql(
      db,
      `SELECT h.id, json_build_object('type', type, 'attribute', attribute, 'from', value_from, 'to', value_to,
         'at', created_at, 'by_id', created_by_id) AS data
       FROM history h
       WHERE object = 'User' AND o_id = $1 AND ($2 OR attribute <> 'note') AND h.id > $3 ORDER BY h.id LIMIT $4`,
      [userId, internal, after, limit],
    );
  }

  /**
   * Entries of the audit log about the user, oldest first; network addresses only where it was they who acted.
   * @param internal  with legal holds, of which a person is not told here
   */
  async audit(db: DataSource, userId: number, internal: boolean, after: number, limit: number): Promise<Page> {
    return sql(
      db,
      `SELECT e.seq AS id, json_build_object('at', at, 'service', service, 'action', action, 'by_id', actor_id,
         'on_behalf_of_id', on_behalf_of_id, 'label', object_label, 'changes', changes,
         'address', CASE WHEN actor_id = $1 THEN address END) AS data
       FROM audit_entry e
       WHERE object_type = 'User' AND object_id = $1::int::text AND ($2 OR NOT starts_with(action, 'legal-hold.'))
         AND e.seq > $3 ORDER BY e.seq LIMIT $4`,
      [userId, internal, after, limit],
    );
  }
}
