import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { AccessLevel } from './group-access.ts';
import type { AdminPageId, AdminSection } from './pages.ts';

export const pageLabels: Record<AdminPageId, MessageDescriptor> = {
  users: msg`Users`,
  groups: msg`Groups`,
  organizations: msg`Organizations`,
  communities: msg`Communities`,
  services: msg`Service catalogue`,
  roles: msg`Roles`,
  overviews: msg`Overviews`,
  mail: msg`Mail`,
  macros: msg`Macros`,
  'text-modules': msg`Text modules`,
  templates: msg`Templates`,
  'custom-fields': msg`Custom fields`,
  triggers: msg`Triggers`,
  schedules: msg`Schedules`,
  webhooks: msg`Webhooks`,
  slas: msg`SLAs`,
  calendars: msg`Calendars`,
  checklists: msg`Checklists`,
  recurring: msg`Recurring tickets`,
  'ticket-settings': msg`Working on tickets`,
  states: msg`States`,
  priorities: msg`Priorities`,
  tags: msg`Tags`,
  'time-accounting': msg`Time accounting`,
  'knowledge-base': msg`Knowledge base`,
  reports: msg`Reports`,
  'sign-in': msg`Sign-in`,
  branding: msg`Branding`,
  maintenance: msg`Maintenance`,
  'public-links': msg`Public links`,
  directories: msg`Directories`,
  applications: msg`Applications`,
  integrations: msg`Forms and machines`,
  chat: msg`Live chat`,
  cmdb: msg`CMDB`,
  federation: msg`Federation`,
  'data-protection': msg`Data protection`,
  imports: msg`Import`,
  configuration: msg`Configuration`,
  health: msg`System health`,
  audit: msg`Audit log`,
};

export const sectionLabels: Record<AdminSection, MessageDescriptor> = {
  people: msg`People and access`,
  tickets: msg`Tickets`,
  rules: msg`Rules and deadlines`,
  channels: msg`Mail and connections`,
  help: msg`Help and appearance`,
  system: msg`Reports and operations`,
};

export const levelLabels: Record<AccessLevel, MessageDescriptor> = {
  read: msg`Read`,
  create: msg`Create`,
  change: msg`Change`,
  overview: msg`Overview`,
  full: msg`Full`,
};
