import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageHeaders } from './page-links.ts';

const relations = (link: string | undefined) =>
  Object.fromEntries([...(link ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]));

describe('pages by number', () => {
  it('link to their neighbours, and keep what else was asked', () => {
    const headers = pageHeaders('/api/v1/slas?per_page=2&page=2&expand=true', { page: 2, perPage: 2, rows: 2 });
    expect(relations(headers.link)).toEqual({
      first: '/api/v1/slas?per_page=2&page=1&expand=true',
      prev: '/api/v1/slas?per_page=2&page=1&expand=true',
      next: '/api/v1/slas?per_page=2&page=3&expand=true',
    });
    expect(headers['x-total-count']).toBeUndefined();
  });

  it('name the total when it is told, and when the page is the last one', () => {
    const told = pageHeaders('/api/v1/tickets/search', { page: 1, perPage: 50, rows: 50, total: 51 });
    expect(told['x-total-count']).toBe('51');
    expect(relations(told.link)).toMatchObject({
      next: '/api/v1/tickets/search?page=2',
      last: '/api/v1/tickets/search?page=2',
    });
    expect(pageHeaders('/api/v1/slas', { page: 3, perPage: 50, rows: 7 })['x-total-count']).toBe('107');
    expect(pageHeaders('/api/v1/slas', { page: 3, perPage: 50, rows: 0 })['x-total-count']).toBeUndefined();
  });

  it('lead whoever follows `next` through every row once, whatever the page size', () => {
    const pages = fc.record({ total: fc.nat(40), perPage: fc.integer({ min: 1, max: 12 }), counted: fc.boolean() });
    fc.assert(
      fc.property(pages, ({ total, perPage, counted }) => {
        let [url, seen, asked]: [string | undefined, number, number] = [`/x?per_page=${perPage}`, 0, 0];
        while (url !== undefined) {
          const page = Number(new URLSearchParams(url.split('?')[1]).get('page') ?? 1);
          const rows = Math.max(0, Math.min(perPage, total - (page - 1) * perPage));
          seen += rows;
          const headers = pageHeaders(url, { page, perPage, rows, ...(counted && { total }) });
          const known = headers['x-total-count'];
          expect(known === undefined || Number(known) === total).toBe(true);
          url = relations(headers.link).next;
          expect(++asked).toBeLessThan(50);
        }
        expect(seen).toBe(total);
      }),
    );
  });
});

it('a walk goes on where the owner says, and ends where it says nothing', () => {
  const on = pageHeaders('/api/v1/tickets?cursor=&per_page=2', { page: 1, perPage: 2, rows: 2, next: 'abc.d-e_' });
  expect(relations(on.link)).toEqual({
    first: '/api/v1/tickets?cursor=&per_page=2',
    next: '/api/v1/tickets?cursor=abc.d-e_&per_page=2',
  });
  const end = pageHeaders('/api/v1/tickets?cursor=abc&per_page=2', { page: 1, perPage: 2, rows: 1, next: null });
  expect(relations(end.link)).not.toHaveProperty('next');
  expect(end['x-total-count']).toBeUndefined();
});

it('an answer of which nothing is known gets no headers', () => {
  expect(pageHeaders('/api/v1/slas', { page: 1, perPage: 500 })).toEqual({});
});
