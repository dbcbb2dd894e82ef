import {
  attributeField,
  type ChangeFacts,
  type Field as FieldOf,
  type FieldType,
  type KnownAttribute,
  type Value,
} from '@helpmesh/conditions';
import type { ClockName } from '../sla/escalation.ts';
import type { Group, Organization, Person } from '../ticket/people.ts';
import type { Ticket } from '../ticket/ticket.ts';

/** What has to be loaded besides the ticket before a condition can be looked at. */
export type Read =
  | ('tags' | 'mentions' | 'rating')
  | 'customer'
  | 'owner'
  | 'organization'
  | 'group'
  | 'article'
  | 'change';

/** An article as conditions see it. */
export interface ArticleFacts {
  typeId: number;
  senderId: number;
  internal: boolean;
  from: string | null;
  to: string | null;
  cc: string | null;
  subject: string | null;
  /** As text, also that of HTML. */
  body: string;
  createdById: number;
}

/** What is known; what `readsOf` does not name may be left out. Nothing known of somebody means there is nobody. */
export interface Facts {
  ticket: Ticket;
  /** Keys, as tagKey makes them. */
  tags?: readonly string[] | undefined;
  /** Ids of the users who are subscribed. */
  mentions?: readonly number[] | undefined;
  /** What its customer gave it, 1 to 5. */
  rating?: number | null | undefined;
  customer?: Person | undefined;
  owner?: Person | undefined;
  organization?: Organization | undefined;
  group?: Group | undefined;
  article?: ArticleFacts | undefined;
  change?: ChangeFacts | undefined;
  /** Values of custom attributes of the ticket, by name, where they are not those that it holds. */
  attributes?: Readonly<Record<string, unknown>> | undefined;
}

/** Something of a ticket that a condition can ask for. */
export type Field = FieldOf<Facts, Read>;

/** What can be asked where the condition will be used. */
export interface Knowledge {
  /**
   * `fields`: the ticket's own fields as they are, and its tags (SLAs). `schedules`: also what hangs on it, and the clock.
   * `tickets`: also the person who looks (overviews, search). `changes`: also what has just been done to it (triggers).
   */
  scope: 'fields' | 'schedules' | 'tickets' | 'changes';
  /** Custom attributes of tickets, by name. */
  attributes?: ReadonlyMap<string, KnownAttribute> | undefined;
}

const ticketFields: Record<string, { type: FieldType; value: (ticket: Ticket) => Value }> = {
  number: { type: 'text', value: (ticket) => ticket.number },
  title: { type: 'text', value: (ticket) => ticket.title },
  note: { type: 'text', value: (ticket) => ticket.note },
  type: { type: 'text', value: (ticket) => ticket.type },
  group_id: { type: 'id', value: (ticket) => ticket.groupId },
  state_id: { type: 'id', value: (ticket) => ticket.stateId },
  priority_id: { type: 'id', value: (ticket) => ticket.priorityId },
  impact: { type: 'text', value: (ticket) => ticket.assessment?.impact ?? null },
  urgency: { type: 'text', value: (ticket) => ticket.assessment?.urgency ?? null },
  original_priority_id: { type: 'id', value: (ticket) => ticket.assessment?.priorityId ?? null },
  priority_overridden: { type: 'boolean', value: (ticket) => ticket.assessment?.overridden ?? null },
  organization_id: { type: 'organization', value: (ticket) => ticket.organizationId },
  owner_id: { type: 'user', value: (ticket) => ticket.ownerId },
  customer_id: { type: 'user', value: (ticket) => ticket.customerId },
  created_by_id: { type: 'user', value: (ticket) => ticket.createdById },
  updated_by_id: { type: 'user', value: (ticket) => ticket.updatedById },
  create_article_type_id: { type: 'id', value: (ticket) => ticket.createArticleTypeId },
  create_article_sender_id: { type: 'id', value: (ticket) => ticket.createArticleSenderId },
  article_count: { type: 'number', value: (ticket) => ticket.articleCount },
  created_at: { type: 'time', value: (ticket) => ticket.createdAt },
  updated_at: { type: 'time', value: (ticket) => ticket.updatedAt },
  pending_time: { type: 'time', value: (ticket) => ticket.pendingTime },
  first_response_at: { type: 'time', value: (ticket) => ticket.firstResponseAt },
  close_at: { type: 'time', value: (ticket) => ticket.closeAt },
  last_close_at: { type: 'time', value: (ticket) => ticket.lastCloseAt },
  last_contact_at: { type: 'time', value: (ticket) => ticket.lastContactAt },
  last_contact_agent_at: { type: 'time', value: (ticket) => ticket.lastContactAgentAt },
  last_contact_customer_at: { type: 'time', value: (ticket) => ticket.lastContactCustomerAt },
  last_owner_update_at: { type: 'time', value: (ticket) => ticket.lastOwnerUpdateAt },
};

const due = (clock: ClockName) => ({
  type: 'time' as const,
  value: (ticket: Ticket) => ticket.escalation.figures[clock].dueAt,
});
const minutes = (clock: ClockName, figure: 'inMin' | 'diffInMin') => ({
  type: 'number' as const,
  value: (ticket: Ticket) => ticket.escalation.figures[clock][figure],
});

/** What the SLAs themselves lead to, so nothing that an SLA is chosen by. */
const slaFields: typeof ticketFields = {
  escalation_at: {
    type: 'time',
    value: ({ escalation: { figures } }) => {
      const dues = [figures.first_response.dueAt, figures.update.dueAt, figures.solution.dueAt];
      const known = dues.filter((at) => at !== null);
      return known.length === 0 ? null : Math.min(...known);
    },
  },
  first_response_escalation_at: due('first_response'),
  update_escalation_at: due('update'),
  close_escalation_at: due('solution'),
  first_response_in_min: minutes('first_response', 'inMin'),
  first_response_diff_in_min: minutes('first_response', 'diffInMin'),
  update_in_min: minutes('update', 'inMin'),
  update_diff_in_min: minutes('update', 'diffInMin'),
  close_in_min: minutes('solution', 'inMin'),
  close_diff_in_min: minutes('solution', 'diffInMin'),
};

const personFields: Record<string, { type: FieldType; value: (person: Person) => Value }> = {
  id: { type: 'user', value: (person) => person.id },
  login: { type: 'text', value: (person) => person.login },
  email: { type: 'text', value: (person) => person.email },
  firstname: { type: 'text', value: (person) => person.firstname },
  lastname: { type: 'text', value: (person) => person.lastname },
  organization_id: { type: 'organization', value: (person) => person.organizationId },
  active: { type: 'boolean', value: (person) => person.active },
};
const organizationFields: Record<string, { type: FieldType; value: (organization: Organization) => Value }> = {
  id: { type: 'organization', value: (organization) => organization.id },
  name: { type: 'text', value: (organization) => organization.name },
  shared: { type: 'boolean', value: (organization) => organization.shared },
  active: { type: 'boolean', value: (organization) => organization.active },
};
const groupFields: Record<string, { type: FieldType; value: (group: Group) => Value }> = {
  id: { type: 'id', value: (group) => group.id },
  name: { type: 'text', value: (group) => group.name },
  active: { type: 'boolean', value: (group) => group.active },
};
const articleFields: Record<string, { type: FieldType; value: (article: ArticleFacts) => Value }> = {
  type_id: { type: 'id', value: (article) => article.typeId },
  sender_id: { type: 'id', value: (article) => article.senderId },
  internal: { type: 'boolean', value: (article) => article.internal },
  from: { type: 'text', value: (article) => article.from },
  to: { type: 'text', value: (article) => article.to },
  cc: { type: 'text', value: (article) => article.cc },
  subject: { type: 'text', value: (article) => article.subject },
  body: { type: 'text', value: (article) => article.body },
  created_by_id: { type: 'user', value: (article) => article.createdById },
};

/** The fields of something the ticket refers to. */
function related<K extends Read & keyof Facts>(
  read: K,
  fields: Record<string, { type: FieldType; value: (of: NonNullable<Facts[K]>) => Value }>,
): Field[] {
  return Object.entries(fields).map(([name, { type, value }]) => ({
    name: `${read}.${name}`,
    type,
    reads: read,
    value: (facts) => {
      const of = facts[read];
      return of ? value(of) : null;
    },
  }));
}

const ofTicket = (fields: typeof ticketFields): Field[] =>
  Object.entries(fields).map(([name, { type, value }]) => ({
    name: `ticket.${name}`,
    type,
    value: ({ ticket }) => value(ticket),
    // A ticket always has an owner: user 1 stands for nobody.
    ...(name === 'owner_id' && { unset: 1 }),
  }));

const byName = (fields: readonly Field[]) => new Map(fields.map((field) => [field.name, field]));

const own = ofTicket(ticketFields);
const tags: Field = { name: 'ticket.tags', type: 'keys', reads: 'tags', value: ({ tags: held }) => held ?? [] };
const hanging: Field[] = [
  ...ofTicket(slaFields),
  { name: 'ticket.mention_user_ids', type: 'users', reads: 'mentions', value: ({ mentions }) => mentions ?? [] },
  { name: 'ticket.rating', type: 'number', reads: 'rating', value: ({ rating }) => rating ?? null },
  ...related('customer', personFields),
  ...related('owner', personFields),
  ...related('organization', organizationFields),
  ...related('group', groupFields),
  { name: 'execution_time.calendar_id', type: 'calendar', value: () => null },
];
const happening: Field[] = [
  { name: 'ticket.action', type: 'action', reads: 'change', value: ({ change }) => change?.actions ?? [] },
  {
    name: 'article.action',
    type: 'action',
    reads: 'change',
    value: ({ change }) => (change ? [change.articleAction] : []),
  },
  ...related('article', articleFields),
];

const known: Record<Knowledge['scope'], ReadonlyMap<string, Field>> = {
  fields: byName([...own, tags]),
  schedules: byName([...own, tags, ...hanging]),
  tickets: byName([...own, tags, ...hanging]),
  changes: byName([...own, tags, ...hanging, ...happening]),
};

/** The field of this name, as far as it can be asked for; this is the one place that knows custom attributes. */
export function fieldNamed(name: string, { scope, attributes }: Knowledge): Field | undefined {
  const field = known[scope].get(name);
  if (field) return field;
  const own = /^ticket\.(\w+)$/.exec(name)?.[1];
  const attribute = own === undefined ? undefined : attributes?.get(own);
  if (own === undefined || attribute === undefined) return undefined;
  return attributeField<Facts>(name, attribute, ({ ticket, attributes: given }) => given ?? ticket.custom);
}

export function knownFields({ scope, attributes }: Knowledge): string[] {
  return [...known[scope].keys(), ...[...(attributes?.keys() ?? [])].map((name) => `ticket.${name}`)];
}
