import { describe, expect, it } from 'vitest';
import { readForm } from './form-body.ts';

describe('readForm', () => {
  it.each([
    ['', {}],
    ['title=a+b&x=%C3%BC', { title: 'a b', x: 'ü' }],
    ['article[body]=Hi&article[type]=note', { article: { body: 'Hi', type: 'note' } }],
    ['ids[]=1&ids[]=2', { ids: ['1', '2'] }],
    ['a[b][c]=1', { a: { b: { c: '1' } } }],
    ['a=1&a[b]=2', { a: { b: '2' } }],
    ['a=1&a=2', { a: '2' }],
    ['a[=1', { a: ['1'] }],
  ])('reads %s', (text, form) => expect(readForm(text)).toEqual(form));

  it.each(['__proto__[x]=1', 'constructor[prototype][x]=1', 'a[__proto__][x]=1'])('drops %s', (text) => {
    readForm(text);
    expect(({} as { x?: string }).x).toBeUndefined();
    expect(Object.keys(readForm(text))).toEqual([]);
  });

  it('ends at a bracket bomb and at a flood of fields', () => {
    expect(readForm(`a${'[b]'.repeat(10_000)}=1`)).toEqual({});
    expect(Object.keys(readForm(Array.from({ length: 5_000 }, (_, n) => `k${n}=1`).join('&')))).toHaveLength(1_000);
  });
});
