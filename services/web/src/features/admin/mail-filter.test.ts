import { expect, it } from 'vitest';
import { bodyOf, type FilterValues, type MailFilter, valuesOf } from './mail-filter.ts';

const values: FilterValues = {
  name: 'Orders',
  match: [
    { header: ' Subject ', operator: 'contains', value: 'order' },
    { header: 'from', operator: 'ends with', value: '@a.example\n@b.example' },
  ],
  perform: [
    { action: 'x-zammad-ticket-tags', value: 'shop, order' },
    { action: 'x-zammad-ignore', value: '' },
  ],
  note: '',
  active: true,
};

it('what is written comes back as it is read', () => {
  const body = bodyOf(values);
  expect(body).toEqual({
    ...{ name: 'Orders', note: '', active: true },
    match: {
      subject: { operator: 'contains', value: 'order' },
      from: { operator: 'ends with', value: ['@a.example', '@b.example'] },
    },
    perform: {
      'x-zammad-ticket-tags': { value: 'shop, order', operator: 'add' },
      'x-zammad-ignore': { value: 'true' },
    },
  });
  expect(bodyOf(valuesOf({ ...body, id: 1 } as unknown as MailFilter))).toEqual(body);
});

it('what only programs write stays as it is', () => {
  const perform = {
    'x-zammad-ticket-tags': { value: 'shop', operator: 'remove' },
    'x-zammad-article-internal': { value: 'false' },
  };
  const filter = { ...bodyOf(values), id: 1, perform } as unknown as MailFilter;
  expect(bodyOf(valuesOf(filter)).perform).toEqual(perform);
});
