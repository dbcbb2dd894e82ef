export type AdminPageId = 'users' | 'groups' | 'organizations' | 'roles' | 'sign-in' | 'audit';

export interface AdminPage {
  id: AdminPageId;
  /** Without it the server refuses what the page asks for. */
  permission: string;
}

export const adminPages: readonly AdminPage[] = [
  { id: 'users', permission: 'admin.user' },
  { id: 'groups', permission: 'admin.group' },
  { id: 'organizations', permission: 'admin.organization' },
  { id: 'roles', permission: 'admin.role' },
  { id: 'sign-in', permission: 'admin.security' },
  { id: 'audit', permission: 'admin.audit_log' },
];

export function pagesFor(may: (permission: string) => boolean): AdminPage[] {
  return adminPages.filter(({ permission }) => may(permission));
}

/** The page that an address below `/admin` belongs to. */
export function pageAt(pathname: string): AdminPage | undefined {
  const id = /^\/admin\/([^/]+)/.exec(pathname)?.[1];
  return adminPages.find((page) => page.id === id);
}
