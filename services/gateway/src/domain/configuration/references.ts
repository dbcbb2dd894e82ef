import type { Fields } from './kinds.ts';

/** Kinds that others refer to; of people and organizations a file holds none, and names them by login and name. */
const kindsByWord: Record<string, string> = {
  group: 'groups',
  state: 'ticket_states',
  priority: 'ticket_priorities',
  role: 'roles',
  calendar: 'calendars',
  signature: 'signatures',
  email_address: 'email_addresses',
  channel: 'channels_email_outbound',
  provider: 'openid_providers',
  parent: 'knowledge_base_categories',
  webhook: 'webhooks',
  checklist_template: 'checklist_templates',
  owner: 'users',
  customer: 'users',
  user: 'users',
  created_by: 'users',
  updated_by: 'users',
  organization: 'organizations',
};
/** Fields of people and organizations whose names do not end as those above. */
const kindsByField: ReadonlyMap<string, string> = new Map([
  ['user.id', 'users'],
  ['user.out_of_office_replacement_id', 'users'],
  ['organization.id', 'organizations'],
  ['organization.member_ids', 'users'],
  ['organization.secondary_member_ids', 'users'],
]);
const WORD = new RegExp(`(?:^|[._-])(${Object.keys(kindsByWord).join('|')})_ids?$`);

/** What a field refers to, most by the end of its name: `ticket.state_id`, `x-zammad-ticket-group_id`, `role_ids`. */
function kindReferredTo(field: string): string | undefined {
  const word = WORD.exec(field)?.[1];
  return word === undefined ? kindsByField.get(field) : kindsByWord[word];
}

/** Another value for one reference; undefined leaves it as it is. */
export type Exchange = (kind: string, value: string | number) => string | number | undefined;

/**
 * A value with every reference in it exchanged, however deep it stands: fields of objects, conditions
 * (`{operator, value}` and `{name, value}`), actions, and access to groups (`{3: ['full']}`).
 */
export function exchanged(field: string, value: unknown, exchange: Exchange): unknown {
  if (field === 'priority_matrix') return leaves(value, (leaf) => exchange('ticket_priorities', leaf) ?? leaf);
  const kind = kindReferredTo(field);
  if (kind !== undefined) return referring(kind, value, exchange);
  if (Array.isArray(value)) return value.map((one) => exchanged(field, one, exchange));
  if (typeof value !== 'object' || value === null) return value;
  const { name } = value as Fields;
  const named = typeof name === 'string' && 'value' in value ? kindReferredTo(name) : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([inner, one]) => [
      inner,
      named !== undefined && inner === 'value' ? referring(named, one, exchange) : exchanged(inner, one, exchange),
    ]),
  );
}

function referring(kind: string, value: unknown, exchange: Exchange): unknown {
  if (Array.isArray(value)) return value.map((one) => referring(kind, one, exchange));
  if (typeof value === 'number' || (typeof value === 'string' && value !== '')) return exchange(kind, value) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if ('value' in value) return { ...value, value: referring(kind, value.value, exchange) };
  if ('operator' in value) return value;
  // Levels of access by group.
  return Object.fromEntries(Object.entries(value).map(([of, levels]) => [exchange(kind, of) ?? of, levels]));
}

function leaves(value: unknown, change: (leaf: string | number) => unknown): unknown {
  if (typeof value === 'number' || typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, leaves(one, change)]));
}
