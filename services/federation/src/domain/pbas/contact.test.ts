import { describe, expect, it } from 'vitest';
import { lastOfEach, readAction, readContact, readPbasId } from './contact.ts';

const of = (fields: Record<string, string>) => readContact(new Map(Object.entries(fields)));

describe('a contact', () => {
  it('is named by all parts of the name, each on its side', () => {
    const names = {
      prefix: 'Dr.',
      first_name: 'Ada',
      middle_name: 'M.',
      insertion: 'van der',
      last_name: 'Berg',
      suffix: 'jr.',
    };
    expect(of({ id: '7', ...names })).toMatchObject({ firstname: 'Dr. Ada M.', lastname: 'van der Berg jr.' });
    expect(of({ id: '7', last_name: ' Berg ' })).toMatchObject({ firstname: '', lastname: 'Berg' });
  });

  it('has its accounts once each, and no empty ones', () => {
    expect(of({ id: '7', accounts: 'Shop, ,007,Shop,' }).accounts).toEqual(['Shop', '007']);
  });

  it.each(['', ' ', 'a b', 'ü', 'x'.repeat(65)])('is refused with the id %j', (id) => {
    expect(() => of({ id })).toThrow(expect.objectContaining({ code: 'pbas.contact-without-id' }));
  });

  it('keeps the id as it is written', () => {
    expect([readPbasId(' 007 '), readPbasId('A7')]).toEqual(['007', 'A7']);
  });

  it('counts as it was sent last', () => {
    const contacts = [of({ id: '7', email: 'a@x.example' }), of({ id: '8' }), of({ id: '7', email: 'b@x.example' })];
    expect(lastOfEach(contacts).map(({ pbasId, email }) => [pbasId, email])).toEqual([
      ['7', 'b@x.example'],
      ['8', ''],
    ]);
  });
});

it('an action is add or list', () => {
  expect([readAction('ADD'), readAction(' list')]).toEqual(['add', 'list']);
  expect(() => readAction('delete')).toThrow(expect.objectContaining({ code: 'pbas.unknown-action' }));
});
