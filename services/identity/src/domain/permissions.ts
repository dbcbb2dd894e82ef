/** Every permission there is (docs/glossary.md), in the order of their ids. A parent grants its children. */
const admin = [
  'ai_agent',
  'ai_assistance_text_tools',
  'ai_assistance_ticket_summary',
  'ai_provider',
  'alert',
  'api',
  'audit_log',
  'branding',
  'calendar',
  'channel_chat',
  'channel_email',
  'channel_facebook',
  'channel_formular',
  'channel_google',
  'channel_microsoft365',
  'channel_microsoft_graph',
  'channel_sms',
  'channel_telegram',
  'channel_twitter',
  'channel_web',
  'channel_whatsapp',
  'checklist',
  'core_workflow',
  'data_privacy',
  'group',
  'integration',
  'knowledge_base',
  'macro',
  'maintenance',
  'monitoring',
  'object',
  'organization',
  'overview',
  'package',
  'public_links',
  'report_profile',
  'role',
  'scheduler',
  'scim',
  'security',
  'session',
  'sla',
  'system',
  'system_report',
  'tag',
  'template',
  'text_module',
  'ticket',
  'ticket_auto_assignment',
  'ticket_duplicate_detection',
  'ticket_priority',
  'ticket_state',
  'time_accounting',
  'translation',
  'trigger',
  'user',
  'webhook',
];

const userPreferences = [
  'access_token',
  'appearance',
  'avatar',
  'calendar',
  'device',
  'language',
  'linked_accounts',
  'notifications',
  'out_of_office',
  'overview_sorting',
  'password',
  'two_factor_authentication',
];

const below = (parent: string, children: string[]): string[] => [
  parent,
  ...children.map((child) => `${parent}.${child}`),
];

export const permissionNames: readonly string[] = [
  ...below('admin', admin),
  ...below('chat', ['agent']),
  ...below('cti', ['agent']),
  ...below('knowledge_base', ['editor', 'reader']),
  'report',
  ...below('ticket', ['agent', 'customer']),
  ...below('user_preferences', userPreferences),
];

/** What API tokens may hold: what roles do, and what comes with administering a community. */
export const tokenPermissions: readonly string[] = [...permissionNames, 'community'];

/** What the seeded roles hold. */
export const seededRoles = {
  Admin: ['user_preferences', 'admin', 'report', 'knowledge_base.editor'],
  Agent: ['user_preferences', 'ticket.agent', 'chat.agent', 'cti.agent', 'knowledge_base.reader'],
  Customer: [
    'ticket.customer',
    ...['password', 'two_factor_authentication', 'language', 'linked_accounts', 'avatar', 'appearance'].map(
      (child) => `user_preferences.${child}`,
    ),
  ],
} as const satisfies Record<string, readonly string[]>;

/** True when a role that strangers get by signing up may hold it: it opens nothing but what is their own. */
export function allowedAtSignup(name: string): boolean {
  return name === 'ticket.customer' || grants(['user_preferences'], name);
}

/** True when a held permission is the asked one or one of its parents. */
export function grants(held: readonly string[], name: string): boolean {
  return held.some((permission) => permission === name || name.startsWith(`${permission}.`));
}

/** The names of which one must be held for a permission to be held: itself and its parents. */
export function grantedBy(name: string): string[] {
  return [...parentsOf(name), name];
}

/**
 * What is allowed by both lists: `admin` narrowed to `admin.user` is `admin.user`, and so is the reverse.
 * @returns sorted, without a name whose parent is in the answer as well
 */
export function narrow(one: readonly string[], other: readonly string[]): string[] {
  const both = new Set([...one.filter((name) => grants(other, name)), ...other.filter((name) => grants(one, name))]);
  return minimal([...both]);
}

/** Sorted, without doubles and without names that a parent in the list grants already. */
export function minimal(names: readonly string[]): string[] {
  const all = new Set(names);
  return [...all].filter((name) => !parentsOf(name).some((parent) => all.has(parent))).sort();
}

const parentsOf = (name: string): string[] => [...name.matchAll(/\./g)].map((dot) => name.slice(0, dot.index));
