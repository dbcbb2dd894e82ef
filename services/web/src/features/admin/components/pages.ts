import { lazy } from 'react';

/** The administration is one chunk: who administers goes from page to page, all others never load it. */
export { AdminArea } from './admin-page.tsx';
export { ApplicationPage, NewApplicationPage } from './application-page.tsx';
export { ApplicationsPage } from './applications-page.tsx';
export { AuditPage } from './audit-page.tsx';
export { BrandingPage, BrandingsPage, NewBrandingPage } from './branding-page.tsx';
export { CalendarPage, NewCalendarPage } from './calendar-page.tsx';
export { CalendarsPage } from './calendars-page.tsx';
export { ChecklistTemplatePage, NewChecklistTemplatePage } from './checklist-page.tsx';
export { ChecklistsPage } from './checklists-page.tsx';
export { CommunitiesPage } from './communities-page.tsx';
export { CommunityPage, NewCommunityPage } from './community-page.tsx';
export { CustomFieldPage, NewCustomFieldPage } from './custom-field-page.tsx';
export { CustomFieldsPage } from './custom-fields-page.tsx';
export { DataProtectionPage } from './data-protection-page.tsx';
export { DirectoriesPage } from './directories-page.tsx';
export { DirectoryPage, NewDirectoryPage } from './directory-page.tsx';
export { ErasurePage } from './erasure-page.tsx';
export { GroupPage, NewGroupPage } from './group-page.tsx';
export { GroupsPage } from './groups-page.tsx';
export { MacrosPage, TemplatesPage, TextModulesPage } from './library-pages.tsx';
export { MacroPage, NewMacroPage } from './macro-page.tsx';
export { MailPage } from './mail-page.tsx';
export { MailPartPage } from './mail-part-page.tsx';
export { MaintenancePage } from './maintenance-page.tsx';
export { NewErasurePage } from './new-erasure-page.tsx';
export { NewOrganizationPage, OrganizationPage } from './organization-page.tsx';
export { OrganizationsPage } from './organizations-page.tsx';
export { OverviewsPage } from './overviews-page.tsx';
export { NewProviderPage, ProviderPage } from './provider-page.tsx';
export { NewRecurringTicketPage, RecurringTicketPage, RecurringTicketsPage } from './recurring-pages.tsx';
export { NewRetentionRulePage, RetentionRulePage } from './retention-page.tsx';
export { NewRolePage, RolePage } from './role-page.tsx';
export { RolesPage } from './roles-page.tsx';
export { NewServicePage, ServicePage, ServicesPage } from './service-pages.tsx';
export { SignInSettingsPage } from './sign-in-page.tsx';
export { NewSlaPage, SlaPage } from './sla-page.tsx';
export { SlasPage } from './slas-page.tsx';
export { NewTemplatePage, TemplatePage } from './template-page.tsx';
export { NewTextModulePage, TextModulePage } from './text-module-page.tsx';
export { TicketSettingsPage } from './ticket-settings-page.tsx';
export { TimeAccountingPage } from './time-accounting-page.tsx';
export { NewUserPage, UserPage } from './user-page.tsx';
export { UsersPage } from './users-page.tsx';

/** A chunk of its own: few have a CMDB. */
export const CmdbPage = lazy(() => import('./cmdb-page.tsx').then((file) => ({ default: file.CmdbPage })));
export const IntegrationsPage = lazy(() =>
  import('./integrations-page.tsx').then((file) => ({ default: file.IntegrationsPage })),
);
export const ChatSettingsPage = lazy(() =>
  import('./chat-settings-page.tsx').then((file) => ({ default: file.ChatSettingsPage })),
);
export const ConfigurationPage = lazy(() =>
  import('./configuration-page.tsx').then((file) => ({ default: file.ConfigurationPage })),
);
export const HealthPage = lazy(() => import('./health-page.tsx').then((file) => ({ default: file.HealthPage })));
