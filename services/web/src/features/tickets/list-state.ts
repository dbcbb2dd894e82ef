/** Names are those of GET /api/v1/ticket_list, so the address bar, the request and the cache key say the same. */
export const sorts = [
  ...(['updated_at', 'created_at', 'number', 'title', 'priority', 'pending_time', 'escalation_at'] as const),
  ...(['last_contact_customer_at', 'last_contact_agent_at', 'state', 'group', 'owner'] as const),
  ...(['customer', 'organization'] as const),
] as const;
export type BuiltInSort = (typeof sorts)[number];
/** `custom.impact`: by a custom field. */
export type Sort = BuiltInSort | `custom.${string}`;

const isSort = (value: unknown): value is Sort =>
  isOneOf(sorts, value) || (typeof value === 'string' && /^custom\.[a-z]\w{0,199}$/.test(value));

export const agentViews = ['my-open', 'unassigned', 'open', 'escalated', 'pending', 'closed', 'all'] as const;
export const customerViews = ['my-tickets', 'my-organization'] as const;
/** What waits for an agent: counted on the home page, which leads there. */
export const homeViews = ['my-overdue', 'my-waiting', 'my-reminders', 'my-drafts', 'my-bounced'] as const;
export type HomeView = (typeof homeViews)[number];
export type View = (typeof agentViews)[number] | (typeof customerViews)[number] | HomeView;

/** The list of an address that names none. */
export const standardView = (agent: boolean): View => (agent ? 'my-open' : 'my-tickets');

export interface ListState {
  view: View;
  /** Link of an overview, which then stands for the view. */
  overview: string | null;
  sort: Sort;
  order: 'asc' | 'desc';
  /** Free text, searched in the view. */
  q: string;
  group: number | null;
}

export const defaultSort: Pick<ListState, 'sort' | 'order'> = { sort: 'updated_at', order: 'desc' };

const pageSize = 50;

/**
 * The question for a page of a list.
 * @param preview  how the last messages begin is asked for
 * @param after    where the page before ended; null for the first
 */
export function listQuery(
  { view, overview, sort, order, q, group }: ListState,
  preview: boolean,
  after: string | null = null,
) {
  return {
    view: overview ?? view,
    sort,
    order,
    limit: String(pageSize),
    ...(q.trim() === '' ? {} : { query: q.trim() }),
    ...(group === null ? {} : { group_id: String(group) }),
    ...(preview && { preview: 'true' }),
    ...(after === null ? {} : { after }),
  };
}

const isOneOf = <T extends string>(allowed: readonly T[], value: unknown): value is T =>
  (allowed as readonly unknown[]).includes(value);

/** Reads an address written by anybody: what makes no sense falls back to its default, nothing throws. */
export function parseListState(search: Record<string, unknown>, defaultView: View): ListState {
  const { view, overview, sort, order, q, group } = search;
  const groupId = Number(group);
  return {
    view: isOneOf([...agentViews, ...customerViews, ...homeViews], view) ? view : defaultView,
    overview: typeof overview === 'string' && /^\w{1,300}$/.test(overview) ? overview : null,
    sort: isSort(sort) ? sort : defaultSort.sort,
    order: isOneOf(['asc', 'desc'], order) ? order : defaultSort.order,
    q: typeof q === 'string' ? q.slice(0, 500) : '',
    group: group !== undefined && group !== '' && Number.isSafeInteger(groupId) && groupId > 0 ? groupId : null,
  };
}

/** The shortest address that says the same; the view is always named so that a link works for everyone. */
export function formatListState(state: ListState): Record<string, string> {
  return {
    ...(state.overview === null ? { view: state.view } : { overview: state.overview }),
    ...(state.sort === defaultSort.sort ? {} : { sort: state.sort }),
    ...(state.order === defaultSort.order ? {} : { order: state.order }),
    ...(state.q === '' ? {} : { q: state.q }),
    ...(state.group === null ? {} : { group: String(state.group) }),
  };
}

/** The order of an overview as the address says it; of what no list is sorted by, the default. */
export function listOrderOf({ by, direction }: { by: string; direction: string }): Record<string, string> {
  if (!isSort(by)) return {};
  return {
    ...(by !== defaultSort.sort && { sort: by }),
    ...(direction === 'ASC' && { order: 'asc' }),
  };
}
