export type AdminPageId =
  | 'users'
  | 'groups'
  | 'organizations'
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
  | 'time-accounting'
  | 'knowledge-base'
  | 'reports'
  | 'sign-in'
  | 'branding'
  | 'public-links'
  | 'directories'
  | 'applications'
  | 'integrations'
  | 'cmdb'
  | 'federation'
  | 'data-protection'
  | 'health'
  | 'audit';

export interface AdminPage {
  id: AdminPageId;
  /** Without all of them the server refuses what the page asks for. */
  permissions: readonly string[];
}

export const adminPages: readonly AdminPage[] = [
  { id: 'users', permissions: ['admin.user'] },
  { id: 'groups', permissions: ['admin.group'] },
  { id: 'organizations', permissions: ['admin.organization'] },
  { id: 'roles', permissions: ['admin.role'] },
  { id: 'overviews', permissions: ['admin.overview'] },
  { id: 'mail', permissions: ['admin.channel_email'] },
  { id: 'macros', permissions: ['admin.macro'] },
  { id: 'text-modules', permissions: ['admin.text_module'] },
  { id: 'templates', permissions: ['admin.template'] },
  { id: 'custom-fields', permissions: ['admin.object'] },
  { id: 'triggers', permissions: ['admin.trigger'] },
  { id: 'schedules', permissions: ['admin.scheduler'] },
  { id: 'webhooks', permissions: ['admin.webhook'] },
  { id: 'slas', permissions: ['admin.sla'] },
  { id: 'calendars', permissions: ['admin.calendar'] },
  { id: 'checklists', permissions: ['admin.checklist'] },
  { id: 'recurring', permissions: ['admin.scheduler'] },
  { id: 'ticket-settings', permissions: ['admin.ticket'] },
  { id: 'time-accounting', permissions: ['admin.time_accounting'] },
  { id: 'knowledge-base', permissions: ['knowledge_base.editor'] },
  { id: 'reports', permissions: ['report'] },
  { id: 'sign-in', permissions: ['admin.security'] },
  { id: 'branding', permissions: ['admin.branding', 'admin.group'] },
  { id: 'public-links', permissions: ['admin.public_links'] },
  { id: 'directories', permissions: ['admin.security', 'admin.user', 'admin.scim'] },
  { id: 'applications', permissions: ['admin.api'] },
  { id: 'integrations', permissions: ['admin.integration', 'admin.channel_formular'] },
  { id: 'cmdb', permissions: ['admin.integration'] },
  { id: 'federation', permissions: ['admin.integration'] },
  { id: 'data-protection', permissions: ['admin.data_privacy'] },
  { id: 'health', permissions: ['admin.monitoring'] },
  { id: 'audit', permissions: ['admin.audit_log'] },
];

type May = (permission: string) => boolean;

export const mayOpen = ({ permissions }: AdminPage, may: May): boolean => permissions.every(may);

export const pagesFor = (may: May): AdminPage[] => adminPages.filter((page) => mayOpen(page, may));

/** The page that an address below `/admin` belongs to. */
export function pageAt(pathname: string): AdminPage | undefined {
  const id = /^\/admin\/([^/]+)/.exec(pathname)?.[1];
  return adminPages.find((page) => page.id === id);
}
