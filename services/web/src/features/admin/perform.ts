/** What the form of a macro or template shows of its lines; ids as the fields of a form hold them. */
export interface PerformValues {
  title: string;
  state: string;
  priority: string;
  group: string;
  /** `me`, `nobody` or an id. */
  owner: string;
  addTags: string[];
  removeTags: string[];
  /** Text of the note, or of the first message of a template. */
  text: string;
  /** Lines that the form does not show. They are kept. */
  rest: string;
}

type Lines = Record<string, unknown>;

export const emptyPerform: PerformValues = {
  ...{ title: '', state: '', priority: '', group: '', owner: '', addTags: [], removeTags: [], text: '', rest: '{}' },
};

const ids = { state: 'ticket.state_id', priority: 'ticket.priority_id', group: 'ticket.group_id' } as const;

/** @param textLine  `article.note` of a macro, `article.body` of a template */
export function shownOf(lines: Lines, textLine: 'article.note' | 'article.body'): PerformValues {
  const rest: Lines = { ...lines };
  const take = (name: string): Record<string, unknown> => {
    const line = (rest[name] ?? {}) as Record<string, unknown>;
    delete rest[name];
    return line;
  };
  const values: PerformValues = { ...emptyPerform, title: text(take('ticket.title').value) };
  for (const [field, name] of Object.entries(ids)) Object.assign(values, { [field]: text(take(name).value) });
  const owner = take('ticket.owner_id');
  if (owner.pre_condition === 'current_user.id') values.owner = 'me';
  else if (owner.pre_condition === 'not_set') values.owner = 'nobody';
  else values.owner = text(owner.value);
  const tags = take('ticket.tags');
  const names = text(Array.isArray(tags.value) ? tags.value.join(',') : tags.value).split(',');
  const clean = names.map((one) => one.trim()).filter((one) => one !== '');
  values[tags.operator === 'remove' ? 'removeTags' : 'addTags'] = clean;
  const said = take(textLine);
  values.text = text(textLine === 'article.note' ? said.body : said.value);
  return { ...values, rest: JSON.stringify(rest) };
}

export function linesOf(values: PerformValues, textLine: 'article.note' | 'article.body'): Lines {
  const lines: Lines = { ...JSON.parse(values.rest) };
  if (values.title.trim()) lines['ticket.title'] = { value: values.title.trim() };
  for (const [field, name] of Object.entries(ids)) {
    const value = values[field as keyof typeof ids];
    if (value) lines[name] = { value };
  }
  if (values.owner === 'me') lines['ticket.owner_id'] = { pre_condition: 'current_user.id' };
  else if (values.owner === 'nobody') lines['ticket.owner_id'] = { pre_condition: 'not_set' };
  else if (values.owner) lines['ticket.owner_id'] = { pre_condition: 'specific', value: values.owner };
  // One line has one operator: of both the tags to add count.
  const [operator, tags] = values.addTags.length > 0 ? ['add', values.addTags] : ['remove', values.removeTags];
  if (tags.length > 0) lines['ticket.tags'] = { operator, value: tags.join(', ') };
  if (values.text.trim()) {
    lines[textLine] = textLine === 'article.note' ? { body: values.text, internal: true } : { value: values.text };
  }
  return lines;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
