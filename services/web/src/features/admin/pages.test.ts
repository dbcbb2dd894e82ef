import { describe, expect, it } from 'vitest';
import { capabilitiesOf } from '../session/access.ts';
import { adminPages, adminSections, pageAt, pagesFor } from './pages.ts';

const idsFor = (...permissions: string[]) => pagesFor(capabilitiesOf({ permissions }).may).map(({ id }) => id);

describe('pages of the administration', () => {
  it('all of them are for who administers everything', () => {
    expect(idsFor('admin', 'report', 'knowledge_base.editor')).toEqual(adminPages.map(({ id }) => id));
  });
  it('each is for who has its permission alone', () => {
    expect(idsFor('admin.group', 'ticket.agent')).toEqual(['groups']);
    expect(idsFor('admin.audit_log')).toEqual(['audit']);
  });
  it('that of directories is for who has all that it takes', () => {
    expect(idsFor('admin.scim', 'admin.security')).toEqual(['sign-in']);
    expect(idsFor('admin.scim', 'admin.security', 'admin.user')).toEqual(['users', 'sign-in', 'directories']);
  });
  it('of what communities look after are for who administers one', () => {
    expect(idsFor('community', 'ticket.customer')).toEqual([
      'groups',
      'communities',
      'text-modules',
      'slas',
      'services',
      'branding',
    ]);
  });
  it('stand in the order of the sections, none of which is empty', () => {
    expect([...new Set(adminPages.map(({ section }) => section))]).toEqual(adminSections);
    const places = adminPages.map(({ section }) => adminSections.indexOf(section));
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });
  it('none is for agents and customers', () => {
    expect(idsFor('ticket.agent', 'user_preferences')).toEqual([]);
    expect(idsFor('ticket.customer')).toEqual([]);
  });
  it.each([
    ['/admin/users', 'users'],
    ['/admin/users/3', 'users'],
    ['/admin/sign-in/providers/new', 'sign-in'],
    ['/admin/data-protection/tasks/3', 'data-protection'],
    ['/admin/reports/profiles/3', 'reports'],
    ['/admin', undefined],
    ['/admin/userspace', undefined],
    ['/tickets', undefined],
  ])('%s belongs to %s', (pathname, id) => {
    expect(pageAt(pathname)?.id).toBe(id);
  });
});
