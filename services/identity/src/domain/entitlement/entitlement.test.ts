import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entitlement, formatEntitlement, parseEntitlement, satisfies } from './entitlement.ts';
import { earnedMappings } from './mapping.ts';

const egi = 'urn:mace:egi.eu:group:vo.example.org:support:role=member#aai.egi.eu';

describe('an entitlement', () => {
  it.each<[string, string, Partial<Entitlement>]>([
    [
      'of EGI Check-in',
      egi,
      {
        namespace: 'urn:mace:egi.eu',
        group: 'vo.example.org',
        subgroups: ['support'],
        role: 'member',
        authority: 'aai.egi.eu',
      },
    ],
    [
      'without role and authority',
      'urn:geant:example.org:group:desk',
      { group: 'desk', subgroups: [], role: null, authority: null },
    ],
    ['with subnamespaces', 'urn:geant:h-df.de:a:B:group:desk', { namespace: 'urn:geant:h-df.de:a:B' }],
    ['whose group is called group', 'urn:x-y:z:group:group', { group: 'group' }],
    ['with an escaped colon in a name', 'urn:x-y:z:group:a%3ab:c', { group: 'a%3Ab', subgroups: ['c'] }],
    ['of an authority that is an address', 'urn:x-y:z:group:a#https://a.b/c?d', { authority: 'https://a.b/c?d' }],
    [
      'with a subgroup that looks like a role',
      'urn:x-y:z:group:a:role=x:b',
      { subgroups: ['role=x', 'b'], role: null },
    ],
  ])('%s is read', (_what, text, expected) => {
    expect(parseEntitlement(text)).toMatchObject(expected);
  });

  it.each([
    ['', 'nothing'],
    ['urn:mace:egi.eu', 'no group'],
    ['urn:mace:egi.eu:group', 'no name of a group'],
    ['urn:mace:egi.eu:group:', 'an empty name'],
    ['urn:mace:egi.eu:group:role=member', 'a role of nothing'],
    ['urn:mace:egi.eu:group:a:role=', 'an empty role'],
    ['urn:mace:egi.eu:group:a::b', 'an empty subgroup'],
    ['urn:mace::group:a', 'an empty delegated part'],
    ['urn:mace:group:a', 'no delegated part'],
    ['urn:m:egi.eu:group:a', 'a namespace id of one letter'],
    ['urn:-mace:egi.eu:group:a', 'a namespace id that starts with a hyphen'],
    ['urn:mace:egi.eu:group:a#', 'an empty authority'],
    ['urn:mace:egi.eu:group:a b', 'a blank'],
    ['urn:mace:egi.eu:group:a%2', 'half an escape'],
    ['urn:mace:egi.eu:group:ä', 'a letter outside ASCII'],
    ['urn:mace:egi.eu:GROUP:a', 'the word group in capitals'],
    ['xurn:mace:egi.eu:group:a', 'another scheme'],
    ['urn:geant:example.org:res:storage#authority', 'a resource capability (AARC-G027)'],
    ['urn:mace:dir:entitlement:common-lib-terms', 'a free-form entitlement'],
    [`urn:mace:egi.eu:group:${'a'.repeat(2_000)}`, 'one without end'],
    ['urn:mace:egi.eu:group:a\n', 'a line end'],
  ])('%j is none: %s', (text) => expect(parseEntitlement(text)).toBeNull());

  it.each([
    ['URN:MACE:EGI.eu:group:Desk#Aai', 'urn:mace:egi.eu:group:Desk#Aai'],
    ['urn:x-y:a%2fB:c%2f:group:d%c3%a9', 'urn:x-y:a%2Fb:c%2F:group:d%C3%A9'],
    [egi, egi],
  ])('%s is normally written %s', (text, normal) => {
    expect(formatEntitlement(parseEntitlement(text) as Entitlement)).toBe(normal);
  });
});

const part = fc
  .stringMatching(/^(?:[a-zA-Z0-9._-]|%[0-9a-fA-F]{2}){1,8}$/)
  .filter((text) => text !== 'group' && text !== '');
const written = fc.record({
  nid: fc.constantFrom<string>('mace', 'geant', 'GEANT', 'x-y'),
  delegated: part,
  subnamespaces: fc.array(part, { maxLength: 2 }),
  group: part,
  subgroups: fc.array(part, { maxLength: 3 }),
  role: fc.option(part),
  authority: fc.option(part),
});
type Written = typeof written extends fc.Arbitrary<infer T> ? T : never;
const textOf = ({ nid, delegated, subnamespaces, group, subgroups, role, authority }: Written) =>
  [
    'urn',
    nid,
    delegated,
    ...subnamespaces,
    'group',
    group,
    ...subgroups,
    ...(role === null ? [] : [`role=${role}`]),
  ].join(':') + (authority === null ? '' : `#${authority}`);
const entitlement = written.map((one) => parseEntitlement(textOf(one)) as Entitlement);

describe('for every entitlement', () => {
  it('what the grammar makes is read, and its normal form reads the same', () => {
    fc.assert(
      fc.property(written, (one) => {
        const parsed = parseEntitlement(textOf(one)) as Entitlement;
        expect(parsed).not.toBeNull();
        expect(parseEntitlement(formatEntitlement(parsed))).toEqual(parsed);
      }),
    );
  });

  it('case of `urn`, namespace id, delegated part and escapes means nothing; case of the rest does', () => {
    fc.assert(
      fc.property(written, (one) => {
        const upper = { ...one, nid: one.nid.toUpperCase(), delegated: one.delegated.toUpperCase() };
        expect(parseEntitlement(textOf(upper).replace('urn', 'Urn'))).toEqual(parseEntitlement(textOf(one)));
        const escapes = (text: string) => text.replaceAll(/%../g, (digits) => digits.toLowerCase());
        expect(parseEntitlement(escapes(textOf(one)))).toEqual(parseEntitlement(textOf(one)));
      }),
    );
    const [lower, upper] = [parseEntitlement('urn:x-y:z:group:a'), parseEntitlement('urn:x-y:z:group:A')];
    expect(lower).not.toEqual(upper);
  });

  it('arbitrary text is read or refused, quickly, and never throws', () => {
    const pieces = fc.constantFrom('urn', ':', 'group', '#', 'role=', '%', '%41', 'a', 'mace', '::', ' ');
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
        (text) => {
          const parsed = parseEntitlement(text);
          if (parsed) expect(parseEntitlement(formatEntitlement(parsed))).toEqual(parsed);
        },
      ),
    );
  });
});

describe('the match rule', () => {
  const matches = (actual: string, required: string) =>
    satisfies(parseEntitlement(actual) as Entitlement, parseEntitlement(required) as Entitlement);
  const of = 'urn:mace:egi.eu:group';

  it.each([
    ['the same', egi, egi, true],
    ['a member of a subgroup is one of the group', `${of}:vo:support`, `${of}:vo`, true],
    ['a member of the group is none of its subgroup', `${of}:vo`, `${of}:vo:support`, false],
    ['another subgroup', `${of}:vo:other`, `${of}:vo:support`, false],
    ['another group', `${of}:vo2`, `${of}:vo`, false],
    ['a longer name that starts alike', `${of}:vo-admins`, `${of}:vo`, false],
    ['a role where none is asked', `${of}:vo:role=manager`, `${of}:vo`, true],
    ['no role where one is asked', `${of}:vo`, `${of}:vo:role=manager`, false],
    ['another role', `${of}:vo:role=member`, `${of}:vo:role=manager`, false],
    ['the role in another case', `${of}:vo:role=Manager`, `${of}:vo:role=manager`, false],
    ['an authority where none is asked', `${of}:vo#aai.egi.eu`, `${of}:vo`, true],
    ['another authority', `${of}:vo#elsewhere`, `${of}:vo#aai.egi.eu`, false],
    ['no authority where one is asked', `${of}:vo`, `${of}:vo#aai.egi.eu`, false],
    ['another namespace', 'urn:mace:egi.org:group:vo', `${of}:vo`, false],
    ['a namespace that goes on', 'urn:mace:egi.eu:x:group:vo', `${of}:vo`, false],
    ['the namespace in another case', 'URN:Mace:EGI.EU:group:vo', `${of}:vo`, true],
  ])('%s', (_what, actual, required, expected) => expect(matches(actual, required)).toBe(expected));

  it('agrees with a model that compares part by part', () => {
    fc.assert(
      fc.property(entitlement, entitlement, fc.boolean(), (one, other, related) => {
        const required = related ? { ...one, subgroups: one.subgroups.slice(0, 1), role: other.role } : other;
        const wanted = [required.namespace, required.group, ...required.subgroups];
        const had = [one.namespace, one.group, ...one.subgroups].slice(0, wanted.length);
        const expected =
          JSON.stringify(had) === JSON.stringify(wanted) &&
          [null, one.role].includes(required.role) &&
          [null, one.authority].includes(required.authority);
        expect(satisfies(one, required)).toBe(expected);
      }),
    );
  });

  it('asks less of those who ask for less: dropping role, authority or a subgroup never refuses', () => {
    fc.assert(
      fc.property(entitlement, (one) => {
        expect(satisfies(one, one)).toBe(true);
        expect(satisfies(one, { ...one, role: null })).toBe(true);
        expect(satisfies(one, { ...one, authority: null })).toBe(true);
        expect(satisfies(one, { ...one, subgroups: one.subgroups.slice(0, -1) })).toBe(true);
      }),
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(entitlement, fc.nat(3), fc.nat(3), fc.boolean(), (one, a, b, keep) => {
        const middle = { ...one, subgroups: one.subgroups.slice(0, a), role: keep ? one.role : null };
        const least = { ...middle, subgroups: middle.subgroups.slice(0, b), authority: null };
        expect(satisfies(one, middle) && satisfies(middle, least)).toBe(true);
        expect(satisfies(one, least)).toBe(true);
      }),
    );
  });
});

describe('mappings', () => {
  const mappings = [
    { id: 1, pattern: 'urn:mace:egi.eu:group:vo.example.org' },
    { id: 2, pattern: 'urn:mace:egi.eu:group:vo.example.org:role=manager' },
    { id: 3, pattern: 'urn:mace:egi.eu:group:vo.example.org:support#aai.egi.eu' },
  ];

  it('are earned once each, by the first entitlement that is enough', () => {
    expect(earnedMappings(mappings, ['free text', egi, 'URN:mace:EGI.eu:group:vo.example.org'])).toEqual([
      { mappingId: 1, entitlement: egi },
      { mappingId: 3, entitlement: egi },
    ]);
    expect(earnedMappings(mappings, [])).toEqual([]);
  });

  it('give nobody less for one more entitlement', () => {
    fc.assert(
      fc.property(fc.array(written.map(textOf), { maxLength: 5 }), fc.array(written.map(textOf)), (held, asked) => {
        const list = asked.map((pattern, id) => ({ id, pattern }));
        const ids = (some: string[]) => earnedMappings(list, some).map(({ mappingId }) => mappingId);
        const all = ids(held);
        for (const id of ids(held.slice(1))) expect(all).toContain(id);
      }),
    );
  });
});
