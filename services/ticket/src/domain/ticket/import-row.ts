/** Of the first message, `article.body`. */
const ofArticle = ['body', 'subject', 'type', 'sender', 'internal', 'content_type'];

/** What a file may say of a ticket that it brings. */
const texts = [
  ...['title', 'group', 'group_id', 'customer', 'customer_id', 'state', 'state_id', 'priority', 'priority_id'],
  ...['impact', 'urgency'],
  ...['owner', 'owner_id', 'organization', 'organization_id', 'pending_time', 'note', 'type', 'tags', 'created_at'],
];

/** What exports tell beside: read from nobody, for a ticket that is brought is a new one. */
const ignored = [
  ...['id', 'number', 'owner_name', 'customer_name', 'customer_email', 'updated_at', 'escalation_at'],
  ...['first_response_at', 'close_at', 'last_close_at', 'last_contact_at', 'article_count', 'time_unit'],
  ...['original_priority', 'priority_overridden'],
];

/** Custom attributes by their names: whether one takes several values. */
export type CustomColumns = ReadonlyMap<string, { several: boolean }>;

/** What is wrong with the names of the columns. */
export function misnamedColumns(columns: readonly string[], custom: CustomColumns): string[] {
  const known = (name: string) => texts.includes(name) || ignored.includes(name) || isArticle(name) || custom.has(name);
  const twice = columns.filter((name, place) => columns.indexOf(name) !== place);
  return [
    ...columns.filter((name) => !known(name)).map((name) => `There is no column '${name}'.`),
    ...twice.map((name) => `The column '${name}' is there twice.`),
    ...(columns.includes('title') ? [] : ["The column 'title' is needed."]),
  ];
}

/** The cells of a row as the fields of a ticket; an empty cell says nothing. Undefined: more cells than columns. */
export function ticketOfRow(
  columns: readonly string[],
  cells: readonly string[],
  custom: CustomColumns,
): Record<string, unknown> | undefined {
  if (cells.length > columns.length) return undefined;
  const ticket: Record<string, unknown> = {};
  const article: Record<string, unknown> = {};
  for (const [place, name] of columns.entries()) {
    const cell = (cells[place] ?? '').trim();
    if (cell === '' || ignored.includes(name)) continue;
    if (isArticle(name)) article[name.slice('article.'.length)] = cell;
    // Nobody has it, as an export says.
    else if (name === 'owner' && cell === '-') continue;
    else ticket[name] = custom.get(name)?.several ? cell.split('~~~').map((one) => one.trim()) : cell;
  }
  return Object.keys(article).length === 0 ? ticket : { ...ticket, article };
}

function isArticle(name: string): boolean {
  return name.startsWith('article.') && ofArticle.includes(name.slice('article.'.length));
}
