import { expect, it } from 'vitest';
import { asBranches, grantedByParent, withPermission } from './permissions.ts';

it('permissions stand below their first word', () => {
  expect(asBranches(['admin', 'admin.group', 'admin.user', 'report', 'ticket.agent'])).toEqual([
    { name: 'admin', children: ['admin.group', 'admin.user'] },
    { name: 'report', children: [] },
    { name: 'ticket', children: ['ticket.agent'] },
  ]);
});

it('a parent takes the place of what it grants', () => {
  expect(withPermission(['admin.user', 'report'], 'admin', true)).toEqual(['admin', 'report']);
  expect(withPermission(['admin', 'report'], 'admin', false)).toEqual(['report']);
  expect(withPermission(['report'], 'admin.user', true)).toEqual(['admin.user', 'report']);
  expect(withPermission(['admin.user', 'administer.all'], 'admin', true)).toEqual(['admin', 'administer.all']);
});

it('what a parent grants is told', () => {
  expect(grantedByParent(['admin'], 'admin.user')).toBe(true);
  expect(grantedByParent(['admin.user'], 'admin.user')).toBe(false);
  expect(grantedByParent(['admin'], 'administer.all')).toBe(false);
});
