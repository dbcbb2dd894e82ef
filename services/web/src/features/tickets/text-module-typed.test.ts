import { expect, it } from 'vitest';
import { textModuleTyped } from './text-module-typed.ts';

it.each([
  ['::', ''],
  ['Hello ::gre', 'gre'],
  ['(::vpn', 'vpn'],
  ['std::string', null],
  ['a :: b', null],
  [':::', null],
  ['', null],
])('%j asks for %j', (before, query) => {
  expect(textModuleTyped(before)).toBe(query);
});
