/** The administration is one chunk: who administers goes from page to page, all others never load it. */
export { AdminArea } from './admin-page.tsx';
export { AuditPage } from './audit-page.tsx';
export { GroupPage, NewGroupPage } from './group-page.tsx';
export { GroupsPage } from './groups-page.tsx';
export { NewOrganizationPage, OrganizationPage } from './organization-page.tsx';
export { OrganizationsPage } from './organizations-page.tsx';
export { NewProviderPage, ProviderPage } from './provider-page.tsx';
export { NewRolePage, RolePage } from './role-page.tsx';
export { RolesPage } from './roles-page.tsx';
export { SignInSettingsPage } from './sign-in-page.tsx';
export { NewUserPage, UserPage } from './user-page.tsx';
export { UsersPage } from './users-page.tsx';
