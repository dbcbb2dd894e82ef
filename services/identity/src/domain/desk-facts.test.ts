import { expect, it } from 'vitest';
import { deskFacts } from './desk-facts.ts';

const named = (url: string) => Object.fromEntries(deskFacts(url).map(({ name, value }) => [name, value]));

it('says where the desk is as people type it', () => {
  expect(named('https://desk.example.org/')).toMatchObject({ fqdn: 'desk.example.org', http_type: 'https' });
  expect(named('http://localhost:8080')).toMatchObject({ fqdn: 'localhost:8080', http_type: 'http' });
});

it('has the same ids for ever', () => {
  const ids = deskFacts('https://desk.example.org').map(({ id, name }) => [id, name]);
  expect(ids.slice(0, 3)).toEqual([
    [1001, 'product_name'],
    [1002, 'fqdn'],
    [1003, 'http_type'],
  ]);
  expect(new Set(ids.map(([id]) => id)).size).toBe(ids.length);
});
