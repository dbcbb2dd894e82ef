/** A condition within the words of a search: `state:open`, `-group:"Data Mgmt"`, `created:>now-7d`. */
export interface SearchTerm {
  /** As it is typed, without the minus. */
  name: string;
  value: string;
  /** What must not be so. */
  without: boolean;
  /** Where it stands in the text. */
  from: number;
  to: number;
}

/** What a term can be about that is shown with words of its own. */
export type TermKind =
  | 'state'
  | 'priority'
  | 'group'
  | 'owner'
  | 'customer'
  | 'organization'
  | 'tags'
  | 'has'
  | 'created'
  | 'updated';

/** By the spellings that the search knows. */
const spelled: Readonly<Record<string, TermKind>> = {
  ...{ state: 'state', 'state.name': 'state', priority: 'priority', 'priority.name': 'priority' },
  ...{ group: 'group', 'group.name': 'group', owner: 'owner', assignee: 'owner', customer: 'customer' },
  ...{ organization: 'organization', 'organization.name': 'organization', tag: 'tags', tags: 'tags', has: 'has' },
  ...{ created: 'created', created_at: 'created', updated: 'updated', updated_at: 'updated' },
};

/** What a term is about; undefined for fields that only the search itself knows. */
export function kindOf({ name }: Pick<SearchTerm, 'name'>): TermKind | undefined {
  const known = name.toLowerCase();
  return Object.hasOwn(spelled, known) ? spelled[known] : undefined;
}

const term = /(?<=^|\s)(-?)([a-z_][\w.]*):("[^"]*"|[^\s"()]+)(?=\s|$)/giu;

/**
 * The conditions of a search that can be changed one by one. Of a search that joins them by OR, NOT or parentheses there
 * are none: one of them alone says nothing there.
 */
export function termsOf(text: string): SearchTerm[] {
  const unquoted = text.replaceAll(/"[^"]*"/g, '""');
  if (/[()]|(?:^|\s)(?:OR|NOT)(?:\s|$)/.test(unquoted)) return [];
  const terms = [...text.matchAll(term)].map(({ index, 0: whole, 1: minus, 2: name = '', 3: said = '' }) => ({
    name,
    value: said.replaceAll('"', ''),
    without: minus === '-',
    from: index,
    to: index + whole.length,
  }));
  return terms.filter((one) => kindOf(one) !== undefined && !insidePhrase(text, one.from));
}

const insidePhrase = (text: string, at: number): boolean => (text.slice(0, at).split('"').length - 1) % 2 === 1;

/** As it is typed. */
export function written({ name, value, without }: Pick<SearchTerm, 'name' | 'value' | 'without'>): string {
  const plain = value.replaceAll('"', '');
  return `${without ? '-' : ''}${name}:${/[\s()]/.test(plain) || plain === '' ? `"${plain}"` : plain}`;
}

/** The text with something else in place of a term; without it, where there is nothing else. */
export function changed(
  text: string,
  { from, to }: SearchTerm,
  next?: Pick<SearchTerm, 'name' | 'value' | 'without'>,
): string {
  return [text.slice(0, from), next && written(next), text.slice(to)]
    .map((part) => part?.trim())
    .filter(Boolean)
    .join(' ');
}

/** The text with a condition more, or as it is where that stands in it already. */
export function withTerm(text: string, name: string, value: string): string {
  const more = { name, value, without: false };
  const known = termsOf(text).some(
    (one) => kindOf(one) === kindOf(more) && one.value.toLowerCase() === value.toLowerCase() && !one.without,
  );
  return known ? text : [text.trim(), written(more)].filter(Boolean).join(' ');
}
