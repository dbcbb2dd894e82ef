/** `perform` JSON as it is stored: what is done, by its name (docs/how-to/macros-and-bulk-changes.md). */
export type Perform = Record<string, unknown>;
export type PerformLine = Readonly<Record<string, unknown>>;

export const actionNames = [
  'ticket.state_id',
  'ticket.priority_id',
  'ticket.impact',
  'ticket.urgency',
  'ticket.group_id',
  'ticket.owner_id',
  'ticket.customer_id',
  'ticket.organization_id',
  'ticket.tags',
  'ticket.title',
  'ticket.pending_time',
  'ticket.note',
  'article.note',
  'article.body',
  'ticket.formSenderType',
  'notification.email',
  'notification.webhook',
  'ticket.subscribe',
  'ticket.unsubscribe',
  'ticket.action',
  'user.active',
  'user.vip',
  'user.verified',
  'user.department',
  'user.city',
  'user.country',
  'user.note',
  'user.action',
  'organization.active',
  'organization.vip',
  'organization.shared',
  'organization.note',
] as const;
export type ActionName = (typeof actionNames)[number];

const ofTickets = [
  ...(['ticket.state_id', 'ticket.priority_id', 'ticket.impact', 'ticket.urgency', 'ticket.group_id'] as const),
  ...(['ticket.owner_id', 'ticket.customer_id'] as const),
  ...(['ticket.organization_id', 'ticket.tags', 'ticket.title', 'ticket.pending_time', 'ticket.note'] as const),
];

const ofRules = [
  ...ofTickets,
  ...(['article.note', 'notification.email', 'notification.webhook'] as const),
  ...(['ticket.subscribe', 'ticket.unsubscribe', 'ticket.action'] as const),
];

/** What each kind of thing may do, in the order in which it is offered. */
export const offered = {
  macro: [...ofTickets, 'article.note'],
  rule: ofRules,
  schedule: ofRules,
  people: [
    ...(['user.active', 'user.vip', 'user.verified', 'user.department', 'user.city', 'user.country'] as const),
    ...(['user.note', 'user.action'] as const),
  ],
  organizations: ['organization.active', 'organization.vip', 'organization.shared', 'organization.note'],
  // Of a new ticket: what its form has.
  template: [
    ...(['ticket.formSenderType', 'ticket.title', 'article.body', 'ticket.group_id', 'ticket.owner_id'] as const),
    ...(['ticket.state_id', 'ticket.priority_id', 'ticket.impact', 'ticket.urgency'] as const),
    ...(['ticket.pending_time', 'ticket.tags'] as const),
  ],
} as const satisfies Record<string, readonly ActionName[]>;
export type Performer = keyof typeof offered;

const firstLines: Partial<Record<ActionName, PerformLine>> = {
  'ticket.owner_id': { pre_condition: 'current_user.id' },
  'ticket.customer_id': { pre_condition: 'specific', value: '' },
  'ticket.organization_id': { pre_condition: 'specific', value: '' },
  'ticket.tags': { operator: 'add', value: '' },
  'ticket.pending_time': { operator: 'relative', value: 1, range: 'day' },
  'article.note': { body: '', internal: true },
  'notification.email': { recipient: ['ticket_customer'], subject: '', body: '' },
  'ticket.subscribe': { pre_condition: 'current_user.id' },
  'ticket.unsubscribe': { pre_condition: 'current_user.id' },
  'ticket.action': { value: 'delete' },
  'user.action': { value: 'data_privacy_deletion_task' },
  ...Object.fromEntries(
    (['user.active', 'user.vip', 'user.verified', 'organization.active', 'organization.vip'] as const).map((name) => [
      name,
      { value: true },
    ]),
  ),
  'organization.shared': { value: true },
};

/** Of whom a custom field is that a performer sets: `ticket.floor`, `user.floor`. */
export const prefixOf = (performer: Performer): 'ticket' | 'user' | 'organization' =>
  performer === 'people' ? 'user' : performer === 'organizations' ? 'organization' : 'ticket';

/** What a line begins as. */
export function newLine(name: ActionName, performer: Performer): PerformLine {
  const line = firstLines[name] ?? { value: '' };
  // When a schedule runs, there is no current user.
  return performer === 'schedule' && 'pre_condition' in line ? { pre_condition: 'specific', value: '' } : line;
}

/** In the order of `actionNames`; objects keep none. What has no editor comes last, with null for its name. */
export function linesOf(perform: Perform, performer: Performer): { name: string; known: ActionName | null }[] {
  const names: readonly ActionName[] = offered[performer];
  const known = names.filter((name) => name in perform);
  const others = Object.keys(perform).filter((name) => !(names as readonly string[]).includes(name));
  return [...known.map((name) => ({ name, known: name })), ...others.toSorted().map((name) => ({ name, known: null }))];
}

/** A value as the field of a form holds it. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Tags as a list; stored as one text with commas, or as a list. */
export function tagsOf(value: unknown): string[] {
  const names = (Array.isArray(value) ? value : [value]).flatMap((one) => textOf(one).split(','));
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

/** Of a mail: parts in the ticket, as `ticket_customer`, and ids of people. */
export function recipientsOf(value: unknown): { parts: string[]; people: string[] } {
  const all = (Array.isArray(value) ? value : [value]).map(textOf).filter((one) => one !== '');
  const id = (one: string) => /^userid_(\d+)$/.exec(one)?.[1];
  return { parts: all.filter((one) => id(one) === undefined), people: all.flatMap((one) => id(one) ?? []) };
}
