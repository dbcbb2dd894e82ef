import {
  type fileMail,
  type Message,
  type PostmasterAction,
  type PostmasterOperator,
  postmasterActions,
  postmasterOperators,
} from '@helpmesh/contracts';
import { RE2JS } from 're2js';

export interface Condition {
  operator: PostmasterOperator;
  /** One text, or several of which one counts. */
  value: string | readonly string[];
}

/** What an administrator wants to be done with mails that look like this. */
export interface FilterRule {
  id: number;
  name: string;
  /** By header in small letters, or `body`. */
  match: Readonly<Record<string, Condition>>;
  perform: Readonly<Partial<Record<PostmasterAction, { value?: unknown; operator?: string | undefined }>>>;
}

/** A filter with what is kept beside it. */
export interface FilterRow extends FilterRule {
  note: string | null;
  active: boolean;
  created_by_id: number;
  updated_by_id: number;
  created_at: Date;
  updated_at: Date;
}

/** What of it somebody writes. */
export type FilterValues = Partial<Pick<FilterRow, 'name' | 'match' | 'perform' | 'note' | 'active'>>;

/** What a mail has under a name, in each form it may be meant in; empty when it has nothing. */
export type Fields = (name: string) => readonly string[];

export type Filtered = NonNullable<Message<typeof fileMail>['data']['filtered']>;

/** What the filters say of a mail. */
export interface Judgement {
  filtered: Filtered;
  /** The filter on account of which it is not filed. */
  ignoredBy: string | null;
  outOfOffice: boolean;
}

/** A filter that is ready to look at mails. */
export interface ReadyFilter {
  rule: FilterRule;
  meets(fields: Fields): boolean;
}

/** Characters of a field that are looked at: an expression takes time in proportion to them. */
export const LOOKED_AT = 100_000;

type Test = (texts: readonly string[]) => boolean;

/** What is denied is met by a mail that has nothing of the kind as well. */
const denials: Partial<Record<PostmasterOperator, PostmasterOperator>> = {
  'contains not': 'contains',
  'is not': 'is',
  'is none of': 'is any of',
  'does not match regex': 'matches regex',
};

const comparisons: Partial<Record<PostmasterOperator, (text: string, wanted: string) => boolean>> = {
  contains: (text, wanted) => text.includes(wanted),
  is: (text, wanted) => text === wanted,
  'is any of': (text, wanted) => text === wanted,
  'starts with': (text, wanted) => text.startsWith(wanted),
  'starts with one of': (text, wanted) => text.startsWith(wanted),
  'ends with': (text, wanted) => text.endsWith(wanted),
  'ends with one of': (text, wanted) => text.endsWith(wanted),
};

/** Of the headers of a mail: by these it is told from filters, which have numbers from 1 on. */
const OF_THE_MAIL = 0;
/** What filters want by its number, and a mail says by its name. */
const nameFields = {
  'x-zammad-ticket-group': 'group',
  'x-zammad-ticket-priority': 'priority',
  'x-zammad-ticket-state': 'state',
} as const satisfies Record<string, keyof Filtered>;

/** Headers by which a mail of a trusted mailbox says what becomes of it. */
export const trustedHeaders: readonly string[] = [...postmasterActions, ...Object.keys(nameFields)];

/**
 * What such a mail says, as a filter that every mail meets.
 * @param headers  values by lower-case name
 * @returns undefined when it says nothing
 */
export function saidByItself(headers: Readonly<Record<string, readonly string[]>>): ReadyFilter | undefined {
  const said = trustedHeaders.flatMap((name) => headers[name]?.slice(0, 1).map((value) => [name, { value }]) ?? []);
  if (said.length === 0) return undefined;
  const rule: FilterRule = { id: OF_THE_MAIL, name: 'its own headers', match: {}, perform: Object.fromEntries(said) };
  return { rule, meets: () => true };
}

/** @throws Error when an expression is none; `trouble` says so before */
export function ready(rule: FilterRule): ReadyFilter {
  const tests = Object.entries(rule.match).map(([name, condition]) => ({ name, test: testOf(condition) }));
  return { rule, meets: (fields) => tests.every(({ name, test }) => test(fields(name))) };
}

/**
 * All filters, in their order: a later one overrides what an earlier one said. One that ignores the mail is the last.
 * @returns undefined when none meets it
 */
export function judge(filters: readonly ReadyFilter[], fields: Fields): Judgement | undefined {
  const met: FilterRule[] = [];
  for (const { rule, meets } of filters) {
    if (!meets(fields)) continue;
    met.push(rule);
    if (isOn(rule.perform['x-zammad-ignore']?.value)) break;
  }
  const last = met.at(-1);
  if (!last) return undefined;
  const named = met.filter(({ id }) => id !== OF_THE_MAIL);
  const filtered: Filtered = { by: named.map(({ id, name }) => ({ id, name })) };
  let outOfOffice = false;
  for (const { perform } of met) {
    for (const [action, field] of Object.entries(idFields)) {
      const id = idIn(perform[action as PostmasterAction]?.value);
      if (id !== undefined) filtered[field] = id;
    }
    for (const [action, field] of Object.entries(nameFields)) {
      const { value } = (perform as Record<string, { value?: unknown } | undefined>)[action] ?? {};
      if (typeof value === 'string' && value.trim() !== '') filtered[field] = value.trim();
    }
    const { value: type } = perform['x-zammad-ticket-type'] ?? {};
    if (typeof type === 'string' && type.trim() !== '') filtered.type = type.trim();
    const tags = perform['x-zammad-ticket-tags'];
    if (tags) filtered.tags = tagsAfter(filtered.tags ?? [], namesIn(tags.value), tags.operator === 'remove');
    if (perform['x-zammad-article-internal']) filtered.internal = isOn(perform['x-zammad-article-internal'].value);
    if (perform['x-zammad-out-of-office']) outOfOffice = isOn(perform['x-zammad-out-of-office'].value);
  }
  const ignoredBy = isOn(last.perform['x-zammad-ignore']?.value) ? last.name : null;
  return { filtered, ignoredBy, outOfOffice };
}

/** Why a filter could not work as it stands; undefined when it can. */
export function trouble({ match, perform }: Pick<FilterRule, 'match' | 'perform'>): string | undefined {
  if (Object.keys(match).length === 0) return 'A filter needs something to look for.';
  if (Object.keys(perform).length === 0) return 'A filter needs something to do.';
  for (const [name, condition] of Object.entries(match)) {
    if (!/^[a-z0-9][a-z0-9_-]{0,99}$/.test(name)) return `'${name}' is no header.`;
    const { operator, value } = condition;
    if (!postmasterOperators.includes(operator)) return `'${operator}' is no operator.`;
    const texts = wantedIn(condition);
    if (texts.length === 0 || texts.includes('')) return `There is nothing to compare '${name}' with.`;
    if (!operator.endsWith('regex')) continue;
    const broken = [value].flat().find((pattern) => !isExpression(pattern));
    if (broken !== undefined) return `'${broken}' is no regular expression.`;
  }
  for (const [action, given] of Object.entries(perform)) {
    if (!postmasterActions.some((one) => one === action)) return `'${action}' is nothing that a filter can do.`;
    if (Object.hasOwn(idFields, action) && idIn(given?.value) === undefined) return `'${action}' needs an id.`;
    if (action === 'x-zammad-ticket-tags' && namesIn(given?.value).length === 0) return `'${action}' needs tags.`;
  }
  return undefined;
}

const idFields = {
  'x-zammad-ticket-group_id': 'groupId',
  'x-zammad-ticket-priority_id': 'priorityId',
  'x-zammad-ticket-state_id': 'stateId',
  'x-zammad-ticket-owner_id': 'ownerId',
  'x-zammad-ticket-customer_id': 'customerId',
} as const satisfies Partial<Record<PostmasterAction, keyof Filtered>>;

function testOf(condition: Condition): Test {
  const denied = denials[condition.operator];
  if (denied) {
    const test = testOf({ ...condition, operator: denied });
    return (texts) => !test(texts);
  }
  if (condition.operator === 'matches regex') {
    // Linear in the text, whoever wrote the expression.
    const patterns = [condition.value].flat().map((text) => RE2JS.compile(text, RE2JS.CASE_INSENSITIVE));
    return (texts) => texts.some((text) => patterns.some((pattern) => pattern.matcher(text).find()));
  }
  const compare = comparisons[condition.operator];
  const wanted = wantedIn(condition);
  return (texts) => texts.some((text) => wanted.some((one) => compare?.(text.toLowerCase(), one)));
}

function wantedIn({ operator, value }: Condition): string[] {
  const texts = [value].flat();
  return operator.endsWith('regex') ? texts : texts.map((text) => text.toLowerCase());
}

function isExpression(text: string): boolean {
  try {
    RE2JS.compile(text, RE2JS.CASE_INSENSITIVE);
    return true;
  } catch {
    return false;
  }
}

function idIn(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}

function isOn(value: unknown): boolean {
  return value === true || value === 1 || value === 'true' || value === '1';
}

function namesIn(value: unknown): string[] {
  const names = typeof value === 'string' ? value.split(',') : [];
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

function tagsAfter(held: readonly string[], names: readonly string[], taken: boolean): string[] {
  const gone = new Set(names.map((name) => name.toLowerCase()));
  const kept = held.filter((name) => !gone.has(name.toLowerCase()));
  return taken ? kept : [...kept, ...names];
}
