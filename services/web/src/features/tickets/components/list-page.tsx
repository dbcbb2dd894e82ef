import { msg } from '@lingui/core/macro';
import { Plural, useLingui } from '@lingui/react/macro';
import { ActionIcon, Select, Title, Tooltip } from '@mantine/core';
import { useDebouncedValue, useMediaQuery } from '@mantine/hooks';
import { IconInbox, IconLayoutSidebarRight } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { withTexts } from '../../../app/i18n.ts';
import { Beside } from '../../../app/shell/beside.tsx';
import { asksPreview } from '../../../app/shell/list-looks.ts';
import { useShell } from '../../../app/shell/store.ts';
import { ListSearch } from '../../../ui/list-search.tsx';
import { Empty, Failed } from '../../../ui/state-messages.tsx';
import { type CustomField, customFieldsQuery } from '../../custom/queries.ts';
import { isSortable } from '../../custom/shown.ts';
import { overviewLabel } from '../../overviews/labels.ts';
import { ticketOverviewsQuery } from '../../overviews/queries.ts';
import { useMe } from '../../session/use-me.ts';
import { sortLabels, viewLabels } from '../labels.ts';
import { asksForCustom, columnsOf, customerColumns, defaultColumns } from '../list-columns.ts';
import { formatListState, type ListState, parseListState, type Sort, sorts, standardView } from '../list-state.ts';
import { articlesQuery, groupsQuery, ticketListQuery, ticketQuery } from '../queries.ts';
import { choose, nothing, type Selection } from '../selection.ts';
import { steadyOrder } from '../steady-order.ts';
import { useHighlights } from '../use-highlights.ts';
import classes from './list-page.module.css';
import { ListSkeleton, PaneSkeleton } from './list-skeleton.tsx';
import { TicketGrid } from './ticket-grid.tsx';

const BulkBar = lazy(() =>
  withTexts(() => import('./bulk-bar.tsx'), 'work').then((file) => ({ default: file.BulkBar })),
);
const ListMenu = lazy(() =>
  withTexts(() => import('./list-menu.tsx'), 'work').then((file) => ({ default: file.ListMenu })),
);
const ticketPage = () => withTexts(() => import('./ticket-page.tsx'), 'work');
const TicketPane = lazy(() => ticketPage().then((file) => ({ default: file.TicketPane })));

const searchTerms = () => withTexts(() => import('./search-terms.tsx'), 'work');
const SearchFilter = lazy(() => searchTerms().then((file) => ({ default: file.SearchFilter })));
const SearchTerms = lazy(() => searchTerms().then((file) => ({ default: file.SearchTerms })));

/** Rows that are passed over, ms: holding a key down must not ask for each of them. */
const PASSING_MS = 150;

const none: readonly CustomField[] = [];
const ignored = () => undefined;

export function TicketListPage() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const { agent, may } = useMe();
  const search = useSearch({ from: '/app/tickets' });
  const state = parseListState(search, standardView(agent));
  const { data: groups = [] } = useQuery({ ...groupsQuery, enabled: agent });
  const preview = useShell(asksPreview);
  const list = useInfiniteQuery(ticketListQuery(state, preview));
  // Read here: what is only read where the list ends is told to nobody when it changes, and the list ended there for good.
  const { hasNextPage, isFetching } = list;
  const setLastList = useShell((shell) => shell.setLastList);
  const address = JSON.stringify(formatListState(state));
  useEffect(() => setLastList(JSON.parse(address)), [address, setLastList]);

  const change = (part: Partial<ListState>, replace = false) =>
    void navigate({ to: '/tickets', search: formatListState({ ...state, ...part }), replace });
  const total = list.data?.pages[0]?.total ?? 0;
  // The old rows stay while others come, and are marked by what they were found by or not at all.
  const highlights = useHighlights(list.isPlaceholderData ? '' : state.q.trim(), list.data?.pages ?? []);
  const { data: overviews } = useQuery({ ...ticketOverviewsQuery, enabled: state.overview !== null });
  const overview = overviews?.find(({ link }) => link === state.overview);
  const view = overview?.view;
  const groupBy = overview?.group_by ?? null;
  const split = useSplit();
  const pages = list.data?.pages;
  const loaded = useMemo(() => pages?.flatMap((page) => page.tickets) ?? [], [pages]);
  const known = useRef<{ of: string; ids: number[] }>({ of: '', ids: [] });
  const steady = split.on && groupBy === null && !list.isPlaceholderData;
  const tickets = steady ? steadyOrder(known.current.of === address ? known.current.ids : [], loaded) : loaded;
  const shown = tickets.map(({ id }) => id);
  if (steady) known.current = { of: address, ids: shown };
  const sortsByCustom = state.sort.startsWith('custom.');
  const fields = useQuery({ ...customFieldsQuery, enabled: sortsByCustom || asksForCustom(view, groupBy) });
  const custom = fields.data?.Ticket ?? none;
  const columns = useMemo(
    () =>
      columnsOf(
        view,
        custom.map(({ name }) => name),
        agent ? defaultColumns : customerColumns,
      ),
    [view, custom, agent],
  );
  // What is chosen belongs to one list; another word or view begins anew.
  const listKey = JSON.stringify([state.overview ?? state.view, state.q, state.group]);
  const [chosen, setChosen] = useState<{ of: string; selection: Selection }>({ of: listKey, selection: nothing });
  const selection = chosen.of === listKey ? chosen.selection : nothing;
  const select = (next: Selection) => setChosen({ of: listKey, selection: next });
  const [at, setAt] = useState<number | null>(null);
  const beside = useShown(split.on ? at : null, shown);
  const title = state.overview === null ? i18n._(viewLabels[state.view]) : overviewLabel(i18n, overview) || t`Overview`;
  const sortChoices = [
    ...sorts.map((value) => ({ value: value as Sort, label: i18n._(sortLabels[value]) })),
    ...custom.filter(isSortable).map(({ name, display }) => ({ value: `custom.${name}` as Sort, label: display })),
  ];

  return (
    <>
      <title>{`${title} · Helpmesh`}</title>
      <Beside>
        <TicketAhead />
      </Beside>
      <div className={classes.head}>
        <div className={classes.heading}>
          <Title order={1}>{title}</Title>
          <span className={classes.total} role="status">
            {list.data && <Plural value={total} one="# ticket" other="# tickets" />}
          </span>
          <Beside>
            <ListMenu state={state} empty={total === 0} />
          </Beside>
          {overview && (overview.personal || may('admin.overview')) && (
            <Link to="/overviews/$id" params={{ id: String(overview.id) }} className={classes.edit}>
              {t`Edit overview`}
            </Link>
          )}
        </div>
        <search className={classes.tools} data-split={split.on || undefined}>
          <ListSearch
            key={state.overview ?? state.view}
            className={classes.search}
            value={state.q}
            onChange={(q) => change({ q }, true)}
          />
          {agent && (
            <Beside>
              <SearchFilter q={state.q} onChange={(q) => change({ q })} />
            </Beside>
          )}
          {groups.length > 1 && (
            <Select
              aria-label={t`Group`}
              placeholder={t`All groups`}
              data={groups.map((group) => ({ value: String(group.id), label: group.name }))}
              value={state.group === null ? null : String(state.group)}
              onChange={(value) => change({ group: value ? Number(value) : null })}
              clearable
              clearButtonProps={{ 'aria-label': t`All groups` }}
              allowDeselect
              className={classes.group}
            />
          )}
          <Select
            aria-label={t`Sort by`}
            data={sortChoices}
            value={state.sort}
            onChange={(value) => value && change({ sort: value as Sort })}
            className={classes.sort}
          />
          {split.fits && (
            <Tooltip label={i18n._(splitLabel)}>
              <ActionIcon
                size={36}
                variant={split.on ? 'light' : 'default'}
                aria-label={i18n._(splitLabel)}
                aria-pressed={split.on}
                onClick={split.toggle}
              >
                <IconLayoutSidebarRight size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </search>
        {agent && state.q.includes(':') && (
          <Beside>
            <SearchTerms q={state.q} onChange={(q) => change({ q })} />
          </Beside>
        )}
        {list.isPlaceholderData && <div className={classes.progress} aria-hidden />}
      </div>
      {agent && (selection.all || selection.ids.size > 0) && (
        <Suspense fallback={null}>
          <BulkBar
            selection={selection}
            state={state}
            total={total}
            onAll={() => select({ ...nothing, all: true })}
            onClear={() => select(nothing)}
          />
        </Suspense>
      )}
      {list.isPending ? (
        <ListSkeleton />
      ) : list.isError && tickets.length === 0 ? (
        <Failed error={list.error} onRetry={() => void list.refetch()} />
      ) : tickets.length === 0 ? (
        <Empty icon={IconInbox} title={state.q || state.group ? t`Nothing matches` : t`Nothing here`}>
          {state.q || state.group
            ? t`Try fewer words or another group.`
            : t`New tickets appear here by themselves as soon as they arrive.`}
        </Empty>
      ) : (
        <div className={classes.both} data-split={split.on || undefined}>
          <TicketGrid
            key={`${state.overview ?? state.view} ${state.sort} ${state.order}`}
            label={title}
            tickets={tickets}
            total={total}
            sort={state.sort}
            order={state.order}
            columns={columns}
            custom={custom}
            groupBy={groupBy}
            highlights={highlights}
            selection={agent ? selection : undefined}
            onChoose={(id, range) => select(choose(selection, id, shown, range))}
            onChooseShown={() => {
              const every = selection.all || selection.ids.size >= shown.length;
              select(every ? nothing : { ids: new Set(shown), all: false, from: null });
            }}
            onSort={(sort) => {
              const flipped = state.order === 'desc' ? 'asc' : 'desc';
              change({ sort, order: sort === state.sort ? flipped : 'desc' });
            }}
            onEnd={() => {
              if (hasNextPage && !isFetching) void list.fetchNextPage();
            }}
            beside={split.on}
            onActive={split.on ? setAt : ignored}
          />
          {beside !== null && (
            <section className={classes.pane} aria-label={t`Ticket`}>
              <Suspense fallback={<PaneSkeleton />}>
                <TicketPane id={beside} />
              </Suspense>
            </section>
          )}
        </div>
      )}
    </>
  );
}

/** What is opened from a list next is fetched while nobody waits for anything. */
function TicketAhead() {
  useEffect(() => {
    // Whoever opens a ticket asks again, and is told what is wrong.
    ticketPage().catch(() => undefined);
  }, []);
  return null;
}

const splitLabel = msg`Ticket beside the list`;

/** Whether the ticket one is at stands beside the list: as one chose, on screens that have room for both. */
function useSplit(): { on: boolean; fits: boolean; toggle: () => void } {
  const split = useShell((shell) => shell.split);
  const setSplit = useShell((shell) => shell.setSplit);
  const fits = useMediaQuery('(min-width: 1100px)', true, { getInitialValueInEffect: false }) ?? true;
  const toggle = () => setSplit(!split);
  useActions([{ id: 'list.split', label: splitLabel, section: 'list', key: 'v', can: () => fits, run: toggle }]);
  return { on: split && fits, fits, toggle };
}

/**
 * The ticket to show beside the list: the one that somebody stays at. The next one is fetched before it is wanted.
 * @param at  where one is, null when none is shown
 */
function useShown(at: number | null, ids: readonly number[]): number | null {
  const cache = useQueryClient();
  const [settled] = useDebouncedValue(at, PASSING_MS, { leading: true });
  const id = at === null ? null : (settled ?? at);
  const next = id === null ? undefined : ids[ids.indexOf(id) + 1];
  useEffect(() => {
    if (next === undefined) return;
    void cache.prefetchQuery(ticketQuery(next));
    void cache.prefetchQuery(articlesQuery(next));
  }, [next, cache]);
  // What had the keyboard may have gone with the ticket before.
  useEffect(() => {
    if (id === null || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-ticket="${id}"]`)?.focus({ preventScroll: true });
  }, [id]);
  return id;
}
