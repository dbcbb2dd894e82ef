// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold rows placed by a virtualizer
import { useLingui } from '@lingui/react/macro';
import { IconMessage, IconPaperclip } from '@tabler/icons-react';
import { memo } from 'react';
import { Ago } from '../../../ui/ago.tsx';
import type { CustomField } from '../../custom/queries.ts';
import { shownText } from '../../custom/shown.ts';
import { nobody } from '../../people/queries.ts';
import { RowPresence } from '../../presence/row-presence.tsx';
import { type BuiltInColumn, type ColumnName, customOf, isTime } from '../list-columns.ts';
import { fromFirstHit } from '../passage.ts';
import type { Highlight, TicketRow } from '../queries.ts';
import { isUnread, useSeen } from '../seen.ts';
import { isUnusual, PriorityMark, StateBadge } from './badges.tsx';
import { DueMark } from './due-mark.tsx';
import { Pieces } from './pieces.tsx';
import classes from './ticket-grid.module.css';

interface Props {
  ticket: TicketRow;
  index: number;
  /** Distance from the top of the canvas, px. */
  offset: number;
  height: number;
  active: boolean;
  columns: readonly ColumnName[];
  custom: readonly CustomField[];
  /** Of these, what a small screen has room for. */
  narrow: readonly ColumnName[];
  /** Asked by the reader, who knows their own name. */
  own: boolean;
  /** Undefined where nothing can be chosen. */
  chosen: boolean | undefined;
  /** Where it has the words that the list was searched by. */
  highlight: Highlight | undefined;
  /** There is a line for how the last message begins. */
  preview: boolean;
  onChoose: (range: boolean) => void;
  /** Pointing at the row shows the ticket beside the list, twice opens it. */
  beside: boolean;
  onFocus: () => void;
  onOpen: () => void;
}

export const TicketGridRow = memo(
  function TicketGridRow(props: Props) {
    const { t } = useLingui();
    const {
      ticket,
      index,
      offset,
      height,
      active,
      columns,
      custom,
      narrow,
      own,
      chosen,
      beside,
      onChoose,
      onFocus,
      onOpen,
    } = props;
    const { highlight, preview } = props;
    const unread = useSeen((seen) => isUnread(seen, ticket));
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys of its rows
      <div
        role="row"
        // Row 1 is the head.
        aria-rowindex={index + 2}
        tabIndex={active ? 0 : -1}
        data-ticket={ticket.id}
        aria-selected={chosen}
        data-chosen={chosen || undefined}
        data-choosable={chosen !== undefined || undefined}
        data-unread={unread || undefined}
        className={classes.row}
        style={{ transform: `translateY(${offset}px)`, blockSize: height }}
        onFocus={onFocus}
        // The link covers the row; what lies above it (times with a title) must lead to the ticket as well.
        onClick={(event) => {
          if (!(event.target instanceof Element) || event.target.closest('[data-column="choose"]')) return;
          const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
          if (event.target.closest('a')) {
            if (elsewhere) return;
            event.preventDefault();
          }
          if (!beside) onOpen();
        }}
        onDoubleClick={() => beside && onOpen()}
      >
        {chosen !== undefined && (
          <div role="gridcell" tabIndex={-1} data-column="choose" className={classes.choose}>
            {/* Plain: one with a style of its own costs as much as the rest of the row. */}
            <input
              type="checkbox"
              className={classes.check}
              aria-label={t`Choose ${ticket.title}`}
              checked={chosen}
              tabIndex={-1}
              onChange={() => undefined}
              onClick={(event) => onChoose(event.shiftKey)}
            />
          </div>
        )}
        <div role="gridcell" tabIndex={-1} data-column="title" className={classes.titleCell}>
          <span className={classes.dot} aria-hidden />
          <div className={classes.titleText}>
            {/* Plain: a link of the router works out its address anew with every page that is opened. */}
            <a href={`/tickets/${ticket.id}`} className={classes.link} tabIndex={-1}>
              {highlight ? <Pieces pieces={highlight.title} /> : ticket.title}
            </a>
            {preview && (
              <div className={classes.preview}>
                {ticket.preview && (
                  <>
                    <span className={classes.who}>{ticket.preview.from ?? ticket.customer}:</span> {ticket.preview.text}
                  </>
                )}
              </div>
            )}
            <div className={classes.meta}>
              <span>#{ticket.number}</span>
              {highlight && highlight.text.length > 0 ? (
                <span className={classes.passage}>
                  <Pieces pieces={fromFirstHit(highlight.text)} />
                </span>
              ) : highlight?.file ? (
                <span className={classes.passage}>
                  <IconPaperclip size={12} role="img" aria-label={t`In a file:`} />{' '}
                  <Pieces pieces={highlight.file.name} /> <Pieces pieces={fromFirstHit(highlight.file.text)} />
                </span>
              ) : (
                !own && (
                  <span className={classes.customer}>
                    {ticket.customer}
                    {ticket.organization && <span className={classes.organization}> · {ticket.organization}</span>}
                  </span>
                )
              )}
              {ticket.escalation_at && <DueMark at={ticket.escalation_at} />}
              {ticket.article_count > 1 && (
                <span className={classes.articles} title={t`Messages`}>
                  <IconMessage size={12} aria-hidden />
                  {ticket.article_count}
                </span>
              )}
              {columns.includes('priority') && isUnusual(ticket.priority) && (
                <span className={classes.asPriority} data-column-too={narrow.includes('priority') || undefined}>
                  <PriorityMark priority={ticket.priority} />
                </span>
              )}
              <RowPresence ticketId={ticket.id} />
            </div>
          </div>
        </div>
        {columns.map((name) => (
          <div
            key={name}
            role="gridcell"
            tabIndex={-1}
            data-column={name}
            data-wide={narrow.includes(name) ? undefined : true}
            className={classes.clip}
          >
            {customOf(name) === undefined ? (
              <Value name={name as BuiltInColumn} ticket={ticket} />
            ) : (
              <Custom field={custom.find((one) => one.name === customOf(name))} ticket={ticket} />
            )}
          </div>
        ))}
      </div>
    );
  },
  (before, after) =>
    before.ticket === after.ticket &&
    before.index === after.index &&
    before.offset === after.offset &&
    before.height === after.height &&
    before.active === after.active &&
    before.columns === after.columns &&
    before.custom === after.custom &&
    before.highlight === after.highlight &&
    before.preview === after.preview &&
    before.beside === after.beside &&
    before.own === after.own &&
    before.chosen === after.chosen,
);

function Custom({ field, ticket }: { field: CustomField | undefined; ticket: TicketRow }) {
  const { i18n } = useLingui();
  const value = field && ticket.custom?.[field.name];
  const text = field ? shownText(field, value, i18n.locale) : '';
  if (text === '') return <span className={classes.nobody}>–</span>;
  return field?.data_type === 'datetime' ? <Ago at={String(value)} /> : <span title={text}>{text}</span>;
}

function Value({ name, ticket }: { name: BuiltInColumn; ticket: TicketRow }) {
  const { t } = useLingui();
  switch (name) {
    case 'state':
      return <StateBadge state={ticket.state} type={ticket.state_type} />;
    case 'priority':
      return <PriorityMark priority={ticket.priority} />;
    case 'owner':
      if (ticket.owner_id === nobody || !ticket.owner) return <span className={classes.nobody}>{t`Nobody`}</span>;
  }
  const value = ticket[name];
  if (value === null || value === undefined || value === '') return <span className={classes.nobody}>–</span>;
  return isTime(name) ? <Ago at={String(value)} /> : value;
}
