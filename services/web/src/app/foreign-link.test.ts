import { expect, it } from 'vitest';
import { foreignLink } from './foreign-link.ts';

it.each([
  ['#ticket/zoom/12', '/tickets/12'],
  ['ticket/zoom/12/345', '/tickets/12'],
  ['#ticket/create/query/idoit_object_ids=34', '/tickets/new?objects=34'],
  ['#ticket/create/query/idoit_object_ids=34undefined', '/tickets/new?objects=34'],
  ['#ticket/create', '/tickets/new'],
  ['#ticket/zoom/x', undefined],
  ['#history', undefined],
  ['', undefined],
])('%j leads to %j', (hash, path) => {
  expect(foreignLink(hash)).toBe(path);
});
