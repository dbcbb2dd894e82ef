import { describe, expect, it } from 'vitest';
import type { Person } from '../ticket/people.ts';
import { peopleOf } from './people.ts';

const person = (over: Partial<Person>): Person => ({
  ...{ id: 10, login: 'clara@x.example', email: 'Clara@X.example', firstname: 'Clara', lastname: 'Customer' },
  ...{ organizationId: null, active: true, locale: 'en', agent: false, fullGroupIds: [] },
  ...over,
});

describe('the people of a ticket', () => {
  it('are its customers by name and address, and whoever is in a mail header', () => {
    const headers = ['"Meyer, Jo" <jo@y.example>, help@desk.example', null, 'Clara Customer <clara@x.example>'];
    expect(peopleOf([person({})], headers, new Set(['help@desk.example']))).toEqual({
      emails: ['clara@x.example', 'jo@y.example'],
      identifiers: ['Clara Customer', 'Customer Clara', 'Customer, Clara', 'Meyer, Jo'],
      names: ['Clara', 'Customer'],
    });
  });

  it('a display name of one word is any word, and a name of one letter is none', () => {
    const terms = peopleOf([person({ firstname: 'C', lastname: '' })], ['Support <s@y.example>'], new Set());
    expect(terms).toEqual({ emails: ['clara@x.example', 's@y.example'], identifiers: [], names: [] });
  });

  it('a login that is no address is looked for nowhere: it may be a word', () => {
    expect(peopleOf([person({ login: 'printer', email: null })], [], new Set()).emails).toEqual([]);
  });
});
