import { expect, it } from 'vitest';
import { formRequestIn, wrongIn } from './form-request.ts';

const good = { name: 'Nina', email: 'nina@example.org', title: 'Help', body: 'It burns.' };

it.each([
  [good, {}],
  [{ ...good, email: 'x' }, { email: 'invalid' }],
  [{ ...good, email: 'x y@example.org' }, { email: 'invalid' }],
  [{ ...good, email: 'x..y@example.org' }, { email: 'invalid' }],
  [{ ...good, email: 'a@b@c' }, { email: 'invalid' }],
  [
    { ...good, name: '  ', body: 7 },
    { name: 'required', body: 'required' },
  ],
  [{}, { name: 'required', email: 'required', title: 'required', body: 'required' }],
])('%j: %j', (given, wrong) => {
  expect(wrongIn(formRequestIn(given))).toEqual(wrong);
});

it('what is no form is an empty one', () => {
  for (const body of [null, undefined, 'x', 7]) expect(formRequestIn(body)).toMatchObject({ name: '', token: '' });
});
