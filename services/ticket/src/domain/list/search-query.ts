import type { Condition } from '../condition/condition.ts';
import { readSyntax, type Said, type SearchTerm } from './search-syntax.ts';

/** What somebody typed into a search box, taken apart. All of it has to hold. */
export interface SearchQuery {
  /** Words, "phrases" and -exclusions in the form of PostgreSQL's websearch_to_tsquery, which never fails. */
  words: string;
  /** Those of them that may stand in another form as well; none where they are not all wanted. */
  plain: string[];
  /** The others, in the same form. */
  fixed: string;
  /** Beginnings of words: `print*`. */
  prefixes: string[];
  /** Plain words that may also be part of a title or number; empty when the query is more than that. */
  parts: string[];
  /** Words that are joined by OR, or looked for in one place only. */
  groups: WordNode[];
  fields: Partial<Record<SearchField, string[]>>;
  /** What must not be so: `-tags:printer`. */
  without: Partial<Record<SearchField, string[]>>;
  /** What was asked of custom attributes. */
  custom: CustomTerm[];
  /** What must not be so of them: `-affected:many`. */
  withoutCustom: CustomTerm[];
  /** Times, numbers, files, and whatever is joined by OR with something that is no word. */
  others: SearchNode[];
}

/** Words in any combination. */
export type WordNode =
  | { op: 'words'; words: Words }
  | { op: 'all' | 'any'; of: WordNode[] }
  | { op: 'not'; of: WordNode };

export interface Words {
  text: string;
  /** In this order, next to each other. */
  phrase: boolean;
  /** The last of them may go on. */
  open: boolean;
  /** Only in titles and numbers, in people and subjects, or in what was said; undefined: anywhere. */
  place?: 'title' | 'heads' | 'bodies' | undefined;
}

/** Any part of a query. */
export type SearchNode =
  | { op: 'words'; words: Words }
  | { op: 'all' | 'any'; of: SearchNode[] }
  | { op: 'not'; of: SearchNode }
  | { op: 'field'; field: SearchField; values: string[] }
  | { op: 'custom'; term: CustomTerm }
  | { op: 'condition'; condition: Condition }
  /** An article that the reader may see has this in its header. */
  | { op: 'header'; column: HeaderColumn; text: string }
  /** A file that came with such an article; null: whatever it is called. */
  | { op: 'file'; name: string | null };
export type HeaderColumn = 'from' | 'to' | 'cc' | 'subject';

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
  'priority.id': 'priority_id',
  impact: 'impact',
  urgency: 'urgency',
  original_priority_id: 'original_priority_id',
  'group.name': 'group',
  group: 'group',
  group_id: 'group_id',
  'group.id': 'group_id',
  'owner.login': 'owner',
  'owner.email': 'owner',
  owner: 'owner_named',
  assignee: 'owner_named',
  owner_id: 'owner_id',
  'owner.id': 'owner_id',
  'customer.login': 'customer',
  'customer.email': 'customer',
  customer: 'customer_named',
  customer_id: 'customer_id',
  'customer.id': 'customer_id',
  'organization.name': 'organization',
  organization: 'organization',
  organization_id: 'organization_id',
  'organization.id': 'organization_id',
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

/** Places that words may be looked for in, by the names of existing clients and shorter ones. */
const placeNames: Readonly<Record<string, Words['place']>> = {
  title: 'title',
  body: 'bodies',
  'article.body': 'bodies',
};
const headerNames: Readonly<Record<string, HeaderColumn>> = {
  ...{ from: 'from', to: 'to', cc: 'cc', subject: 'subject' },
  ...{ 'article.from': 'from', 'article.to': 'to', 'article.cc': 'cc', 'article.subject': 'subject' },
};
const fileNames = new Set(['attachment', 'filename', 'attachment.title', 'article.attachment.title']);

/** What a query may mean besides words. */
export interface SearchKnowledge {
  /** What a word that was put to an attribute means. */
  attribute?: AttributeReader | undefined;
  /** What a comparison, or any other field, comes to; undefined: it is words. */
  condition?: ((term: SearchTerm & { name: string }) => Condition | undefined) | undefined;
  /** Who asks. */
  me?: number | undefined;
}

/**
 * Reads a query. Every input means something: what is not understood is words.
 * `printer "paper jam" -toner (state.name:open OR tags:later) created:>2026-01-01 err*`
 */
export function parseSearch(text: string, knowledge: SearchKnowledge = {}): SearchQuery {
  const query: SearchQuery = {
    ...{ words: '', plain: [], fixed: '', prefixes: [], parts: [], groups: [] },
    ...{ fields: {}, without: {}, custom: [], withoutCustom: [], others: [] },
  };
  const words: { text: string; plain: boolean }[] = [];
  let plain = true;
  const put = (node: SearchNode, without: boolean): void => {
    if (node.op === 'all' && !without) {
      for (const one of node.of) put(one, false);
    } else if (node.op === 'not' && !without) {
      put(node.of, true);
    } else if (node.op === 'words' && !node.words.place && !(without && node.words.open)) {
      const { text: said, phrase, open } = node.words;
      if (open) query.prefixes.push(said);
      else
        words.push({
          text: `${without ? '-' : ''}${phrase ? `"${said}"` : said}`,
          plain: !without && hasForms(node.words),
        });
      if (without || phrase) plain = false;
      else query.parts.push(said);
    } else {
      plain = false;
      const whole: SearchNode = without ? { op: 'not', of: node } : node;
      if (node.op === 'field') {
        const of = without ? query.without : query.fields;
        of[node.field] = [...(of[node.field] ?? []), ...node.values];
      } else if (node.op === 'custom') (without ? query.withoutCustom : query.custom).push(node.term);
      else if (isOfWords(whole)) query.groups.push(whole);
      else query.others.push(whole);
    }
  };
  const meant = meaningOf(readSyntax(text), knowledge);
  if (meant) put(meant, false);
  query.words = words.map((one) => one.text).join(' ');
  // The database takes a small one for what joins the words beside it.
  const joined = words.some((one) => /^or$/i.test(one.text));
  query.plain = words.filter((one) => one.plain && !joined).map((one) => one.text);
  query.fixed = words
    .filter((one) => !one.plain || joined)
    .map((one) => one.text)
    .join(' ');
  if (!plain) query.parts = [];
  return query;
}

/** Whether a word may be found in another form of it: as it is said, it is one word of letters, wherever it stands. */
export function hasForms({ text, phrase, open, place }: Words): boolean {
  return !phrase && !open && !place && /^\p{L}{3,}$/u.test(text);
}

function isOfWords(node: SearchNode): node is WordNode {
  if (node.op === 'all' || node.op === 'any') return node.of.every(isOfWords);
  return node.op === 'words' || (node.op === 'not' && isOfWords(node.of));
}

/** Undefined: nothing was said. */
function meaningOf(said: Said, knowledge: SearchKnowledge): SearchNode | undefined {
  if (said.op === 'not') {
    const of = meaningOf(said.of, knowledge);
    return of && { op: 'not', of };
  }
  if (said.op === 'term') return termOf(said, knowledge);
  const of = said.of.flatMap((one) => meaningOf(one, knowledge) ?? []);
  const [first] = of;
  if (!first || of.length === 1) return first;
  const oneField = first.op === 'field' && first.field !== 'tags' ? first : undefined;
  // Any of several values of one field is what a field with several values asks for.
  if (said.op === 'any' && oneField && of.every((one) => one.op === 'field' && one.field === oneField.field)) {
    return { ...oneField, values: of.flatMap((one) => (one.op === 'field' ? one.values : [])) };
  }
  return { op: said.op, of };
}

function termOf(term: SearchTerm, knowledge: SearchKnowledge): SearchNode | undefined {
  const { name, value, compare, range } = term;
  if (name !== undefined) {
    const plain = compare === undefined && range === undefined;
    const known = plain ? ofField(name, value, knowledge) : undefined;
    if (known) return known;
    const condition = knowledge.condition?.({ ...term, name });
    if (condition) return { op: 'condition', condition };
  }
  const prefix = /^([\p{L}\p{N}][\p{L}\p{N}._@-]*)\*+$/u.exec(name === undefined && !term.quoted ? value : '')?.[1];
  if (prefix) return { op: 'words', words: { text: prefix, phrase: false, open: true } };
  const all = [name, compare, value, range?.until].filter((one) => one !== undefined).join(' ');
  const text = clean(all);
  return text ? { op: 'words', words: { text, phrase: term.quoted, open: false } } : undefined;
}

const clean = (text: string) => text.replaceAll(/[*"\p{Cc}]/gu, ' ').trim();
const hasWords = (text: string) => /[\p{L}\p{N}]/u.test(text);

function ofField(name: string, value: string, knowledge: SearchKnowledge): SearchNode | undefined {
  const person = personOf(name, value, knowledge.me);
  if (person) return person;
  const field = fieldOf(name, value);
  if (field) return { op: 'field', field, values: [value] };
  const custom = knowledge.attribute?.(name, value);
  if (custom) return { op: 'custom', term: custom };
  if (name === 'has' && /^(?:attachments?|files?)$/i.test(value)) return { op: 'file', name: null };
  const bare = clean(value);
  if (!hasWords(bare)) return undefined;
  if (fileNames.has(name)) return { op: 'file', name: bare };
  if (Object.hasOwn(placeNames, name)) {
    const words = { text: bare, phrase: /\s/.test(bare), open: value.endsWith('*'), place: placeNames[name] };
    return { op: 'words', words };
  }
  if (Object.hasOwn(headerNames, name)) {
    // The index has people and subjects together, and an address as one word: it finds whom to look at.
    const near: SearchNode = { op: 'words', words: { text: bare, phrase: true, open: true, place: 'heads' } };
    return { op: 'all', of: [near, { op: 'header', column: headerNames[name] as HeaderColumn, text: bare }] };
  }
  return undefined;
}

/** `owner:me`, `owner:none`. */
function personOf(name: string, value: string, me: number | undefined): SearchNode | undefined {
  const field = Object.hasOwn(fieldNames, name) ? fieldNames[name as keyof typeof fieldNames] : undefined;
  const owner = field === 'owner_named' || field === 'owner_id';
  const word = value.toLowerCase();
  if (owner && (word === 'none' || word === 'nobody')) return { op: 'field', field: 'owner_id', values: ['1'] };
  const customer = field === 'customer_named' || field === 'customer_id';
  if (word !== 'me' || me === undefined || !(owner || customer)) return undefined;
  return { op: 'field', field: owner ? 'owner_id' : 'customer_id', values: [String(me)] };
}

function fieldOf(name: string, value: string): SearchField | undefined {
  // Only what is named here: every object also answers to `constructor` and the like.
  const field = Object.hasOwn(fieldNames, name) ? fieldNames[name as keyof typeof fieldNames] : undefined;
  if (!field || !idFields.has(field)) return field;
  return /^\d{1,10}$/.test(value) && Number(value) <= MAX_ID ? field : undefined;
}
