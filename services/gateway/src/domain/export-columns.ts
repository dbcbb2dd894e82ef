/** Of a row what an import reads again, in this order; attributes of one's own come behind. */
const written = {
  User: [
    ...['id', 'login', 'firstname', 'lastname', 'email', 'organization', 'organizations', 'roles', 'phone', 'mobile'],
    ...['fax', 'web', 'department', 'street', 'zip', 'city', 'country', 'address', 'vip', 'verified', 'active', 'note'],
  ],
  Organization: [
    ...['id', 'name', 'shared', 'domain', 'domain_assignment', 'active', 'vip', 'note'],
    ...['members', 'secondary_members'],
  ],
  Ticket: [
    ...['id', 'number', 'title', 'group', 'state', 'priority', 'type', 'owner', 'owner_name', 'customer'],
    ...['customer_name', 'customer_email', 'organization', 'created_at', 'updated_at', 'pending_time'],
    ...['escalation_at', 'first_response_at', 'close_at', 'last_close_at', 'last_contact_at', 'article_count'],
    ...['time_unit', 'note', 'impact', 'urgency', 'original_priority', 'priority_overridden'],
  ],
} as const;

/** What rows tell beside. */
const left = {
  User: [
    ...['organization_id', 'image', 'image_source', 'last_login', 'source', 'login_failed', 'preferences', 'groups'],
    ...['out_of_office', 'out_of_office_start_at', 'out_of_office_end_at', 'out_of_office_replacement_id'],
    ...['out_of_office_replacement', 'authorizations', 'authorization_ids', 'two_factor_preference_ids'],
    ...['overview_sorting_ids', 'role_ids', 'organization_ids', 'group_ids'],
  ],
  Organization: ['member_ids', 'secondary_member_ids'],
  Ticket: [
    ...[
      'original_priority_id',
      'group_id',
      'state_id',
      'priority_id',
      'owner_id',
      'customer_id',
      'organization_id',
      'state_type',
      'excerpt',
    ],
    ...['first_response_escalation_at', 'first_response_in_min', 'first_response_diff_in_min', 'close_escalation_at'],
    ...['close_in_min', 'close_diff_in_min', 'update_escalation_at', 'update_in_min', 'update_diff_in_min'],
    ...['last_contact_agent_at', 'last_contact_customer_at', 'last_owner_update_at', 'create_article_type_id'],
    ...['create_article_sender_id', 'create_article_type', 'create_article_sender', 'preferences', 'checklist_id'],
    ...['article_ids', 'ticket_time_accounting_ids', 'ticket_time_accounting', 'referencing_checklist_ids'],
    ...['referencing_checklists', 'articles', 'checklist'],
  ],
} as const;
const authors = ['created_at', 'updated_at', 'created_by_id', 'updated_by_id', 'created_by', 'updated_by'];

/** @param row  a row with names, as lists give it */
export function exportedColumns(object: keyof typeof written, row: Readonly<Record<string, unknown>>): string[] {
  const known: readonly string[] = [...written[object], ...left[object], ...authors];
  return [...written[object], ...Object.keys(row).filter((name) => !known.includes(name))];
}

const builtIn: ReadonlySet<string> = new Set(Object.values(written).flat());

/** Whether texts of the column are times: those of attributes of one's own may be. `ticket.title` is a `title`. */
export function isOfTime(column: string): boolean {
  const name = column.slice(column.lastIndexOf('.') + 1);
  return name.endsWith('_at') || name === 'pending_time' || !builtIn.has(name);
}

/** How wide the column of a sheet is, in characters. */
export function widthOf(column: string): number {
  if (column === 'id') return 8;
  if (column.endsWith('title') || column === 'note') return 48;
  return column.endsWith('_at') || column === 'pending_time' ? 18 : Math.max(16, column.length + 4);
}

/** What a file looks like. An empty cell changes nothing. */
export const exampleCsv = {
  User: [
    'login,firstname,lastname,email,organization,roles,phone,vip,active,note\r\n',
    'ada@example.org,Ada,Lovelace,ada@example.org,,Customer,0049 30 123,true,true,"Writes programs, and about them"\r\n',
    'grace@example.org,Grace,Hopper,grace@example.org,,Customer~~~Agent,,,,\r\n',
  ].join(''),
  Organization: [
    'name,shared,domain,domain_assignment,active,vip,note\r\n',
    'Analytical Engines,true,engines.example,true,true,,"Known by its name, or by an id"\r\n',
  ].join(''),
  Ticket: [
    'title,group,customer,state,priority,owner,created_at,tags,article.body,article.type,article.internal\r\n',
    'The engine stands still,Users,ada@example.org,open,2 normal,,2026-01-31T09:00:00.000Z,"steam,urgent",',
    'It does not turn any more.,phone,false\r\n',
  ].join(''),
} as const;
