/** What somebody typed into a search box, taken apart. */
export interface SearchQuery {
  /** Words, "phrases" and -exclusions in the form of PostgreSQL's websearch_to_tsquery, which never fails. */
  words: string;
  /** Beginnings of words: `print*`. */
  prefixes: string[];
  /** Plain words that may also be part of a title or number; empty when the query is more than that. */
  parts: string[];
  fields: Partial<Record<SearchField, string[]>>;
  /** What must not be so: `-tags:printer`. */
  without: Partial<Record<SearchField, string[]>>;
  /** What was asked of custom attributes. */
  custom: CustomTerm[];
  /** What must not be so of them: `-affected:many`. */
  withoutCustom: CustomTerm[];
}

/** Which values of a custom attribute are meant. */
export interface CustomTerm {
  name: string;
  /** One of these, or among several values one of these. */
  anyOf: (string | number | boolean)[];
  /** Or a text with one of these in it. */
  parts: string[];
  /** Or nothing was ever set, because that shows as one of these. */
  unset: boolean;
  /** Customers do not see the attribute. */
  agentsOnly: boolean;
}

/** What a word that was put to an attribute means; undefined when there is no such attribute. */
export type AttributeReader = (name: string, value: string) => CustomTerm | undefined;

/** Fields that can be named, with the names they go by in existing clients' queries. */
const fieldNames = {
  'state.name': 'state',
  state: 'state',
  state_id: 'state_id',
  'state.id': 'state_id',
  'priority.name': 'priority',
  priority: 'priority',
  priority_id: 'priority_id',
  impact: 'impact',
  urgency: 'urgency',
  original_priority_id: 'original_priority_id',
  'group.name': 'group',
  group: 'group',
  group_id: 'group_id',
  'owner.login': 'owner',
  'owner.email': 'owner',
  owner_id: 'owner_id',
  'customer.login': 'customer',
  'customer.email': 'customer',
  customer_id: 'customer_id',
  'organization.name': 'organization',
  organization_id: 'organization_id',
  number: 'number',
  id: 'id',
  tags: 'tags',
  tag: 'tags',
  'preferences.idoit.object_ids': 'cmdb_object',
  cmdb_object: 'cmdb_object',
} as const satisfies Record<string, string>;
export type SearchField = (typeof fieldNames)[keyof typeof fieldNames];

/** Fields whose values must be integers; anything else in them is searched as words. */
const idFields: ReadonlySet<SearchField> = new Set([
  ...([
    'state_id',
    'priority_id',
    'original_priority_id',
    'group_id',
    'owner_id',
    'customer_id',
    'organization_id',
    'id',
  ] as const),
]);
const MAX_ID = 2_147_483_647;
const MAX_TOKENS = 50;

/**
 * Reads a query. Every input means something: what is not understood is words.
 * `printer "paper jam" -toner state.name:open err*`
 */
export function parseSearch(text: string, attribute: AttributeReader = () => undefined): SearchQuery {
  const query: SearchQuery = {
    words: '',
    prefixes: [],
    parts: [],
    fields: {},
    without: {},
    custom: [],
    withoutCustom: [],
  };
  const words: string[] = [];
  let plain = true;
  const tokens = [
    ...text
      .slice(0, 2_000)
      .matchAll(/(-?)(?:(preferences\.idoit\.object_ids|[a-z_][a-z0-9_]*(?:\.[a-z]+)?):)?(?:"([^"]*)"|(\S+))/gi),
  ].slice(0, MAX_TOKENS);
  let exclude = false;
  for (const [whole, minus, name, phrase, word] of tokens) {
    const value = phrase ?? word ?? '';
    const field = fieldOf(name, value);
    if (field) {
      const of = minus || exclude ? query.without : query.fields;
      of[field] = [...(of[field] ?? []), value];
      exclude = false;
      plain = false;
      continue;
    }
    const custom = name && attribute(name.toLowerCase(), value);
    if (custom) {
      (minus || exclude ? query.withoutCustom : query.custom).push(custom);
      exclude = false;
      plain = false;
      continue;
    }
    if (whole === 'AND' || whole === '&&') continue;
    if (whole === 'OR' || whole === '||') {
      words.push('or');
      plain = false;
      continue;
    }
    if (whole === 'NOT') {
      exclude = true;
      continue;
    }
    const sign = minus || exclude ? '-' : '';
    exclude = false;
    const prefix = /^([\p{L}\p{N}][\p{L}\p{N}._@-]*)\*+$/u.exec(name === undefined && word ? word : '')?.[1];
    if (prefix && !sign) {
      query.prefixes.push(prefix);
      query.parts.push(prefix);
      continue;
    }
    const bare = (name === undefined ? value : `${name} ${value}`).replaceAll(/[*"\p{Cc}]/gu, ' ').trim();
    if (!bare) continue;
    words.push(phrase === undefined ? sign + bare : `${sign}"${bare}"`);
    if (sign || phrase !== undefined) plain = false;
    else query.parts.push(bare);
  }
  query.words = words.join(' ');
  if (!plain) query.parts = [];
  return query;
}

function fieldOf(name: string | undefined, value: string): SearchField | undefined {
  const key = name?.toLowerCase() ?? '';
  // Only what is named here: every object also answers to `constructor` and the like.
  const field = Object.hasOwn(fieldNames, key) ? fieldNames[key as keyof typeof fieldNames] : undefined;
  if (!field || !idFields.has(field)) return field;
  return /^\d{1,10}$/.test(value) && Number(value) <= MAX_ID ? field : undefined;
}
