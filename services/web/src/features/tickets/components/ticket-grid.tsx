// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold rows placed by a virtualizer
import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useElementSize } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import {
  type CSSProperties,
  Fragment,
  type KeyboardEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useActions } from '../../../app/actions/use-actions.ts';
import { asksPreview } from '../../../app/shell/list-looks.ts';
import { useShell } from '../../../app/shell/store.ts';
import type { CustomField } from '../../custom/queries.ts';
import { isSortable, shownText } from '../../custom/shown.ts';
import { useMe } from '../../session/use-me.ts';
import { columnLabels, priorityLabel, stateLabel } from '../labels.ts';
import { type BuiltInColumn, type ColumnName, customOf, narrowed, template } from '../list-columns.ts';
import { type Grouping, groupsOf } from '../list-groups.ts';
import type { ListState, Sort } from '../list-state.ts';
import type { Highlight, TicketRow } from '../queries.ts';
import type { Selection } from '../selection.ts';
import classes from './ticket-grid.module.css';
import { TicketGridRow } from './ticket-grid-row.tsx';

interface Props extends Pick<ListState, 'sort' | 'order'> {
  label: string;
  tickets: TicketRow[];
  /** Exact number of rows on the server, of which `tickets` are the first. */
  total: number;
  columns: readonly ColumnName[];
  /** The custom fields that columns and groups may name. */
  custom: readonly CustomField[];
  /** What the overview gathers its tickets by. */
  groupBy: string | null;
  /** By ticket, where a list was searched. */
  highlights: ReadonlyMap<number, Highlight>;
  onSort: (sort: Sort) => void;
  /** Absent where nothing can be chosen. */
  selection?: Selection | undefined;
  onChoose: (id: number, range: boolean) => void;
  onChooseShown: () => void;
  /** The last loaded rows came into sight. */
  onEnd: () => void;
  /** The ticket one is at is shown beside the list: pointing at a row shows it, opening is another wish. */
  beside: boolean;
  /** Told of the ticket one is at. */
  onActive: (id: number) => void;
}

/** Narrower than this a row has two lines, px; the style sheet says the same. */
const NARROW_PX = 620;
/** Height of the line above a group. */
const HEAD_PX = 32;
/** Of how a message begins, below the title. */
const PREVIEW_PX = 20;

/** Who stays so long at a ticket may open it, ms: what it shows is asked for then. */
const STAY_MS = 80;

/** How large the list was last: the next one is not measured before it can be drawn. */
let lastRect = { width: window.innerWidth, height: window.innerHeight };

/** Which ticket had the focus when the list was left, so that coming back continues there. */
let lastActive: number | null = null;

/**
 * Rows are virtual, except that the row with the focus is never unmounted: a browser drops the focus with the element.
 * One row is in the tab order (roving tabindex); it is remembered by ticket, so live re-sorting does not move it.
 */
export function TicketGrid(props: Props) {
  const { label, tickets, total, sort, order, columns, custom, groupBy, highlights } = props;
  const { onSort, onEnd, beside, onActive } = props;
  const { t, i18n } = useLingui();
  const small = narrowed(columns);
  const { selection, onChoose, onChooseShown } = props;
  const chosen = (id: number) => selection && (selection.all || selection.ids.has(id));
  const someChosen = selection && !selection.all && selection.ids.size > 0 && selection.ids.size < tickets.length;
  const { me } = useMe();
  const navigate = useNavigate();
  const compact = useShell(({ density }) => density === 'compact');
  const preview = useShell(asksPreview);
  const scroller = useRef<HTMLDivElement | null>(null);
  const { ref: measure, width } = useElementSize();
  const narrow = (width || window.innerWidth) <= NARROW_PX;
  const [activeId, setActiveId] = useState<number | null>(() => lastActive);
  const found = tickets.findIndex((ticket) => ticket.id === activeId);
  // A ticket that left the list gives its place to the one that follows.
  const place = useRef(0);
  if (found >= 0) place.current = found;
  const active = Math.min(place.current, tickets.length - 1);
  const focusNext = useRef(false);
  const groups = useMemo(() => groupsOf(tickets, groupBy, custom), [tickets, groupBy, custom]);

  const virtual = useVirtualizer({
    count: tickets.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) =>
      (narrow ? 76 : compact ? 36 : 56) + (preview ? PREVIEW_PX : 0) + (groups.has(index) ? HEAD_PX : 0),
    overscan: 6,
    // Rows stand in the first picture already; how high the list really is is measured then.
    initialRect: lastRect,
    getItemKey: (index) => tickets[index]?.id ?? index,
    rangeExtractor: useCallback(
      (range: Range) => {
        const visible = defaultRangeExtractor(range);
        if (active >= range.count || visible.includes(active)) return visible;
        return active < (visible[0] ?? 0) ? [active, ...visible] : [...visible, active];
      },
      [active],
    ),
  });
  const rows = virtual.getVirtualItems();
  const lastVisible = rows.at(-1)?.index ?? 0;
  const lastVisibleInRange = virtual.range?.endIndex ?? lastVisible;
  useEffect(() => {
    if (lastVisibleInRange >= tickets.length - 15) onEnd();
  }, [lastVisibleInRange, tickets.length, onEnd]);
  const measured = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another layout and other groups have other row heights
  useEffect(() => {
    if (measured.current) virtual.measure();
    measured.current = true;
    if (virtual.scrollRect) lastRect = virtual.scrollRect;
  }, [narrow, compact, preview, groups]);

  const shownId = tickets[active]?.id;
  const held = useRef(false);
  useEffect(() => {
    if (shownId === undefined) return;
    onActive(shownId);
    // What is shown beside the list stays, whatever comes in above it.
    if (beside) setActiveId(shownId);
    // The browser drops the focus with the row that left.
    if (held.current && document.activeElement === document.body) focusRow(scroller.current, shownId);
  }, [shownId, onActive, beside]);

  const moveTo = (index: number) => {
    const target = tickets[Math.min(Math.max(index, 0), tickets.length - 1)];
    if (!target) return;
    lastActive = target.id;
    setActiveId(target.id);
    focusNext.current = true;
    virtual.scrollToIndex(tickets.indexOf(target), { align: 'auto' });
  };
  useEffect(() => {
    if (!focusNext.current) return;
    focusNext.current = false;
    focusRow(scroller.current, activeId);
  }, [activeId]);
  // Coming back from a ticket: same place, same row.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the list appears
  useEffect(() => {
    if (found <= 0) return;
    virtual.scrollToIndex(found, { align: 'center' });
  }, []);

  const soon = useSoon();
  useEffect(() => {
    if (activeId !== null) soon(activeId);
  }, [activeId, soon]);
  const open = (ticket: TicketRow | undefined) => {
    if (ticket) void navigate({ to: '/tickets/$id', params: { id: String(ticket.id) } });
  };
  // The first press goes to the row that is marked already, not past it.
  const hasFocus = () => scroller.current?.querySelector('[data-ticket]:focus-within') != null;
  const step = (by: number) => moveTo(beside || hasFocus() ? active + by : active);
  useActions([
    { id: 'list.next', label: msg`Next ticket`, section: 'list', key: 'j', inPalette: false, run: () => step(1) },
    {
      id: 'list.previous',
      label: msg`Previous ticket`,
      section: 'list',
      key: 'k',
      inPalette: false,
      run: () => step(-1),
    },
    {
      id: 'list.open',
      label: msg`Open the ticket`,
      section: 'list',
      key: 'o',
      inPalette: false,
      run: () => open(tickets[active]),
    },
    {
      id: 'list.choose',
      label: msg`Choose the ticket`,
      section: 'list',
      key: 'x',
      inPalette: false,
      can: () => selection !== undefined,
      run: () => tickets[active] && onChoose(tickets[active].id, false),
    },
    {
      id: 'list.choose-to-here',
      label: msg`Choose up to the ticket`,
      section: 'list',
      key: 'Shift+X',
      inPalette: false,
      can: () => selection !== undefined,
      run: () => tickets[active] && onChoose(tickets[active].id, true),
    },
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 600) / 56) - 1);
    const target = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: tickets.length - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      moveTo(target);
    }
    if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.dataset.ticket) {
      open(tickets[active]);
    }
  };

  const heads: { id: string; label: string; sort?: Sort | undefined; wide?: boolean }[] = [
    { id: 'title', label: t`Ticket`, sort: 'title' },
    ...columns.map((name) => {
      const field = custom.find((one) => one.name === customOf(name));
      const wide = !small.includes(name);
      if (field) return { id: name, label: field.display, sort: isSortable(field) ? name : undefined, wide };
      return { id: name, label: i18n._(columnLabels[name as BuiltInColumn]), sort: name, wide };
    }),
  ];
  const Direction = order === 'asc' ? IconArrowUp : IconArrowDown;
  return (
    <div
      className={classes.frame}
      ref={measure}
      data-beside={beside || undefined}
      style={{ '--columns': template(columns), '--columns-narrow': template(small) } as CSSProperties}
    >
      <div
        role="grid"
        tabIndex={-1}
        aria-label={label}
        aria-rowcount={total + 1}
        className={classes.grid}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={classes.headGroup}>
          <div
            role="row"
            aria-rowindex={1}
            tabIndex={-1}
            className={classes.headRow}
            data-choosable={selection ? true : undefined}
          >
            {selection && (
              <div role="columnheader" tabIndex={-1} data-column="choose" className={classes.choose}>
                <input
                  type="checkbox"
                  className={classes.check}
                  aria-label={t`Choose all that are shown`}
                  checked={selection.all || (selection.ids.size > 0 && selection.ids.size >= tickets.length)}
                  ref={(box) => {
                    if (box) box.indeterminate = someChosen === true;
                  }}
                  onChange={onChooseShown}
                />
              </div>
            )}
            {heads.map((column) => (
              <div
                key={column.id}
                role="columnheader"
                tabIndex={-1}
                aria-sort={
                  column.sort && column.sort === sort ? (order === 'asc' ? 'ascending' : 'descending') : undefined
                }
                data-column={column.id}
                data-wide={column.wide || undefined}
                className={classes.headCell}
              >
                {column.sort ? (
                  <button type="button" className={classes.sort} onClick={() => column.sort && onSort(column.sort)}>
                    {column.label}
                    {column.sort === sort && <Direction size={13} aria-hidden />}
                  </button>
                ) : (
                  column.label
                )}
              </div>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          ref={scroller}
          className={classes.scroller}
          onPointerOver={({ target }) => {
            const row = target instanceof Element ? target.closest<HTMLElement>('[data-ticket]') : null;
            soon(row ? Number(row.dataset.ticket) : null);
          }}
          onPointerLeave={() => soon(null)}
          onFocus={() => {
            held.current = true;
          }}
          onBlur={({ relatedTarget }) => {
            if (relatedTarget) held.current = false;
          }}
        >
          <div role="presentation" className={classes.canvas} style={{ blockSize: virtual.getTotalSize() }}>
            {rows.map((row) => {
              const ticket = tickets[row.index];
              const head = groups.has(row.index) ? HEAD_PX : 0;
              return (
                ticket && (
                  <Fragment key={row.key}>
                    {head > 0 && (
                      <div
                        role="row"
                        tabIndex={-1}
                        className={classes.group}
                        style={{ transform: `translateY(${row.start}px)`, blockSize: head }}
                      >
                        <span role="rowheader" tabIndex={-1}>
                          {groupLabel(i18n, groups.get(row.index), ticket, t`Nobody`)}
                        </span>
                      </div>
                    )}
                    <TicketGridRow
                      ticket={ticket}
                      index={row.index}
                      offset={row.start + head}
                      height={row.size - head}
                      active={row.index === active}
                      columns={columns}
                      custom={custom}
                      narrow={small}
                      own={selection === undefined && ticket.customer_id === me.id}
                      chosen={chosen(ticket.id)}
                      highlight={highlights.get(ticket.id)}
                      preview={preview}
                      onChoose={(range) => onChoose(ticket.id, range)}
                      beside={beside}
                      onOpen={() => open(ticket)}
                      onFocus={() => {
                        lastActive = ticket.id;
                        setActiveId(ticket.id);
                      }}
                    />
                  </Fragment>
                )
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Fetches the ticket that somebody stays at, and its page; null is none. */
function useSoon(): (id: number | null) => void {
  const router = useRouter();
  const waiting = useRef<{ id: number | null; timer?: ReturnType<typeof setTimeout> }>({ id: null });
  useEffect(() => () => clearTimeout(waiting.current.timer), []);
  return useCallback(
    (id: number | null) => {
      if (waiting.current.id === id) return;
      clearTimeout(waiting.current.timer);
      waiting.current = { id };
      if (id === null) return;
      waiting.current.timer = setTimeout(() => {
        // Who opens it is told what is wrong.
        router.preloadRoute({ to: '/tickets/$id', params: { id: String(id) } }).catch(() => undefined);
      }, STAY_MS);
    },
    [router],
  );
}

function focusRow(among: HTMLElement | null, id: number | null): void {
  among?.querySelector<HTMLElement>(`[data-ticket="${id}"]`)?.focus({ preventScroll: true });
}

/** @param nobody  what the group of tickets without an owner is called */
function groupLabel(i18n: I18n, grouping: Grouping | undefined, ticket: TicketRow, nobody: string): string {
  if (!grouping) return '';
  if (typeof grouping === 'object') return shownText(grouping, ticket.custom?.[grouping.name], i18n.locale) || '–';
  if (grouping === 'state') return stateLabel(i18n, ticket.state);
  if (grouping === 'priority') return priorityLabel(i18n, ticket.priority);
  return ticket[grouping] ?? (grouping === 'owner' ? nobody : '–');
}
