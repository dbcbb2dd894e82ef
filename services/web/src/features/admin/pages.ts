export type AdminPageId =
  | 'users'
  | 'groups'
  | 'organizations'
  | 'communities'
  | 'services'
  | 'roles'
  | 'overviews'
  | 'mail'
  | 'macros'
  | 'text-modules'
  | 'templates'
  | 'custom-fields'
  | 'triggers'
  | 'schedules'
  | 'webhooks'
  | 'slas'
  | 'calendars'
  | 'checklists'
  | 'recurring'
  | 'ticket-settings'
  | 'states'
  | 'priorities'
  | 'tags'
  | 'time-accounting'
  | 'knowledge-base'
  | 'reports'
  | 'sign-in'
  | 'branding'
  | 'public-links'
  | 'directories'
  | 'applications'
  | 'integrations'
  | 'chat'
  | 'cmdb'
  | 'federation'
  | 'data-protection'
  | 'imports'
  | 'configuration'
  | 'health'
  | 'maintenance'
  | 'audit';

/** Where the menu has them, in its order. */
export const adminSections = ['people', 'tickets', 'rules', 'channels', 'help', 'system'] as const;
export type AdminSection = (typeof adminSections)[number];

export interface AdminPage {
  id: AdminPageId;
  section: AdminSection;
  /** Without all of them the server refuses what the page asks for. */
  permissions: readonly string[];
  /** Also for whoever administers a community: the server shows them what is theirs. */
  ofCommunities?: true;
}

export const adminPages: readonly AdminPage[] = [
  { id: 'users', section: 'people', permissions: ['admin.user'] },
  { id: 'groups', section: 'people', permissions: ['admin.group'], ofCommunities: true },
  { id: 'organizations', section: 'people', permissions: ['admin.organization'] },
  { id: 'communities', section: 'people', permissions: ['admin'], ofCommunities: true },
  { id: 'roles', section: 'people', permissions: ['admin.role'] },
  { id: 'sign-in', section: 'people', permissions: ['admin.security'] },
  { id: 'directories', section: 'people', permissions: ['admin.security', 'admin.user', 'admin.scim'] },
  { id: 'ticket-settings', section: 'tickets', permissions: ['admin.ticket'] },
  { id: 'states', section: 'tickets', permissions: ['admin.ticket_state'] },
  { id: 'priorities', section: 'tickets', permissions: ['admin.ticket_priority'] },
  { id: 'tags', section: 'tickets', permissions: ['admin.tag'] },
  { id: 'overviews', section: 'tickets', permissions: ['admin.overview'] },
  { id: 'custom-fields', section: 'tickets', permissions: ['admin.object'] },
  { id: 'templates', section: 'tickets', permissions: ['admin.template'] },
  { id: 'text-modules', section: 'tickets', permissions: ['admin.text_module'], ofCommunities: true },
  { id: 'macros', section: 'tickets', permissions: ['admin.macro'] },
  { id: 'checklists', section: 'tickets', permissions: ['admin.checklist'] },
  { id: 'recurring', section: 'tickets', permissions: ['admin.scheduler'] },
  { id: 'time-accounting', section: 'tickets', permissions: ['admin.time_accounting'] },
  { id: 'triggers', section: 'rules', permissions: ['admin.trigger'] },
  { id: 'schedules', section: 'rules', permissions: ['admin.scheduler'] },
  { id: 'slas', section: 'rules', permissions: ['admin.sla'], ofCommunities: true },
  { id: 'calendars', section: 'rules', permissions: ['admin.calendar'] },
  { id: 'webhooks', section: 'rules', permissions: ['admin.webhook'] },
  { id: 'mail', section: 'channels', permissions: ['admin.channel_email'] },
  { id: 'integrations', section: 'channels', permissions: ['admin.integration', 'admin.channel_formular'] },
  { id: 'chat', section: 'channels', permissions: ['admin.channel_chat'] },
  { id: 'services', section: 'channels', permissions: ['admin.integration'], ofCommunities: true },
  { id: 'federation', section: 'channels', permissions: ['admin.integration'] },
  { id: 'cmdb', section: 'channels', permissions: ['admin.integration'] },
  { id: 'applications', section: 'channels', permissions: ['admin.api'] },
  { id: 'knowledge-base', section: 'help', permissions: ['knowledge_base.editor'] },
  { id: 'branding', section: 'help', permissions: ['admin.branding', 'admin.group'], ofCommunities: true },
  { id: 'public-links', section: 'help', permissions: ['admin.public_links'] },
  { id: 'reports', section: 'system', permissions: ['report'] },
  { id: 'imports', section: 'system', permissions: ['admin'] },
  { id: 'configuration', section: 'system', permissions: ['admin'] },
  { id: 'health', section: 'system', permissions: ['admin.monitoring'] },
  { id: 'maintenance', section: 'system', permissions: ['admin.maintenance'] },
  { id: 'data-protection', section: 'system', permissions: ['admin.data_privacy'] },
  { id: 'audit', section: 'system', permissions: ['admin.audit_log'] },
];

type May = (permission: string) => boolean;

export const mayOpen = ({ permissions, ofCommunities }: AdminPage, may: May): boolean =>
  permissions.every(may) || (ofCommunities === true && may('community'));

export const pagesFor = (may: May): AdminPage[] => adminPages.filter((page) => mayOpen(page, may));

/** The page that an address below `/admin` belongs to. */
export function pageAt(pathname: string): AdminPage | undefined {
  const id = /^\/admin\/([^/]+)/.exec(pathname)?.[1];
  return adminPages.find((page) => page.id === id);
}
