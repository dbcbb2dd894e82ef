import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ABOUT, byKey, documentIn, FORMAT, stepsTo } from './document.ts';
import { type Fields, kinds, SECRET } from './kinds.ts';
import { exchanged } from './references.ts';

const file = (sections: Record<string, Fields[]>) => documentIn({ helpmesh_configuration: FORMAT, ...sections });

describe('what a file demands', () => {
  const current = file({
    groups: [{ name: 'Users', note: 'x', active: true }, { name: 'Gone' }],
    roles: [{ name: 'Agent' }],
    webhooks: [{ name: 'Chat', bearer_token: SECRET, active: true }],
  });

  it('is what differs: new ones, changed fields, and what it does not have of the kinds that it names', () => {
    const wanted = file({
      groups: [{ name: 'Users', note: 'y' }, { name: 'Fresh' }],
      webhooks: [
        { name: 'Chat', bearer_token: SECRET, active: true },
        { name: 'New', bearer_token: SECRET },
      ],
    });
    expect(stepsTo(wanted, current)).toEqual([
      {
        ...{ kind: 'groups', key: 'Users', action: 'update', missing: [] },
        changes: [{ field: 'note', from: 'x', to: 'y' }],
      },
      { kind: 'groups', key: 'Fresh', action: 'create', changes: [], missing: [] },
      { kind: 'webhooks', key: 'New', action: 'create', changes: [], missing: ['bearer_token'] },
      { kind: 'groups', key: 'Gone', action: 'delete', changes: [], missing: [] },
    ]);
  });

  it('is nothing of the file that was made of the same desk', () => {
    expect(stepsTo(current, current)).toEqual([]);
  });

  it('is nothing where only the order of a set is another', () => {
    const there = file({ roles: [{ name: 'Agent', permissions: ['report', 'ticket.agent'] }] });
    expect(stepsTo(file({ roles: [{ name: 'Agent', permissions: ['ticket.agent', 'report'] }] }), there)).toEqual([]);
  });

  it('never deletes what is always there: settings, and the branding of the desk', () => {
    const there = file({ settings: [{ name: 'a', value: true }], brandings: [{ standard: true, name: '' }] });
    expect(stepsTo(file({ settings: [], brandings: [] }), there)).toEqual([]);
  });

  describe('of a secret', () => {
    const mailbox = (password: string | null, more: Fields = {}) => ({
      name: 'Support',
      options: { inbound: { adapter: 'imap', options: { host: 'mail.example.org', password } }, auth: null },
      active: true,
      ...more,
    });
    const held = (password: string | null, more: Fields = {}) => file({ channels_email: [mailbox(password, more)] });

    it('is nothing where the desk has one, and it may be changed along with the rest', () => {
      expect(stepsTo(held(SECRET), held(SECRET))).toEqual([]);
      expect(stepsTo(held(SECRET, { active: false }), held(SECRET))).toMatchObject([
        { action: 'update', changes: [{ field: 'active', from: true, to: false }], missing: [] },
      ]);
    });

    it('is to set it where the desk has none; until then the mailbox stays switched off, asked twice or not', () => {
      expect(stepsTo(held(SECRET), file({ channels_email: [] }))).toMatchObject([
        { action: 'create', missing: ['password'] },
      ]);
      expect(stepsTo(held(SECRET), held(null, { active: false }))).toEqual([
        { kind: 'channels_email', key: 'Support', action: 'update', changes: [], missing: ['password'] },
      ]);
    });

    it('is never told, not even one that somebody wrote into the file', () => {
      const steps = stepsTo(held('correct horse'), held(SECRET));
      expect(steps).toMatchObject([{ action: 'update', changes: [{ field: 'options' }] }]);
      expect(JSON.stringify(steps)).not.toContain('horse');
    });

    it('is to take it away where the file says that there is none', () => {
      expect(stepsTo(held(null), held(SECRET))).toMatchObject([{ action: 'update', changes: [{ field: 'options' }] }]);
    });
  });

  it('is the same with the words for whoever opens the file', () => {
    expect(stepsTo(documentIn({ ...current, about: ABOUT }), current)).toEqual([]);
  });

  it('tells two of one name apart by their order', () => {
    const macros = kinds.find(({ name }) => name === 'macros');
    const twice = [{ name: 'x' }, { name: 'x' }];
    expect([...byKey(macros as never, twice).keys()]).toEqual(['x', 'x#2']);
  });
});

describe('a file that is none', () => {
  it.each([
    [null],
    [[]],
    ['text'],
    [{}],
    [{ helpmesh_configuration: 2 }],
    [{ helpmesh_configuration: 1, users: [] }],
    [{ helpmesh_configuration: 1, __proto__: null, constructor: [] }],
    [{ helpmesh_configuration: 1, groups: {} }],
    [{ helpmesh_configuration: 1, groups: [null] }],
    [{ helpmesh_configuration: 1, groups: [{ note: 'x' }] }],
    [{ helpmesh_configuration: 1, groups: [{ name: 'x', id: 5 }] }],
  ])('%# is refused', (given) => {
    expect(() => documentIn(given)).toThrow(expect.objectContaining({ code: 'configuration.unreadable' }));
  });
});

describe('categories of the knowledge base', () => {
  const kind = kinds.find(({ name }) => name === 'knowledge_base_categories');
  const answer = {
    KnowledgeBaseCategory: {
      2: { id: 2, parent_id: 1, internal: true, translations: [{ id: 9, locale: 'de', title: 'Tief' }] },
      1: {
        ...{ id: 1, parent_id: null, internal: false },
        translations: [
          { id: 7, locale: 'fr', title: 'Haut' },
          { id: 8, locale: 'en', title: 'High' },
        ],
      },
    },
  };

  it('are named by their titles from the topmost down', () => {
    expect(kind?.list?.rows(answer)).toMatchObject([
      {
        name: 'High',
        translations: [
          { locale: 'fr', title: 'Haut' },
          { locale: 'en', title: 'High' },
        ],
      },
      { name: 'High::Tief', translations: [{ locale: 'de', title: 'Tief' }] },
    ]);
  });

  it('are made below the one that they are named by, and have the titles of the file and no others', () => {
    const object = { name: 'High::Tief', internal: true, translations: [{ locale: 'de', title: 'Tief' }] };
    const titles = ['en', 'de', 'fr', 'pl'].map((locale) => ({ locale, title: locale === 'de' ? 'Tief' : '' }));
    expect(kind?.write?.(object, 'create')).toEqual({ internal: true, translations: titles, parent_id: 'High' });
    expect(kind?.write?.({ translations: object.translations }, 'update')).toEqual({ translations: titles });
  });
});

describe('references', () => {
  const names: Record<string, string> = {
    'ticket_states 2': 'open',
    'groups 1': 'Users',
    'users 4': 'ann',
    'users 5': 'ben',
    'organizations 4': 'Works',
    'roles 2': 'Agent',
  };
  const toName = (kind: string, id: string | number) => names[`${kind} ${id}`];
  const rule = {
    condition: {
      'ticket.state_id': { operator: 'is', value: ['2', '77'] },
      'ticket.owner_id': { operator: 'is', pre_condition: 'current_user.id', value: '' },
      'ticket.title': { operator: 'contains', value: '2' },
    },
    expert: { operator: 'AND', conditions: [{ name: 'ticket.group_id', operator: 'is', value: [1] }] },
    perform: { 'ticket.state_id': { value: '2' }, 'x-zammad-ticket-group_id': { value: 1 } },
    group_ids: { 1: ['full'] },
    ticket: { group_id: 1, customer_id: 4 },
    two_factor_authentication_enforce_role_ids: [2],
  };

  it('are exchanged wherever they stand, and nothing else is', () => {
    expect(exchanged('rule', rule, toName)).toEqual({
      condition: {
        'ticket.state_id': { operator: 'is', value: ['open', '77'] },
        'ticket.owner_id': { operator: 'is', pre_condition: 'current_user.id', value: '' },
        'ticket.title': { operator: 'contains', value: '2' },
      },
      expert: { operator: 'AND', conditions: [{ name: 'ticket.group_id', operator: 'is', value: ['Users'] }] },
      perform: { 'ticket.state_id': { value: 'open' }, 'x-zammad-ticket-group_id': { value: 'Users' } },
      group_ids: { Users: ['full'] },
      ticket: { group_id: 'Users', customer_id: 'ann' },
      two_factor_authentication_enforce_role_ids: ['Agent'],
    });
  });

  it('to people and organizations are exchanged in conditions over them too, and come back', () => {
    const is = (value: unknown) => ({ operator: 'is', value });
    const condition = (user: unknown[], organization: unknown[]) => ({
      'user.id': is(user),
      'user.organization_id': is(organization),
      'user.out_of_office_replacement_id': { ...is(user), pre_condition: 'specific' },
      'organization.id': is(organization),
      'organization.member_ids': is(user),
      'organization.secondary_member_ids': is(user),
      'user.department': is('4'),
    });
    const expert = (user: unknown[]) => ({ operator: 'AND', conditions: [{ name: 'user.id', ...is(user) }] });
    const there = { ...condition(['ann', 'ben'], ['Works']), expert: expert(['ann', 'ben']) };
    const here = { ...condition(['4', '5'], ['4']), expert: expert(['4', '5']) };
    expect(exchanged('condition', here, toName)).toEqual(there);
    const ids = new Map(Object.entries(names).map(([id, name]) => [`${id.split(' ')[0]} ${name}`, id.split(' ')[1]]));
    expect(exchanged('condition', there, (kind, name) => ids.get(`${kind} ${name}`))).toEqual(here);
  });

  it('come back the same, and whatever else a value is stays as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(exchanged('anything', value, () => undefined)).toEqual(value);
      }),
    );
    const there = exchanged('rule', rule, (kind, id) => (toName(kind, id) === undefined ? undefined : `${kind}!${id}`));
    const back = exchanged('rule', there, (_, name) => String(name).split('!')[1]);
    expect(JSON.stringify(back).replaceAll(/"(\d+)"/g, '$1')).toBe(JSON.stringify(rule).replaceAll(/"(\d+)"/g, '$1'));
  });
});
