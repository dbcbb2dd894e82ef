import type { GroupSnapshot, OrganizationSnapshot, UserSnapshot } from '@helpmesh/contracts';
import { sql } from '@helpmesh/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import type { Group, Organization, Person } from '../domain/ticket/people.ts';
import type { TicketPriority } from '../domain/ticket/priority.ts';
import { type StateType, stateTypes, type TicketState } from '../domain/ticket/state.ts';
import { deskZone, everyContact } from './desk-setting.store.ts';

type On = DataSource | EntityManager;

/** A row that identity told us about; version 0 came by asking and gives way to any event. */
export interface Told<T> {
  row: T;
  version: number;
}

/** A group whose signature may stand in any mail. */
export type KeptGroup = GroupSnapshot & { signatureHtml: string | null };

/** What a batch of commands refers to, by id or by name. Names of users are logins or e-mail addresses. */
export interface Needs {
  userIds: number[];
  logins: string[];
  groupIds: number[];
  groupNames: string[];
  organizationIds: number[];
  organizationNames: string[];
}

export interface MailGroup {
  id: number;
  name: string;
  address: string | null;
  active: boolean;
}

export interface Known {
  users: Person[];
  groups: Group[];
  organizations: Organization[];
  states: TicketState[];
  priorities: TicketPriority[];
  /** Of the rules that due times follow from (sla.store.ts). */
  slaRevision: number;
  /** Of the triggers in force (rule.store.ts). */
  triggerRevision: number;
  /** Where the desk is. */
  zone: string;
  /** Every article of a customer is their last contact; else the first one that nobody answered. */
  everyContact: boolean;
}

/** Two logins may differ from e-mails of others: login counts first. All lower case, as identity keeps them. */
const known = `SELECT
  (SELECT coalesce(json_agg(json_build_object('id', u.id, 'login', u.login, 'email', u.email, 'firstname', u.firstname,
     'lastname', u.lastname, 'organizationId', u.organization_id, 'active', u.active, 'locale', u.locale,
     'agent', u.agent, 'fullGroupIds', u.full_group_ids)), '[]')
   FROM replica_user u WHERE NOT u.deleted AND (u.id = ANY ($1::int[]) OR u.login = ANY ($2::text[]) OR u.email = ANY ($2::text[])))
   AS users,
  (SELECT coalesce(json_agg(json_build_object('id', g.id, 'name', g.name, 'active', g.active,
     'followUpPossible', g.follow_up_possible, 'followUpAssignment', g.follow_up_assignment,
     'reopenTimeInDays', g.reopen_time_in_days, 'signature', g.signature_html, 'priorityMatrix', g.priority_matrix,
     'askRating', g.ask_rating,
     'email', CASE WHEN g.email_address IS NOT NULL
              THEN json_build_object('name', g.email_name, 'address', g.email_address) END) ORDER BY g.id), '[]')
   FROM replica_group g WHERE NOT g.deleted AND (g.id = ANY ($3::int[]) OR g.name = ANY ($4::text[]))) AS groups,
  (SELECT coalesce(json_agg(json_build_object('id', o.id, 'name', o.name, 'shared', o.shared, 'active', o.active)), '[]')
   FROM replica_organization o WHERE NOT o.deleted AND (o.name = ANY ($6::text[]) OR o.id = ANY ($5::int[] || ARRAY(
     SELECT organization_id FROM replica_user WHERE organization_id IS NOT NULL
       AND (id = ANY ($1::int[]) OR login = ANY ($2::text[]) OR email = ANY ($2::text[]))))))
   AS organizations,
  (SELECT json_agg(json_build_object('id', s.id, 'name', s.name, 'stateTypeId', s.state_type_id,
     'nextStateId', s.next_state_id, 'defaultCreate', s.default_create, 'defaultFollowUp', s.default_follow_up,
     'ignoreEscalation', s.ignore_escalation, 'terminal', s.terminal, 'active', s.active) ORDER BY s.id) FROM ticket_state s) AS states,
  (SELECT json_agg(json_build_object('id', p.id, 'name', p.name, 'defaultCreate', p.default_create,
     'active', p.active) ORDER BY p.id) FROM ticket_priority p) AS priorities,
  (SELECT revision FROM sla_rules) AS "slaRevision",
  (SELECT revision FROM automation_rules) AS "triggerRevision", ${deskZone} AS zone,
  ${everyContact} AS "everyContact"`;

interface KnownRow extends Omit<Known, 'states'> {
  states: (Omit<TicketState, 'type'> & { stateTypeId: number })[];
}

/** Small copies of identity's rows, and this service's own lookup tables. */
export class ReplicaStore {
  /** What is known of what is needed, and all states and priorities: one statement. */
  async find(on: On, needs: Needs): Promise<Known> {
    const [row] = await sql<KnownRow>(on, known, [
      needs.userIds,
      needs.logins,
      needs.groupIds,
      needs.groupNames,
      needs.organizationIds,
      needs.organizationNames,
    ]);
    const { states, ...rest } = row as KnownRow;
    return {
      ...rest,
      states: states.map(({ stateTypeId, ...state }) => ({
        ...state,
        type: stateTypes[stateTypeId - 1] as StateType,
      })),
    };
  }

  /** The groups there are, by id, and the addresses in lower case at which they take and send mail. */
  async mailGroups(on: On): Promise<MailGroup[]> {
    return sql<MailGroup>(
      on,
      'SELECT id, name, lower(email_address) AS address, active FROM replica_group WHERE NOT deleted ORDER BY id',
    );
  }

  /**
   * Those for whom somebody stands in on a day: who named them, and who named one of these while they are away too.
   * @param day  `YYYY-MM-DD`
   */
  async replacedBy(on: On, userId: number, day: string): Promise<number[]> {
    const rows = await sql<{ id: number }>(
      on,
      `WITH RECURSIVE replaced AS (
         SELECT id FROM replica_user WHERE replacement_id = $1 AND $2::date BETWEEN away_from AND away_until
         UNION
         SELECT u.id FROM replaced r JOIN replica_user u ON u.replacement_id = r.id
         WHERE $2::date BETWEEN u.away_from AND u.away_until)
       SELECT id FROM replaced WHERE id <> $1 ORDER BY id`,
      [userId, day],
    );
    return rows.map(({ id }) => id);
  }

  /** Keeps the newer of what is held and what was told. */
  async keepUsers(on: On, told: Told<UserSnapshot>[]): Promise<void> {
    await upsert(on, 'replica_user', told, ({ row, version }) => ({
      id: row.id,
      login: row.login,
      email: row.email,
      firstname: row.firstname,
      lastname: row.lastname,
      organization_id: row.organizationId,
      active: row.active,
      locale: row.locale,
      agent: row.agent,
      full_group_ids: row.fullGroupIds,
      away_from: row.away?.from ?? null,
      away_until: row.away?.until ?? null,
      replacement_id: row.away?.replacementId ?? null,
      read_group_ids: row.readGroupIds ?? [],
      notices: row.notices ?? null,
      deleted: false,
      version,
    }));
  }

  async keepOrganizations(on: On, told: Told<OrganizationSnapshot>[]): Promise<void> {
    await upsert(on, 'replica_organization', told, ({ row, version }) => ({ ...row, deleted: false, version }));
  }

  async keepGroups(on: On, told: Told<KeptGroup>[]): Promise<void> {
    await upsert(on, 'replica_group', told, ({ row, version }) => ({
      id: row.id,
      name: row.name,
      active: row.active,
      follow_up_possible: row.followUpPossible,
      follow_up_assignment: row.followUpAssignment,
      reopen_time_in_days: row.reopenTimeInDays,
      email_name: row.email?.name ?? null,
      email_address: row.email?.address ?? null,
      // The release before reads the text.
      signature: row.signature,
      signature_html: row.signatureHtml,
      priority_matrix: row.priorityMatrix ?? null,
      ask_rating: row.askRating ?? false,
      deleted: false,
      version,
    }));
  }

  /** The row stays as a tombstone: old tickets still name it, and a late event must not bring it back. */
  async forget(
    on: On,
    table: 'replica_user' | 'replica_organization' | 'replica_group',
    gone: { id: number; version: number }[],
  ): Promise<void> {
    await sql(
      on,
      `UPDATE ${table} AS held SET deleted = true, active = false, version = told.version
       FROM unnest($1::int[], $2::bigint[]) AS told (id, version) WHERE held.id = told.id AND held.version < told.version`,
      [gone.map((row) => row.id), gone.map((row) => row.version)],
    );
  }
}

/** Of several rows for one id the newest counts: a statement may touch a row only once. */
async function upsert<T extends { id: number }>(
  on: On,
  table: string,
  told: Told<T>[],
  rowOf: (told: Told<T>) => Record<string, unknown> & { id: number; version: number },
): Promise<void> {
  const newest = new Map<number, Record<string, unknown>>();
  for (const one of [...told].sort((a, b) => a.version - b.version)) newest.set(one.row.id, rowOf(one));
  const rows = [...newest.values()];
  if (!rows[0]) return;
  const columns = Object.keys(rows[0]);
  const set = columns.filter((column) => column !== 'id').map((column) => `${column} = excluded.${column}`);
  await sql(
    on,
    `INSERT INTO ${table} AS held (${columns.join(', ')})
     SELECT ${columns.join(', ')} FROM json_populate_recordset(NULL::${table}, $1::json)
     ON CONFLICT (id) DO UPDATE SET ${set.join(', ')}
     WHERE held.version < excluded.version`,
    [JSON.stringify(rows)],
  );
}
