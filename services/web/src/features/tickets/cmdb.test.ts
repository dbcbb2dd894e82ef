import { expect, it } from 'vitest';
import { cmdbOf, wishedCmdb } from './cmdb.ts';

it('a link names objects, and their client where there are several', () => {
  expect(wishedCmdb({ objects: '34,35,34', tenant: '1' })).toEqual({ object_ids: ['34', '35'], tenant: '1' });
  expect(wishedCmdb({ objects: '34undefined' })).toEqual({ object_ids: ['34'] });
  expect(wishedCmdb({ objects: 'x' })).toBeUndefined();
  expect(wishedCmdb({})).toBeUndefined();
});

it('a ticket keeps them, whoever wrote them', () => {
  expect(cmdbOf({ preferences: { idoit: { object_ids: [34, '35'], tenant: '1' } } })).toEqual({
    object_ids: ['34', '35'],
    tenant: '1',
  });
  expect(cmdbOf({ preferences: {} })).toEqual({ object_ids: [] });
});
